"""``goldshell cells``: JSON objects, text, errors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


def test_list(goldshell: Callable[..., Any]) -> None:
    models = goldshell("cells", "list", "--json").json["models"]
    assert {"coverage_binding", "alkyl_toxicity"} <= {item["model"] for item in models}
    assert all(item["status"] in {"determined", "partly determined", "underdetermined"} for item in models)
    assert "coverage_binding" in goldshell("cells", "list").out


def test_show(goldshell: Callable[..., Any], tmp_path: Path) -> None:
    payload = goldshell("cells", "show", "coverage_binding", "--figures", str(tmp_path), "--json").json
    assert payload["schema"] == 1
    assert payload["undetermined"] == ["shape"]
    assert [(point["x"], point["low"], point["high"]) for point in payload["points"]] == [(29, 81, 83), (47, 35, 37)]
    assert (tmp_path / "coverage_binding.svg").exists()
    assert "the bound share at 32 %" in goldshell("cells", "show", "coverage_binding").out


def test_predict(goldshell: Callable[..., Any]) -> None:
    payload = goldshell("cells", "predict", "alkyl_toxicity", "--at", "1,6", "--json").json
    (found,) = payload["predictions"]
    assert found["y"]["value"] == pytest.approx([6.0, 0.71])
    assert found["y"]["unit"] == "uM"
    signs = goldshell("cells", "predict", "charge_toxicity", "--at", "-1,0,1", "--json").json["predictions"][0]
    assert signs["y"]["value"][1] == pytest.approx(25)
    assert "extrapolation" in goldshell("cells", "predict", "coverage_binding", "--at", "20").err
    assert len(goldshell("cells", "predict", "coverage_binding", "--json").json["predictions"]) == 2


def test_fit(goldshell: Callable[..., Any], tmp_path: Path) -> None:
    """Data on the published line: 6 (0.71 / 6)^((n - 1) / 5) at 1, 2, 4, 6."""
    path = tmp_path / "own.csv"
    rows = [f"{n},{6 * (0.71 / 6) ** ((n - 1) / 5)!r}" for n in (1, 2, 4, 6)]
    path.write_text("\n".join(["tail_carbons,ic50_uM", *rows]), encoding="utf-8")
    payload = goldshell("cells", "fit", "alkyl_toxicity", str(path), "--figures", str(tmp_path), "--json").json
    values = {item["name"]: item["value"] for item in payload["parameters"]}
    assert values == pytest.approx({"ic50_c1": 6.0, "ic50_c6": 0.71, "curvature": 0.0}, abs=1e-6)
    assert (tmp_path / "alkyl_toxicity_fit.svg").exists()
    assert "determined" in goldshell("cells", "fit", "alkyl_toxicity", str(path)).out


@pytest.mark.parametrize(
    "words",
    [
        ("show", "coverage"),
        ("predict", "coverage_binding", "--at", "x"),
        ("predict", "coverage_binding", "--at", "1e9"),
        ("predict", "coverage_binding", "--series", "all"),
        ("fit", "coverage_binding", "missing.csv"),
        ("predict",),
    ],
)
def test_bad_input(goldshell: Callable[..., Any], words: tuple[str, ...]) -> None:
    plain = goldshell("cells", *words)
    assert plain.code == 2
    assert plain.out == ""
    assert "Traceback" not in plain.err
    assert set(goldshell("cells", *words, "--json").json["error"]) == {"message", "where", "hint"}
