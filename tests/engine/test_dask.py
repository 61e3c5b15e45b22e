"""The engine on a Dask cluster: a real LocalCluster of worker processes, reached by its address."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from goldshell.engine import run
from goldshell.errors import InputError
from reference import tasks

distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        yield cluster.scheduler_address


def test_results_in_order_and_errors_alone(scheduler: str) -> None:
    batch = run(tasks.square, range(60), scheduler=scheduler, chunk=7)
    assert batch.workers == 2
    assert [one.index for one in batch.failed] == [13]
    assert [one.value for one in batch.outcomes if one and not one.error] == [n * n for n in range(60) if n != 13]


def test_workers_have_one_blas_thread_and_runs_do_not_nest(scheduler: str) -> None:
    assert {value[0] for value in run(tasks.threads, range(8), scheduler=scheduler).values()} == {"1"}
    assert run(tasks.nested, [3], scheduler=scheduler).values() == [[0, 1, 4]]


def test_no_scheduler_at_the_address() -> None:
    for address in ("tcp://127.0.0.1:9", "nonsense://x"):
        with pytest.raises(InputError, match="no Dask scheduler answers"):
            run(tasks.square, range(3), scheduler=address)
