"""What stillness shows: the smallest movement told from none, and still people who must come out at rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tdscreen.verification.figure import Figure, Target, make_figure, not_assessed, share_figure
from tdscreen.verification.results import ClipResult, of_section, region_rows
from tdscreen.verification.sections.movement import ALL, PARTS, moving_rows
from tdscreen.verification.statistics import DetectionFit, Floats, Indices, bootstrap_interval

SHOWN_SEVERITY = 0.5
"""From here an item's estimate is nearer to 1 than to 0."""
MAX_LIMIT_MM = 0.5
STILL_KINDS = ("shaking_hand", "turning_head", "breathing")
"""What the card promises of still people. Those who blink at a normal rate count among what must raise nothing."""


def noise_figures(results: Sequence[ClipResult]) -> list[Figure]:
    """Return the smallest movement told from none, part by part, and how often stillness is taken for movement."""
    figures = []
    for part, regions in PARTS.items():
        # A small movement that was not assessed was not told from none either.
        rows = [row for row in moving_rows(results, "noise") if row.region.region in regions]
        unseen = sum(not row.region.assessed for row in rows)
        sizes = np.array([row.region.true_amplitude for row in rows])
        found = np.array([row.measured > 0 for row in rows], dtype=np.bool_)
        fit = DetectionFit(sizes, found) if len(rows) else None
        value, bound = _limit(sizes, fit)
        persons = [row.person for row in rows]
        figures.append(
            make_figure(
                f"noise.{part}",
                f"Smallest movement of the {part} told from none at 95% (half the range), good light, near"
                + _tried(sizes)
                + (f"; {unseen} not assessed count as not found" if unseen else ""),
                value=value,
                n=len(rows),
                persons=len(set(persons)),
                unit="mm",
                target=Target(high=MAX_LIMIT_MM) if part in ("lips", "jaw") else None,
                interval=None if bound or fit is None else bootstrap_interval(persons, _limit_of_draw(fit)),
                bound=bound,
            )
        )
    # In the clips of small movements next to nothing is at rest: a jaw of 0.3 mm takes the lips along by 0.2.
    at_rest = [
        (clip, region)
        for clip, region in region_rows(of_section(results, "limits"))
        if not region.moves and region.region in ("lips", "jaw", "upper_face")
    ]
    still = [(clip, region) for clip, region in at_rest if region.assessed]
    figures.append(
        share_figure(
            "noise.false_alarms",
            "Lips, jaw and upper face of people at rest (breathing and blinking; near and far, in good light and weak) "
            "that are said to move, whether it counts for an item or not"
            + not_assessed(len(at_rest) - len(still)),
            [bool(region.amplitude_mm) for _, region in still],
            [clip.person for clip, _ in still],
            target=Target(high=5.0),
        )
    )
    chewing = [row for row in moving_rows(results, "swaying") if row.region.region == "jaw"]
    figures.append(
        share_figure(
            "noise.swaying",
            "Chewing of 1.7 mm behind closed lips, on a head that sways by 4 mm, turns by 5 degrees and nods by 3: "
            "told from none (not assessed counts as missed)",
            [row.measured > 0 for row in chewing],
            [row.person for row in chewing],
            target=ALL,
        )
    )
    return figures


def _tried(sizes: Floats) -> str:
    """Say which sizes were tried: where all were found, or few were tried, the figure rests on little."""
    if not len(sizes):
        return ""
    return f" ({len(sizes)} movements of {sizes.min():.2g} to {sizes.max():.2g} mm tried)"


def _limit(sizes: Floats, fit: DetectionFit | None) -> tuple[float | None, str]:
    """Return the limit, and how it is bounded where the sizes tried do not enclose it."""
    if fit is None:
        return None, ""
    if fit.all_found:
        return float(sizes.min()), "at most"
    curve = fit.curve()
    if curve is None or curve.limit > sizes.max():
        return float(sizes.max()), "more than"
    return curve.limit, ""


def _limit_of_draw(fit: DetectionFit) -> Callable[[Indices], float | None]:
    def limit(drawn: Indices) -> float | None:
        curve = fit.curve(drawn)
        return None if curve is None else curve.limit

    return limit


@dataclass(frozen=True)
class StatedLimit:
    """The detection limit that the tool states, over still clips of one kind.

    Attributes
    ----------
    region : str
    distance_mm : float
    light : str
    height : int
    median_mm : float
        As half the range, to compare with amplitudes.
    clips : int
    """

    region: str
    distance_mm: float
    light: str
    height: int
    median_mm: float
    clips: int


def stated_limits(results: Sequence[ClipResult]) -> list[StatedLimit]:
    """Return the tool's own detection limits by region, distance, light and height of the picture."""
    found: dict[tuple[str, float, str, int], list[float]] = {}
    for clip, region in region_rows(of_section(results, "limits")):
        if region.noise_floor_mm is not None and not region.moves:
            key = (region.region, clip.distance_mm, clip.light, clip.height)
            found.setdefault(key, []).append(region.noise_floor_mm / 2)
    return [
        StatedLimit(*key, median_mm=float(np.median(values)), clips=len(values))
        for key, values in sorted(found.items())
    ]


def still_figures(results: Sequence[ClipResult]) -> list[Figure]:
    """Return how often still people show an item above 0: by a shaking hand, turning the head, breathing."""
    figures = []
    everyone = [clip for clip in of_section(results, "still") if clip.group in STILL_KINDS]
    for name, words, clips in (
        (
            "all",
            "Still people filmed by a shaking hand, turning their head by 20 degrees, or breathing",
            everyone,
        ),
        *(
            (
                group,
                f"Of these: {group.replace('_', ' ')}",
                [clip for clip in everyone if clip.group == group],
            )
            for group in sorted({clip.group for clip in everyone})
        ),
    ):
        persons = [clip.person for clip in clips]
        figures.append(
            share_figure(
                f"still.{name}",
                f"{words}: clips that show any item above 0 (an estimate nearer to 1 than to 0)",
                [bool(clip.raised(from_severity=SHOWN_SEVERITY)) for clip in clips],
                persons,
                target=Target(high=2.0) if name == "all" else None,
            )
        )
    figures.append(
        share_figure(
            "still.any_movement",
            "The same clips: any movement scored at all, however small",
            [bool(clip.raised(from_severity=1e-9)) for clip in everyone],
            [clip.person for clip in everyone],
        )
    )
    figures.append(
        share_figure(
            "still.usable",
            "The same clips: usable by the quality checks",
            [clip.usable for clip in everyone],
            [clip.person for clip in everyone],
        )
    )
    return figures
