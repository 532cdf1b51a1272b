"""Hold the share of time moving against movements whose bouts are known, with noise but without pictures.

Run it as ``python benchmarks/share_of_time.py [SEED]``. The courses are those of the virtual people. The thresholds of
``MotionSettings`` were chosen on seed 1; any other seed is held out.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tdscreen.motion.bouts import find_bouts, moving_values, percent_time_moving
from tdscreen.motion.filtering import remove_fast, remove_slow
from tdscreen.motion.spans import to_grid
from tdscreen.motion.windows import amplitude, white_noise_range
from tdscreen.phantom import trajectories

Floats = NDArray[np.float64]
FPS, DURATION_S, GAIN = 30, 10.2, 0.85
EVERY = round(trajectories.GRID_HZ / FPS)
TIMES_S = np.arange(round(DURATION_S * FPS) + 1) / FPS
WITHIN_POINTS = 10


@dataclass(frozen=True)
class Case:
    """A signal in mm, the true path within it, its bouts, and the detection limit that the tool would be given."""

    values: Floats
    path: Floats
    bouts_s: trajectories.Bouts
    limit_mm: float


def noise(rng: np.random.Generator, limit_mm: float, share: float) -> Floats:
    """Return jitter and slow wandering whose range in a second is about a share of the limit, 95 times of 100."""
    size_mm = 0.7 * share * limit_mm
    jitter = rng.normal(size=TIMES_S.size) * size_mm / white_noise_range(1.0, rate_hz=FPS)
    wandering = trajectories.band_noise(trajectories.grid(DURATION_S), (0.05, 1.2), rng)[::EVERY]
    return np.asarray(jitter + wandering[: TIMES_S.size] * size_mm / 2.6)


def case(
    rng: np.random.Generator, kind: str, share: float, noise_share: float, *, near_limit: bool = False
) -> Case:
    """Make a movement of a kind, to one side or to both, of a size in the table's range, with noise."""
    size_mm = float(rng.choice([1.0, 1.5, 2.0, 3.5, 5.5, 9.0]))
    limit_mm = 2 * GAIN * size_mm / rng.uniform(0.95, 1.6) if near_limit else rng.uniform(0.5, 1.5)
    grid_s = trajectories.grid(DURATION_S)
    bouts_s = trajectories.bouts(DURATION_S, share, rng)
    if kind == "irregular":
        course = trajectories.irregular(grid_s, (0.7, 2.2), bouts_s, rng)
    else:
        rate_hz = rng.uniform(0.5, 0.8) if kind == "slow" else rng.uniform(0.5, 5.0)
        course = trajectories.sine(grid_s, rate_hz, rng.uniform(0, 2 * np.pi))
    one_way = bool(rng.random() < 0.6)
    path = GAIN * size_mm * (course + one_way) * trajectories.envelope(grid_s, bouts_s)
    path = path[::EVERY][: TIMES_S.size]
    return Case(path + noise(rng, limit_mm, noise_share), path, bouts_s, limit_mm)


def measured(one: Case) -> tuple[float, float]:
    """Return share of time, in percent, and amplitude, as the tool does."""
    grid = to_grid(one.values, TIMES_S)
    band = remove_fast(remove_slow(grid))
    found = find_bouts(band, remove_fast(grid), limit=one.limit_mm)
    return percent_time_moving(found, grid.assessed_s), amplitude(band, moving_values(band, found))


def true_amplitude(one: Case) -> float:
    """Return half the range from the 5th to the 95th percentile of the true path within its bouts."""
    within = np.any([(a <= TIMES_S) & (b >= TIMES_S) for a, b in one.bouts_s], axis=0)
    low, high = np.percentile(one.path[within], [5, 95])
    return float(high - low) / 2


def line(name: str, cases: list[Case]) -> str:
    """Return a line of the table."""
    shares, sizes = np.array([measured(one) for one in cases]).T
    true = np.array([100 * sum(b - a for a, b in one.bouts_s) / DURATION_S for one in cases])
    error = shares - true
    gains = [size / true_amplitude(one) for size, one in zip(sizes, cases, strict=True)]
    return (
        f"{name:44s} {np.mean(np.abs(error) <= WITHIN_POINTS):5.0%} {error.mean():+6.1f} {error.std():5.1f}"
        f"   {np.median(gains):.2f} ({np.percentile(gains, 10):.2f} to {np.percentile(gains, 90):.2f})"
    )


def main() -> None:
    """Print the table."""
    rng = np.random.default_rng(int(sys.argv[1]) if len(sys.argv) > 1 else 2)
    print(
        f"{'200 clips each':44s} {'within 10':>5s} {'bias':>3s} {'sd':>3s}   gain of the amplitude, median (10 to 90%)"
    )
    for kind in ("irregular", "regular", "slow"):
        cases = [case(rng, kind, rng.uniform(0.15, 0.97), 0.67) for _ in range(200)]
        print(line(f"{kind}, in bouts", cases))
        print(line(f"{kind}, all the time", [case(rng, kind, 1.0, 0.67) for _ in range(200)]))
    for noise_share in (0.2, 0.67):
        cases = [
            case(rng, "irregular", rng.uniform(0.2, 0.95), noise_share, near_limit=True) for _ in range(200)
        ]
        print(line(f"near the limit, noise of {noise_share} of it", cases))
    for noise_share in (0.67, 1.0):
        still = [Case(noise(rng, 1.0, noise_share), np.zeros(0), (), 1.0) for _ in range(200)]
        share = np.mean([measured(one)[0] for one in still])
        print(f"still, noise of {noise_share} of the limit: moves in {share:.1f}% of the time")


if __name__ == "__main__":
    main()
