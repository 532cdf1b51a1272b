"""Plain names and sentences for what an assessment says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tdscreen.assessment.assessment import Contribution, ScoreSet
from tdscreen.measurement.clip import RegionMeasurement
from tdscreen.scoring.evidence import Evidence
from tdscreen.scoring.rating_rule import SCALES, TIME_EDGES_PERCENT, Scale
from tdscreen.vocabulary import Item, Region

ITEM_NAMES: dict[Item, str] = {
    Item.FACIAL_EXPRESSION: "facial expression",
    Item.LIPS: "lips",
    Item.JAW: "jaw",
    Item.TONGUE: "tongue",
    Item.UPPER_LIMBS: "hands and arms",
    Item.LOWER_LIMBS: "legs and feet",
    Item.TRUNK: "trunk",
}

REGION_NAMES: dict[Region, str] = {
    Region.UPPER_FACE: "upper face",
    Region.LIPS: "lips",
    Region.JAW: "jaw",
    Region.TONGUE: "tongue",
    Region.HEAD: "head",
    Region.LEFT_HAND: "left hand",
    Region.RIGHT_HAND: "right hand",
}


def join_names(names: Sequence[str]) -> str:
    """Join names as one writes them: ``lips``, ``lips and jaw``, ``lips, jaw and tongue``."""
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def counts(measured: RegionMeasurement) -> tuple[str, ...]:
    """Say what was counted: ``out past the lips 7 times``, ``35 taps, 3.5 a second``, ``17 blinks a minute``.

    Parameters
    ----------
    measured : RegionMeasurement

    Returns
    -------
    tuple of str
        Empty for a region in which nothing is counted.
    """
    told = []
    if measured.protrusions:
        times = len(measured.protrusions)
        told.append(f"out past the lips {'once' if times == 1 else f'{times} times'}")
    if measured.taps is not None:
        rate = "" if measured.taps_per_s is None else f", {measured.taps_per_s:.1f} a second"
        told.append(f"{measured.taps} tap{'' if measured.taps == 1 else 's'}{rate}")
    if measured.blinks_per_minute:
        told.append(f"{measured.blinks_per_minute:.0f} blinks a minute")
    return tuple(told)


def describe_contributions(
    evidence: Evidence, contributions: Mapping[str, float]
) -> tuple[Contribution, ...]:
    """Say what the amplitude, the share of time and the two together did to an item.

    Parameters
    ----------
    evidence : Evidence
        What counted for the item.
    contributions : mapping of str to float
        By the names of the model's terms, in points of severity.

    Returns
    -------
    tuple of Contribution
        In the same order.
    """
    scale = SCALES[evidence.scale]
    part = _part(evidence)
    if evidence.carried_by is not None:
        amplitude_text = f"{part} only went along with the {REGION_NAMES[evidence.carried_by]}"
    elif evidence.amplitude_mm > 0:
        amplitude_text = f"{part} moved {evidence.amplitude_mm:.1f} mm ({_amplitude_word(evidence, scale)})"
    else:
        amplitude_text = f"{part} showed no movement to score"
    own = " by itself" if evidence.carried_by is not None else ""
    time_text = f"{part} moved{own} {evidence.percent_time_moving:.0f}% of the time"
    time_text += f" ({_time_word(evidence.percent_time_moving, TIME_EDGES_PERCENT)})"
    told = {
        scale.amplitude_feature: (evidence.amplitude_mm, "mm", amplitude_text),
        scale.time_feature: (evidence.percent_time_moving, "%", time_text),
    }
    found = []
    for term, points in contributions.items():
        value, unit, text = told.get(term, (None, "", f"{part}: size and time together"))
        found.append(Contribution(term, value, unit, points, f"{text}: {signed(points)}"))
    return tuple(found)


def set_words(found: ScoreSet) -> str:
    """Say which scores a calibrated model leaves open: ``with 90%: 1 or 2 (calibrated on 24 people, 2026-11-26)``.

    Parameters
    ----------
    found : ScoreSet

    Returns
    -------
    str
    """
    told = [str(score) for score in found.scores]
    either = " or ".join(part for part in (", ".join(told[:-1]), *told[-1:]) if part)
    words = f"with {found.level:.0%}: {either} (calibrated on {found.people} people, {found.date}"
    if found.always:
        rare = join_names([str(score) for score in found.always])
        words += f"; too few of them had {rare} to leave {'it' if len(found.always) == 1 else 'these'} out"
    return f"{words})"


def describe_out_of_range(evidence: Evidence, features: Sequence[str]) -> tuple[str, ...]:
    """Say which inputs lie outside of what the model was fitted on.

    Parameters
    ----------
    evidence : Evidence
    features : sequence of str
        Names of the inputs.

    Returns
    -------
    tuple of str
        Sentences.
    """
    scale = SCALES[evidence.scale]
    told = {
        scale.amplitude_feature: f"{evidence.amplitude_mm:.0f} mm",
        scale.time_feature: f"{evidence.percent_time_moving:.0f}% of the time",
    }
    return tuple(
        f"The {_part(evidence)} moved by {told[name]}, which is more than the model was fitted on: please look at "
        "the recording yourself."
        if name == scale.amplitude_feature
        else f"The {_part(evidence)} moved {told[name]}, which the model was not fitted on."
        for name in features
    )


def _part(evidence: Evidence) -> str:
    """Name the part, and of a hand what of it moves."""
    part = REGION_NAMES[evidence.region]
    if evidence.scale.startswith(str(Item.UPPER_LIMBS)):
        part += " (wrist)" if evidence.scale.endswith(".wrist") else " (fingers)"
    return part


def signed(points: float) -> str:
    """Write points with their sign and one decimal, and nothing as ``+0.0``."""
    return f"{round(points, 1) + 0.0:+.1f}"


def _amplitude_word(evidence: Evidence, scale: Scale) -> str:
    """Say where an amplitude lies: ``moderate: 2 to 5 mm``."""
    if evidence.amplitude_mm <= scale.slight_to_mm:
        return f"slight: up to {scale.slight_to_mm:g} mm"
    if evidence.amplitude_mm <= scale.moderate_to_mm:
        return f"moderate: {scale.slight_to_mm:g} to {scale.moderate_to_mm:g} mm"
    return f"large: over {scale.moderate_to_mm:g} mm"


def _time_word(percent: float, edges: tuple[float, float]) -> str:
    """Say where a share of time lies: ``40 to 75%``."""
    low, high = edges
    if percent <= 0:
        return "none found"
    if percent < low:
        return f"under {low:g}%"
    return f"{low:g} to {high:g}%" if percent <= high else f"over {high:g}%"
