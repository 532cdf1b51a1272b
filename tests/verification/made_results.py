"""Results of clips that were never rendered: what the chain would say if it measured by a known rule."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from tdscreen.verification.results import (
    ClipResult,
    HandResult,
    ItemResult,
    RegionResult,
    SignalResult,
    TongueResult,
)
from tdscreen.vocabulary import ITEM_REGIONS

REGIONS = ("upper_face", "lips", "jaw", "tongue", "head", "left_hand", "right_hand")
SIGNAL = {
    "upper_face": "upper_face.brow_left_height",
    "lips": "lips.opening",
    "jaw": "jaw.opening",
    "tongue": "tongue.reach",
    "head": "head.up_down",
    "left_hand": "left_hand.index_tip",
    "right_hand": "right_hand.index_tip",
}


def still_region(name: str) -> RegionResult:
    """Return a region that is at rest, and found to be."""
    return RegionResult(
        region=name, kinds=(), regular=False, true_signal=None, true_amplitude=0.0, true_frequency_hz=None,
        true_percent_time_moving=0.0, true_severity=0, true_scored=False, carried=False, assessed=True, reason=None,
        amplitude_mm=0.0, percent_time_moving=0.0, noise_floor_mm=0.6, scored_amplitude_mm=0.0,
        scored_percent_time_moving=0.0,
    )  # fmt: skip


def moving_region(
    name: str,
    *,
    true_mm: float,
    found_mm: float,
    rate_hz: float = 1.5,
    found_rate_hz: float | None = None,
    kinds: tuple[str, ...] = ("rhythmic",),
    types: tuple[str, ...] = ("rhythmic",),
    **changed: Any,
) -> RegionResult:
    """Return a region that truly moves, and what was found of it."""
    signal = SIGNAL[name]
    found = found_mm > 0
    told = RegionResult(
        region=name, kinds=kinds, regular=True, true_signal=signal, true_amplitude=true_mm,
        true_frequency_hz=rate_hz, true_percent_time_moving=100.0, true_severity=2, true_scored=True, carried=False,
        assessed=True, reason=None, signal=signal if found else None,
        true_amplitude_of_signal=true_mm if found else None, amplitude_mm=found_mm,
        amplitude_interval_mm=(0.8 * found_mm, 1.2 * found_mm),
        peak_frequency_hz=(rate_hz if found_rate_hz is None else found_rate_hz) if found else None,
        percent_time_moving=100.0 if found else 0.0, noise_floor_mm=0.6, movement_types=types if found else (),
        scored_amplitude_mm=found_mm, scored_percent_time_moving=100.0,
        signals=(SignalResult(signal, "mm", true_mm, found_mm, 0.6 * true_mm, rate_hz, 100.0, 0.6),),
    )  # fmt: skip
    return dataclasses.replace(told, **changed)


def clip(
    name: str,
    *regions: RegionResult,
    sections: tuple[str, ...],
    group: str = "",
    person: int = 1000,
    tone: int = 1,
    severity: float = 0.0,
    **changed: Any,
) -> ClipResult:
    """Return a clip of which these regions are as given and the others at rest."""
    given = {region.region: region for region in regions}
    every = tuple(given.get(one, still_region(one)) for one in REGIONS)
    items = tuple(
        ItemResult(
            str(item),
            assessed=bool(parts),
            reason=None if parts else "Legs and feet are not measured by this version.",
            expected=(2.0 + severity if any(part in given for part in parts) else 0.1) if parts else None,
            severity=(2.0 + severity if any(part in given for part in parts) else 0.0) if parts else None,
            true_severity=max((given[part].true_severity for part in parts if part in given), default=0),
        )
        for item, parts in ITEM_REGIONS.items()
    )
    made = ClipResult(
        name=name, sections=sections, group=group, base=None, variant=None, preset="made", task="rest",
        person=person, sex="female" if person % 2 else "male", origin="mixed", age_band=f"{20 + 20 * (person % 3)}+",
        monk_tone=tone, width=640, height=480, fps=30.0, distance_mm=500.0, light="good", codec="h264",
        degraded=None, duration_s=15.0, pictures=450, verdict="good", failed_checks=(), unusable_checks=(),
        face_share=100.0, skin_contrast=0.02 + 0.001 * tone, blinks_per_minute=15.0, regions=every, items=items,
        hands=(), tongue=TongueResult(0, 0, (), hidden=False, assessed=True, reason=None), input_sha256="0" * 64,
    )  # fmt: skip
    return dataclasses.replace(made, **changed)


def made_results(*, gain: float = 0.95) -> list[ClipResult]:
    """Return results for every section: each size is found as its share ``gain``, with a little scatter.

    Parameters
    ----------
    gain : float
        Measured over true.
    """
    random = np.random.default_rng(7)
    rates, sizes = (0.5, 1.0, 1.6, 2.5, 4.0, 5.5, 7.0), (1.0, 1.5, 2.0, 3.0, 4.0, 6.0)
    results = []
    for person in range(1000, 1020):
        tone = 1 + person % 10
        for turn, part in enumerate(("lips", "jaw", "upper_face", "right_hand")):
            for again in range(3):
                true = sizes[(person + turn + again) % len(sizes)]
                rate = rates[(person * 2 + turn + 3 * again) % len(rates)]
                found = true * gain * float(random.normal(1, 0.03))
                results.append(
                    clip(
                        f"move-{person}-{part}-{again}",
                        moving_region(part, true_mm=true, found_mm=found, rate_hz=rate),
                        sections=("frequency", "amplitude", "fairness", "time", "good", "kinds"),
                        group=part,
                        person=person,
                        tone=tone,
                        severity=float(random.normal(0, 0.1)),
                    )
                )
        for part, other in (("lips", "jaw"), ("jaw", "lips"), ("upper_face", "lips")):
            along = moving_region(other, true_mm=0.5 if part == "jaw" else 0.1, found_mm=0.6, kinds=())
            results.append(
                clip(
                    f"alone-{person}-{part}",
                    moving_region(part, true_mm=4.0, found_mm=4.0 * gain),
                    along,
                    sections=("leakage",),
                    group=part,
                    person=person,
                )
            )
        small = (0.1, 0.2, 0.3, 0.4, 0.6, 0.8)[person % 6]
        for part in ("lips", "jaw"):
            results.append(
                clip(
                    f"small-{person}-{part}",
                    moving_region(part, true_mm=small, found_mm=small if small > 0.3 else 0.0),
                    sections=("noise",),
                    person=person,
                )
            )
        for group in ("shaking_hand", "turning_head", "breathing"):
            results.append(
                clip(
                    f"still-{person}-{group}",
                    sections=("still", "limits", "good", "kinds"),
                    group=group,
                    person=person,
                    distance_mm=(400.0, 700.0, 1200.0)[person % 3],
                )
            )
        results.append(
            clip(
                f"bad-{person}",
                sections=("degraded",),
                person=person,
                degraded="light",
                verdict="unusable",
                failed_checks=("light",),
                unusable_checks=("light",),
            )
        )
        results.append(
            clip(
                f"tremor-{person}",
                moving_region(
                    "right_hand",
                    true_mm=5.0,
                    found_mm=5.0,
                    rate_hz=5.0,
                    kinds=("tremor_like",),
                    types=("rhythmic", "tremor_like"),
                    scored_amplitude_mm=0.0,
                    true_scored=False,
                    true_severity=0,
                ),
                sections=("kinds", "never"),
                group="tremor",
                person=person,
                items=(),
            )
        )
        results.append(
            clip(
                f"tongue-{person}",
                sections=("tongue",),
                person=person,
                tone=tone,
                tongue=TongueResult(8, 8 if person % 7 else 5, (0.5, -1.0, 2.0), False, True, None),
            )
        )
        results.append(
            clip(
                f"taps-{person}",
                sections=("taps", "sides", "fingers"),
                person=person,
                hands=(HandResult("left", 30, 30, 2.0, 2.01, 450, 0, 450),),
            )
        )
    return results
