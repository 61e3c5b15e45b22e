"""What may stand in ``study.yaml``, and finding a study by folder or by packaged name."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from goldshell.errors import InputError, UnknownNameError, near_matches
from goldshell.files import read_yaml
from goldshell.study.analyses import AnySettings
from goldshell.study.analysis import SLUG

STUDY_FILE = "study.yaml"


class Study(BaseModel):
    """A study: what is asked, and the analyses that are to answer it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=SLUG, description="short name; the results folder is called after it")]
    title: Annotated[str, Field(min_length=1)]
    description: str = ""
    question: Annotated[str, Field(description="what the whole study is to answer")] = ""
    seed: Annotated[int, Field(ge=0, description="seed of everything random, so that a run can be repeated")] = 0
    analyses: Annotated[list[AnySettings], Field(min_length=1)]

    @field_validator("analyses")
    @classmethod
    def _distinct(cls, analyses: list[AnySettings]) -> list[AnySettings]:
        seen: set[str] = set()
        for analysis in analyses:
            if analysis.id in seen:
                raise ValueError(f"two analyses have the id {analysis.id!r}; each needs its own")
            seen.add(analysis.id)
        return analyses


@dataclass(frozen=True, slots=True)
class LoadedStudy:
    """A validated study and the folder that it stands in.

    Parameters
    ----------
    study : what its study.yaml says
    folder : where study.yaml and the data files lie
    packaged : whether it came with goldshell
    """

    study: Study
    folder: Path
    packaged: bool


def packaged_studies() -> dict[str, Path]:
    """Studies that come with goldshell: name -> folder."""
    examples = Path(str(files("goldshell.study") / "examples"))
    return {path.parent.name: path.parent for path in sorted(examples.glob(f"*/{STUDY_FILE}"))}


def find_study(name: str) -> tuple[Path, bool]:
    """The folder of a study, and whether it came with goldshell.

    Parameters
    ----------
    name : a folder with a study.yaml, that file itself, or the name of a packaged study

    Raises
    ------
    InputError : the folder has no study.yaml
    UnknownNameError : neither a folder nor a packaged study
    """
    path = Path(name)
    if path.name == STUDY_FILE and path.is_file():
        return path.parent, False
    if (path / STUDY_FILE).is_file():
        return path, False
    packaged = packaged_studies()
    if name in packaged:
        return packaged[name], True
    if path.is_dir():
        raise InputError(
            f"the folder has no {STUDY_FILE}", where=name, hint="'goldshell new DIR' writes a study to start from"
        )
    if path.exists():
        raise InputError(
            f"expected a folder with a {STUDY_FILE}", where=name, hint="or the name of a packaged study: zhang2026"
        )
    folders = [item.parent.name for item in Path().glob(f"*/{STUDY_FILE}")] if not path.parent.name else []
    known = [*packaged, *folders]
    if path.parent.name or not near_matches(name, known):
        raise InputError(
            "no such study folder", where=name, hint=f"give a folder, or a packaged study: {', '.join(packaged)}"
        )
    raise UnknownNameError("study", name, known)


def load_study(name: str) -> LoadedStudy:
    """Read and validate a study.

    Raises
    ------
    InputError : no such study, or study.yaml is not valid: names file, line, field and what was expected
    """
    folder, packaged = find_study(name)
    return LoadedStudy(read_yaml(folder / STUDY_FILE, Study), folder, packaged)
