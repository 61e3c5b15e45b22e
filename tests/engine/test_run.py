"""The engine: order, errors, dead workers, interruption, journal; on processes of this machine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from goldshell.engine import Journal, core_count, run
from goldshell.engine.chunks import Chunks
from goldshell.errors import AnalysisError, InputError
from reference import tasks


def test_few_tasks_stay_here() -> None:
    batch = run(tasks.square, range(5))
    assert batch.values() == [0, 1, 4, 9, 16]
    assert run(tasks.threads, [0]).values()[0][1] == os.getpid()


def test_nothing_to_do() -> None:
    batch = run(tasks.square, [])
    assert batch.values() == []
    assert batch.done == 0


def test_processes_keep_order_and_have_one_blas_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "7")
    batch = run(tasks.threads, range(50), workers=2, chunk=5, trial=False)
    assert {value[0] for value in batch.values()} == {"1"}
    assert os.getpid() not in {value[1] for value in batch.values()}
    assert os.environ["OPENBLAS_NUM_THREADS"] == "7"
    squares = run(tasks.square, range(14, 214), workers=2, trial=False)
    assert squares.values() == [n * n for n in range(14, 214)]


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_ends_its_own_task_only(workers: int) -> None:
    batch = run(tasks.square, range(20), workers=workers, trial=False)
    assert [one.index for one in batch.failed] == [13]
    assert batch.done == 20
    assert [one.value for one in batch.outcomes if one and not one.error] == [n * n for n in range(20) if n != 13]
    with pytest.raises(AnalysisError, match="task 14: ValueError: 13 is not wanted"):
        batch.values()


def test_a_task_that_kills_its_worker_loses_no_other() -> None:
    batch = run(tasks.deadly, range(16), workers=2, chunk=4, trial=False)
    assert [one.index for one in batch.failed] == [7]
    assert "signal 9" in batch.failed[0].error
    assert [one.value for one in batch.outcomes if one and not one.error] == [n for n in range(16) if n != 7]


def test_a_value_that_cannot_be_sent_is_the_error_of_its_task() -> None:
    batch = run(tasks.cannot_be_sent, range(6), workers=2, chunk=6, trial=False)
    assert [one.index for one in batch.failed] == [3]
    assert "cannot be sent" in batch.failed[0].error


def test_a_run_inside_a_task_starts_no_workers() -> None:
    assert run(tasks.nested, [3, 4], workers=2, trial=False).values() == [[0, 1, 4], [0, 1, 4, 9]]


def test_interruption_keeps_what_is_done(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "done.jsonl", "a")
    batch = run(tasks.interrupt_at, range(9), workers=1, journal=journal)
    assert batch.interrupted
    assert batch.done == 5
    with pytest.raises(KeyboardInterrupt):
        batch.values()
    again = run(tasks.square, range(9), workers=1, journal=journal)
    assert again.resumed == 5
    assert again.values() == [0, 1, 2, 3, 4, 25, 36, 49, 64]  # the first five come from the file


def test_ctrl_c_on_processes_ends_them_quietly(tmp_path: Path) -> None:
    """A real signal to a whole process group, as a terminal sends it: no traceback, finished tasks on disk."""
    script = (
        "import signal, sys\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # background jobs of a shell start with it ignored
        "from pathlib import Path\n"
        "from reference import tasks\n"
        "from goldshell.engine import Journal, run\n"
        "if __name__ == '__main__':\n"
        "    journal = Journal(Path(sys.argv[1]), 'a')\n"
        "    batch = run(tasks.spin, [0.05] * 2000, workers=2, chunk=1, trial=False, journal=journal)\n"
        "    print(batch.interrupted, batch.done)\n"
    )
    file, journal = tmp_path / "script.py", tmp_path / "done.jsonl"
    file.write_text(script)
    here = str(Path(__file__).parents[1])
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([here, os.environ.get("PYTHONPATH", "")])}
    process = subprocess.Popen(
        [sys.executable, str(file), str(journal)], env=env, text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (journal.exists() and journal.stat().st_size > 500):
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    interrupted, done = out.split()
    assert interrupted == "True"
    assert 0 < int(done) < 2000
    assert err == ""
    assert len(Journal(journal, "a").read()) == int(done)


def test_a_script_without_a_main_guard_is_told_so(tmp_path: Path) -> None:
    file = tmp_path / "script.py"
    file.write_text(
        "from reference import tasks\nfrom goldshell.engine import run\n"
        "run(tasks.square, range(5), workers=2, trial=False)\n"
    )
    here = str(Path(__file__).parents[1])
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([here, os.environ.get("PYTHONPATH", "")])}
    done = subprocess.run([sys.executable, str(file)], env=env, text=True, capture_output=True, timeout=60)
    assert done.returncode != 0
    assert "if __name__ == '__main__'" in done.stderr


def test_journal_refuses_other_work_and_survives_a_cut_line(tmp_path: Path) -> None:
    path = tmp_path / "done.jsonl"
    run(tasks.square, range(4), journal=Journal(path, "a"))
    with pytest.raises(InputError, match="other work"):
        run(tasks.square, range(4), journal=Journal(path, "b"))
    text = path.read_text()
    path.write_text(text[:-20])  # as a power cut leaves it
    batch = run(tasks.square, range(6), journal=Journal(path, "a"))
    assert batch.resumed == 3
    assert batch.values() == [0, 1, 4, 9, 16, 25]
    assert len(Journal(path, "a").read()) == 6
    (tmp_path / "other").write_text("hello\n")
    with pytest.raises(InputError, match="not a journal"):
        run(tasks.square, range(4), journal=Journal(tmp_path / "other", "a"))


def test_failed_tasks_are_done_again_on_resuming(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "done.jsonl", "a")
    assert len(run(tasks.square, range(12, 15), journal=journal).failed) == 1
    assert run(abs, range(12, 15), journal=journal).values() == [144, 13, 196]


def test_efficiency_counts_the_workers_idle_time() -> None:
    """Property: two workers, one long task and one short: the shares follow from the times."""
    batch = run(tasks.spin, [0.6, 0.1], workers=2, chunk=1, trial=False)
    assert batch.workers == 2
    busy = sum(one.wall_s for one in batch.outcomes if one)
    assert batch.slot_s > busy
    assert batch.efficiency("wall") == pytest.approx(busy / batch.slot_s)
    assert batch.efficiency() < 0.9
    assert core_count() >= 1


def test_chunks_follow_the_time_of_tasks_and_shrink_at_the_end() -> None:
    from goldshell.engine import Outcome

    chunks = Chunks(range(1000), 2)
    assert len(chunks.take()) == 1  # nothing is known yet
    chunks.learn([Outcome(0, None, wall_s=0.003)])
    first = chunks.take()
    assert len(first) == 100  # 0.3 s of work
    sizes = []
    while chunk := chunks.take():
        sizes.append(len(chunk))
    assert sizes[-1] == 1
    assert sizes == sorted(sizes, reverse=True)
    chunks.put_back([4, 5])
    assert [chunks.take(), chunks.take(), chunks.take()] == [[4], [5], []]


def test_bad_number_of_workers() -> None:
    with pytest.raises(InputError, match="-1 workers"):
        run(tasks.square, [1], workers=-1)
