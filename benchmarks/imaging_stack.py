"""A 1 GB stack with five regions: time of `time_activity` over the time of reading the file once, anonymous memory.

    python benchmarks/imaging_stack.py [FOLDER]

Times are CPU times taken alternately in one process, of a file in the page cache.
"""

from __future__ import annotations

import sys
import tempfile
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
    before, ratios, peak = anonymous(), [], 0.0
    for _ in range(3):
        start = time.process_time()
        with path.open("rb", buffering=0) as raw:
            buffer = bytearray(8 << 20)
            while raw.readinto(buffer):
                pass
        read = time.process_time() - start
        start = time.process_time()
        stack = open_stack(path)
        time_activity(stack, rois, prepare_camera(stack, exposure=0.1))
        used = time.process_time() - start
        whole = time.process_time()
        tifffile.imread(path)
        whole = time.process_time() - whole
        ratios.append((used, read, whole))
        peak = max(peak, anonymous())
    for used, read, whole in ratios:
        print(
            f"curves {used:.2f} s, bare read {read:.2f} s, tifffile.imread {whole:.2f} s: {used / whole:.2f} of imread"
        )
    print(f"anonymous memory {before:.0f} MB before, {peak:.0f} MB after")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as name:
            main(Path(name))
