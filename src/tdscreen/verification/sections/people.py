"""Fairness: the same figures by skin tone, sex, age and origin of the face, and gain against skin contrast."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from tdscreen.verification.figure import Figure, Target, make_figure
from tdscreen.verification.results import ClipResult, ItemResult, of_section
from tdscreen.verification.sections.movement import FROM_MM, Row, moving_rows, rate_error_hz
from tdscreen.verification.statistics import Spread, spread_between

ATTRIBUTES: dict[str, tuple[str, Callable[[ClipResult], str]]] = {
    "tone": ("skin tone (Monk scale)", lambda clip: f"{clip.monk_tone:02d}"),
    "sex": ("sex", lambda clip: clip.sex),
    "age": ("age", lambda clip: clip.age_band),
    "origin": ("origin of the face", lambda clip: clip.origin),
}
"""By what people are compared: in words, and the group of a clip's person."""
MAX_SPREAD = 0.2
FACE_ITEMS = ("facial_expression", "lips", "jaw")


@dataclass(frozen=True)
class GroupRow:
    """The figures of one group of people; None where no clip shows one.

    Attributes
    ----------
    attribute, group : str
    people, clips : int
    usable_percent : float
    limit_mm : float or None
        Median of the stated detection limits of lips and jaw, as half the range.
    rate_error_hz : float or None
        Mean size of the error.
    amplitude_error_percent : float or None
        Mean size of the error, from 1 mm up.
    item_error : float or None
        Mean of estimate less truth of items above 0, in points; what was shown to the group taken into account.
    """

    attribute: str
    group: str
    people: int
    clips: int
    usable_percent: float
    limit_mm: float | None
    rate_error_hz: float | None
    amplitude_error_percent: float | None
    item_error: float | None


def item_errors(
    results: Sequence[ClipResult], *, moving: bool = True
) -> list[tuple[ClipResult, ItemResult, float]]:
    """Return estimate less truth of the items of the face in the clips of the section.

    Parameters
    ----------
    results : sequence of ClipResult
    moving : bool
        Of items that truly are above 0, or of the others. Mixed, the many at rest would hide how the few are scored.
    """
    return [
        (clip, item, item.expected - item.true_severity)
        for clip in of_section(results, "fairness")
        for item in clip.items
        if item.item in FACE_ITEMS and item.expected is not None and (item.true_severity > 0) == moving
    ]


def spreads(results: Sequence[ClipResult], *, moving: bool = True) -> dict[str, Spread | None]:
    """Return by how much the item error differs between the groups of each attribute.

    Which movement, of which severity, a person was given is parted from who they are.

    Parameters
    ----------
    results : sequence of ClipResult
    moving : bool
        As :func:`item_errors`.
    """
    errors = item_errors(results, moving=moving)
    values = np.array([error for *_, error in errors], dtype=np.float64)
    persons = [clip.person for clip, *_ in errors]
    shown = [(f"{item.item} {item.true_severity}", clip.group) for clip, item, _ in errors]
    return {
        name: spread_between([group(clip) for clip, *_ in errors], persons, values, shown=shown)
        for name, (_, group) in ATTRIBUTES.items()
    }


def fairness_figures(results: Sequence[ClipResult]) -> list[Figure]:
    """Return the spread of the item error between groups, and beside it what chance alone would bring."""
    figures = []
    for moving, suffix, of_what in ((True, "", "moving parts"), (False, "_still", "parts at rest")):
        errors = item_errors(results, moving=moving)
        for name, spread in spreads(results, moving=moving).items():
            words, _ = ATTRIBUTES[name]
            about = (
                ""
                if spread is None
                else f"; {len(spread.means)} groups of {min(spread.counts.values())} items or more; chance alone "
                f"brings up to {spread.by_chance:.2f} with these numbers"
            )
            figures.append(
                make_figure(
                    f"fairness.{name}{suffix}",
                    f"Item error of {of_what} by {words}: largest less smallest of the groups' means{about}",
                    value=None if spread is None else spread.value,
                    n=len(errors),
                    persons=len({clip.person for clip, *_ in errors}),
                    unit="points",
                    target=Target(high=MAX_SPREAD) if moving else None,
                )
            )
    return figures


def group_rows(results: Sequence[ClipResult]) -> list[GroupRow]:
    """Return the figures of every group of every attribute."""
    clips = of_section(results, "fairness")
    moving = moving_rows(results, "fairness", from_mm=FROM_MM)
    evened = spreads(results)
    table = []
    for name, (_, group) in ATTRIBUTES.items():
        spread = evened[name]
        means = {} if spread is None else spread.means
        for label in sorted({group(clip) for clip in clips}):
            own = [clip for clip in clips if group(clip) == label]
            rows = [row for row in moving if group(row.clip) == label]
            table.append(
                GroupRow(
                    attribute=name,
                    group=label,
                    people=len({clip.person for clip in own}),
                    clips=len(own),
                    usable_percent=100.0 * sum(clip.usable for clip in own) / len(own),
                    limit_mm=_median(
                        region.noise_floor_mm / 2
                        for clip in own
                        for region in clip.regions
                        if region.region in ("lips", "jaw") and region.noise_floor_mm is not None
                    ),
                    rate_error_hz=_mean(abs(e) for row in rows if (e := _rate_error(row)) is not None),
                    amplitude_error_percent=_mean(
                        100.0 * abs(row.measured / row.true - 1)
                        for row in rows
                        if row.region.assessed and row.true > 0
                    ),
                    item_error=means.get(label),
                )
            )
    return table


def _rate_error(row: Row) -> float | None:
    return rate_error_hz(row) if row.region.regular else None


def _mean(values: Iterable[float]) -> float | None:
    found = list(values)
    return float(np.mean(found)) if found else None


def _median(values: Iterable[float]) -> float | None:
    found = list(values)
    return float(np.median(found)) if found else None


def contrast_figures(results: Sequence[ClipResult]) -> list[Figure]:
    """Return how gain goes with the contrast of the skin: a picture-based measure needs something to hold on to."""
    points = contrast_points(results)
    figures = []
    for part in ("lips", "jaw", "upper_face"):
        own = [(contrast, gain, person) for region, contrast, gain, person in points if region == part]
        value = None
        if len(own) >= 5:
            contrast = np.array([one[0] for one in own])
            value = float(np.corrcoef(_ranks(contrast), _ranks(np.array([one[1] for one in own])))[0, 1])
        figures.append(
            make_figure(
                f"contrast.{part}",
                f"Gain of the {part.replace('_', ' ')} against the contrast of the skin at 1 to 10 px: rank "
                "correlation (0: the gain does not depend on it)",
                value=value,
                n=len(own),
                persons=len({one[2] for one in own}),
                unit="",
            )
        )
    return figures


def contrast_points(results: Sequence[ClipResult]) -> list[tuple[str, float, float, int]]:
    """Return region, contrast of the skin, gain and person of each movement of the face from 1 mm up."""
    return [
        (row.region.region, row.clip.skin_contrast, row.measured / row.true, row.person)
        for row in moving_rows(results, "amplitude", from_mm=FROM_MM)
        if row.region.region in ("lips", "jaw", "upper_face")
        and row.clip.skin_contrast is not None
        and row.measured > 0
        and row.true > 0
    ]


def _ranks(values: np.typing.NDArray[np.float64]) -> np.typing.NDArray[np.float64]:
    from scipy.stats import rankdata

    return np.asarray(rankdata(values), dtype=np.float64)
