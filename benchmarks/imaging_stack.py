"""A 1 GB stack with five regions: time of `time_activity` over the time of reading the file once, anonymous memory.

    python benchmarks/imaging_stack.py [FOLDER]

Times are CPU times taken alternately in one process, of a file in the page cache, so that the bare read is a copy in
memory at about 9 GB/s: no disk is in it. Anonymous memory is looked at every 5 ms while the curves are computed.

On 21 November 2026 (Python 3.11, one core of a shared machine): see docs/benchmarks-imaging.md.
"""

from __future__ import annotations

import gc
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import tifffile

from goldshell.imaging import RoiSet, from_mask, open_stack, prepare_camera, time_activity

FRAMES, SIDE, PIECE = 512, 1024, 32


def anonymous() -> float:
    """Anonymous memory of this process [MB]."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("RssAnon"):
            return int(line.split()[1]) / 1024
    return float("nan")


def main(folder: Path) -> None:
    """Write the stack, then time both."""
    path = folder / "stack.tif"
    random = np.random.default_rng(0)
    pieces = random.poisson(500, (PIECE, SIDE, SIDE)).astype(np.uint16)
    with tifffile.TiffWriter(path, bigtiff=True) as file:
        file.write(
            (np.roll(pieces[i % PIECE], i, axis=0) for i in range(FRAMES)), shape=(FRAMES, SIDE, SIDE), dtype=np.uint16,
            photometric="minisblack",
        )  # fmt: skip
    del pieces
    masks = np.zeros((5, SIDE, SIDE), dtype=bool)
    for number in range(5):
        masks[number, 100 + 150 * number : 220 + 150 * number, 300:420] = True
    rois = RoiSet(tuple(from_mask(f"organ {number + 1}", mask) for number, mask in enumerate(masks)))
    _curves(path, rois)  # imports and the page cache
    tifffile.imread(path)
    gc.collect()
    before, rows, peaks = anonymous(), [], []
    for _ in range(5):
        start = time.process_time()
        with path.open("rb", buffering=0) as raw:
            buffer = bytearray(8 << 20)
            while raw.readinto(buffer):
                pass
        read = time.process_time() - start
        del buffer
        start = time.process_time()
        _curves(path, rois)
        used = time.process_time() - start
        start = time.process_time()
        tifffile.imread(path)
        rows.append((used, read, time.process_time() - start))
        gc.collect()
        with Peak() as peak:
            _curves(path, rois)
        peaks.append(peak.largest)
    for used, read, whole in rows:
        print(f"curves {used:.2f} s, bare read {read:.2f} s, tifffile.imread {whole:.2f} s")
    used, read, whole = (statistics.median(column) for column in zip(*rows, strict=True))
    print(f"medians: {used:.2f} s, {used / read:.1f} of the bare read, {used / whole:.2f} of tifffile.imread")
    print(f"anonymous memory {before:.0f} MB before, at most {max(peaks):.0f} MB during the work")


class Peak:
    """Largest anonymous memory while inside, looked at every 5 ms [MB]."""

    def __enter__(self) -> Peak:
        self.largest, self._done = anonymous(), threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(0.005):
            self.largest = max(self.largest, anonymous())


def _curves(path: Path, rois: RoiSet) -> None:
    stack = open_stack(path)
    time_activity(stack, rois, prepare_camera(stack, exposure=0.1))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as name:
            main(Path(name))
