"""Synthetic camera stacks with known light per region; shares no code with goldshell.

Light falls as Poisson electrons on pixels of uneven sensitivity; the camera adds read noise, divides by its gain, adds
a fixed dark pattern, rounds, and clips at full well. Organs are discs with known curves; the whole animal may drift
below a pixel (the light is rendered at the shifted place, four by four samples per pixel).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np


@dataclass
class Scene:
    """What is imaged, and by which camera."""

    height: int = 96
    width: int = 128
    gain: float = 2.0  # electrons per count
    read_noise: float = 6.0  # electrons
    offset: float = 200.0  # counts
    exposure: float = 0.25  # s
    full: int = 65535  # counts
    flat_depth: float = 0.15
    background: float = 800.0  # counts/s
    organs: dict = field(
        default_factory=lambda: {
            "liver": (32.0, 44.0, 11.0, 12000.0, 40.0, 900.0),  # x, y, radius, counts/s, rise s, fall s
            "kidney": (78.0, 30.0, 7.0, 8000.0, 15.0, 200.0),
            "bladder": (84.0, 74.0, 8.0, 20000.0, 300.0, 1e5),
        }
    )
    seed: int = 0

    def __post_init__(self):
        maker = np.random.default_rng(1000 + self.seed)
        y, x = np.mgrid[: self.height, : self.width]
        self.pattern = self.offset + 15 * np.sin(x / 9) + maker.normal(0, 4, (self.height, self.width))
        fall = ((x / self.width - 0.5) ** 2 + (y / self.height - 0.5) ** 2) * 2
        self.flat = (1 - self.flat_depth * fall) * (1 + maker.normal(0, 0.01, (self.height, self.width)))
        self.flat /= self.flat.mean()
        self.random = np.random.default_rng(self.seed)

    def curve(self, name, times):
        """True light of an organ above the background [counts/s]."""
        *_, top, rise, fall = self.organs[name]
        return top * (1 - np.exp(-times / rise)) * np.exp(-times / fall)

    def light(self, times_index, times, shift=(0.0, 0.0)):
        """Light of one frame [counts/s per pixel] without noise; shift is down, right."""
        image = np.full((self.height, self.width), float(self.background))
        steps = (np.arange(4) + 0.5) / 4
        y = (np.arange(self.height)[:, None] + steps).ravel() - shift[0]
        x = (np.arange(self.width)[:, None] + steps).ravel() - shift[1]
        for name, (cx, cy, radius, *_) in self.organs.items():
            inside = (x[None, :] - cx) ** 2 + (y[:, None] - cy) ** 2 <= radius**2
            share = inside.reshape(self.height, 4, self.width, 4).mean(axis=(1, 3))
            image += share * self.curve(name, times)[times_index]
        return image

    def frame(self, light):
        """One raw frame of 16 bit."""
        electrons = self.random.poisson(light * self.exposure * self.flat * self.gain)
        electrons = electrons + self.random.normal(0, self.read_noise, light.shape)
        return np.clip(np.rint(electrons / self.gain + self.pattern), 0, self.full).astype(np.uint16)

    def stack(self, times, shifts=None):
        """All frames, (frames, height, width)."""
        shifts = np.zeros((len(times), 2)) if shifts is None else shifts
        return np.array([self.frame(self.light(i, times, shifts[i])) for i in range(len(times))])

    def dark(self, count):
        """Frames without light."""
        return np.array([self.frame(np.zeros((self.height, self.width))) for _ in range(count)])

    def polygons(self, shrink=3.0):
        """A square within each organ, far enough from its rim, and one of background: name -> corners [x, y]."""
        found = {}
        for name, (cx, cy, radius, *_) in self.organs.items():
            half = np.floor((radius - shrink) / np.sqrt(2))
            found[name] = [
                [cx - half, cy - half],
                [cx + half, cy - half],
                [cx + half, cy + half],
                [cx - half, cy + half],
            ]
        found["muscle"] = [[104, 8], [122, 8], [122, 26], [104, 26]]
        return found

    def truth(self, name, times):
        """True mean light of a region [counts/s]."""
        light = np.full(len(times), self.background)
        return light + (self.curve(name, times) if name in self.organs else 0.0)
