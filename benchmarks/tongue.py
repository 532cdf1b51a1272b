"""How well the tongue is counted and measured on virtual people, over the ten skin tones.

Clips are made (or reused) in a folder, measured from the file on, and held against their truth::

    python benchmarks/tongue.py FOLDER [--tones 10] [--duration 15] [--height 720]

The people are those of seeds 440 to 499, on whom nothing was trained or chosen; the card's are others still.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tdscreen import api
from tdscreen.measurement.clip import RegionMeasurement
from tdscreen.phantom.film import ClipSpec, make_clip
from tdscreen.phantom.phone import Phone
from tdscreen.scoring.predictive import proportion_interval
from tdscreen.vocabulary import Region, Task

FIRST_PERSON = 440
WITH_TONGUE = ("tongue_darting",)
WITHOUT = ("talking", "smiling", "lip_biting", "rest")
HIDDEN = "tongue_rolling"


@dataclass(frozen=True)
class Result:
    """One clip: what is true of its tongue, and what was found."""

    preset: str
    tone: int
    true_count: int
    true_reach_mm: float
    found: RegionMeasurement


def measured(folder: Path, preset: str, tone: int, *, duration_s: float, height: int) -> Result:
    """Make a clip, unless it is there, and measure it."""
    fixed: dict[str, object] = {"monk_tone": tone}
    if preset in WITHOUT:
        # Every second one wears lipstick, of the kinds that come nearest to a tongue.
        fixed |= {"sex": "female", "beard": "none", "lipstick": tone % 2 == 0}
    spec = ClipSpec(
        f"{preset}_{tone}",
        preset=preset,
        person_seed=FIRST_PERSON + tone + 10 * (WITH_TONGUE + WITHOUT + (HIDDEN,)).index(preset) % 60,
        person_fixed=fixed,
        phone=Phone(width=height, height=height, room_seed=tone, light=(1.0, 0.4)[tone % 2]),
        seed=tone,
        duration_s=duration_s,
    )
    paths = make_clip(spec, folder)
    truth = json.loads(paths.truth.read_text(encoding="utf-8"))
    outings = truth["tongue"]["protrusions"]
    clip = api.measure(api.track(paths.clip), task=Task.UNSTRUCTURED)
    return Result(
        preset,
        tone,
        len(outings),
        float(np.median([reach for _, _, reach in outings])) if outings else 0.0,
        clip.regions[Region.TONGUE],
    )


def main() -> None:
    """Print the table and the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tones", type=int, default=10)
    parser.add_argument("--duration", type=float, default=15.0)
    parser.add_argument("--height", type=int, default=720)
    arguments = parser.parse_args()
    results = []
    print("preset          tone  out: true found   reach mm: true found")
    for preset in (*WITH_TONGUE, *WITHOUT, HIDDEN):
        for tone in np.linspace(1, 10, arguments.tones).round().astype(int).tolist():
            one = measured(
                arguments.folder, preset, tone, duration_s=arguments.duration, height=arguments.height
            )
            results.append(one)
            count = len(one.found.protrusions or ())
            reach = one.found.amplitude_mm or 0.0
            print(
                f"{preset:15s} {tone:4d}  {one.true_count:9d} {count:5d}   {one.true_reach_mm:14.1f} {reach:5.1f}"
                f"  {'' if one.found.assessed else one.found.reason}",
                flush=True,
            )
    out = [one for one in results if one.preset in WITH_TONGUE]
    tell(
        "Counted within 1 of the truth in 15 s",
        [
            abs(len(one.found.protrusions or ()) - one.true_count) <= max(1.0, arguments.duration / 15.0)
            for one in out
        ],
    )
    tell(
        "Median reach within 3 mm",
        [abs((one.found.amplitude_mm or 0.0) - one.true_reach_mm) <= 3 for one in out],
    )
    without = [one for one in results if one.preset in WITHOUT]
    tell("No tongue where there is none", [not one.found.protrusions for one in without])
    hidden = [one for one in results if one.preset == HIDDEN]
    tell("Behind closed lips: not assessed, with a reason", [not one.found.assessed for one in hidden])


def tell(what: str, passed: list[bool]) -> None:
    """Print a share with its 95% interval (Wilson 1927)."""
    if passed:
        low, high = proportion_interval(sum(passed), len(passed))
        print(
            f"{what}: {sum(passed)} of {len(passed)} "
            f"({100 * sum(passed) / len(passed):.0f}%, {100 * low:.0f} to {100 * high:.0f})"
        )


if __name__ == "__main__":
    main()
