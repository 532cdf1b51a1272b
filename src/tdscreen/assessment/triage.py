"""How an examination is sorted, and the sentences that say what that rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tdscreen.assessment.assessment import Coverage, ItemAssessment
from tdscreen.assessment.words import REGION_NAMES, join_names
from tdscreen.measurement.clip import ClipMeasurement
from tdscreen.printing import rounded_down
from tdscreen.scoring.evidence import SetAside, clip_reason, is_long_enough, is_usable, join_reasons
from tdscreen.settings import SCORING, ScoringSettings
from tdscreen.vocabulary import Item, MovementType, Region, TriageLevel, Verdict

REQUIRED_FOR_LOW = (Item.FACIAL_EXPRESSION, Item.LIPS, Item.JAW, Item.TONGUE)
"""Without each of these assessed, a quiet examination is uncertain: a false "low" does harm."""

_SEVERITY_RULE = "the Schooler-Kane severity rule (at least mild in two items, or moderate in one) is met"
_NOTABLE_SEVERITY = 1.5


def too_short_reason(clips: Sequence[ClipMeasurement]) -> str | None:
    """Why an examination has neither items nor triage: what could be used is too short. None if not so.

    Where no clip could be used whatever its length, the examination is unusable and not just too short.
    """
    if any(is_long_enough(clip) for clip in clips) or not any(is_usable(clip) for clip in clips):
        return None
    longest_s = max(clip.duration_s for clip in clips)
    return (
        f"No clip is {SCORING.min_clip_s:g} s long or longer (the longest is {rounded_down(longest_s)} s), so neither "
        "items nor a triage are given. Please record again, for longer."
    )


def unusable_reason(clips: Sequence[ClipMeasurement]) -> str | None:
    """Why an examination cannot be used: no clip gives evidence. None if one does."""
    reasons = [(clip.file, clip_reason(clip)) for clip in clips]
    if any(reason is None for _, reason in reasons):
        return None
    # Any region will do: what is said here is about whole clips.
    told = sorted({(file, reason) for file, reason in reasons if reason is not None})
    return "No clip can be used. " + join_reasons([SetAside(file, Region.HEAD, text) for file, text in told])


def hindrances_to_low(items: Mapping[Item, ItemAssessment], seen_s: Mapping[Item, float]) -> tuple[str, ...]:
    """Say what keeps a quiet examination from being called low.

    Parameters
    ----------
    items : mapping of Item to ItemAssessment
    seen_s : mapping of Item to float
        For how long each item's regions gave evidence.

    Returns
    -------
    tuple of str
        Sentences; empty if nothing hinders.
    """
    told: list[str] = []
    missing = [items[item].name for item in REQUIRED_FOR_LOW if not items[item].assessed]
    if missing:
        told.append(
            f"Not assessed, and needed before an examination can be called low: {join_names(missing)}."
        )
    brief = [
        items[item].name
        for item in REQUIRED_FOR_LOW
        if items[item].assessed and seen_s[item] < SCORING.low_min_assessed_s
    ]
    if brief:
        told.append(f"Seen for less than {SCORING.low_min_assessed_s:g} s: {join_names(brief)}.")
    return tuple(told)


def chance_of_rule(settings: ScoringSettings = SCORING) -> str:
    """Say what an examination is sorted by the chance of."""
    if settings.sort_by_total:
        return f"the assessed items add up to {settings.total_cut} or more"
    return _SEVERITY_RULE


def sort_level(probability: float, hindrances: Sequence[str], strange: Sequence[str]) -> TriageLevel:
    """Sort by the chance that the rule is met.

    Only without any hindrance can it be low; and where the model was asked about something that it was not fitted on,
    nothing is said either way.
    """
    if strange:
        return TriageLevel.UNCERTAIN
    if probability >= SCORING.elevated_min_probability:
        return TriageLevel.ELEVATED
    if probability <= SCORING.low_max_probability and not hindrances:
        return TriageLevel.LOW
    return TriageLevel.UNCERTAIN


def explain_level(
    level: TriageLevel,
    probability: float,
    items: Mapping[Item, ItemAssessment],
    hindrances: Sequence[str],
    coverage: Coverage,
    clips: Sequence[ClipMeasurement],
    *,
    rule: str,
    strange: Sequence[str],
) -> str:
    """Say what a level rests on.

    Parameters
    ----------
    level : TriageLevel
        Low, uncertain or elevated.
    probability : float
        That the rule is met.
    items : mapping of Item to ItemAssessment
        At least one assessed.
    hindrances : sequence of str
        What keeps the examination from being low.
    coverage : Coverage
    clips : sequence of ClipMeasurement
    rule : str
        From :func:`chance_of_rule`.
    strange : sequence of str
        What lies outside of what the model was fitted on, as sentences.

    Returns
    -------
    str
    """
    assessed = [entry for entry in items.values() if entry.assessed]
    moving = sorted(
        (entry for entry in assessed if (entry.severity or 0.0) >= _NOTABLE_SEVERITY),
        key=lambda entry: -(entry.severity or 0.0),
    )
    told = [f"The estimated chance that {rule} is {_percent(probability)}."]
    if moving:
        told.append(f"Most movement: {join_names([entry.name for entry in moving])}.")
    else:
        told.append("No more than slight movement was found in what was assessed.")
    told.extend(strange)
    if level is TriageLevel.UNCERTAIN and not strange:
        told.extend(hindrances if probability <= SCORING.low_max_probability else (_between(probability),))
    names = join_names([entry.name for entry in assessed])
    told.append(f"It rests on {len(assessed)} of {len(items)} items: {names}.")
    trembling = _regions_with(MovementType.TREMOR_LIKE, clips)
    if trembling:
        told.append(f"Tremor-like movement was set aside and not scored: {join_names(trembling)}.")
    if _regions_with(MovementType.CHEWING_LIKE, clips):
        told.append(
            "The jaw moves at the rate of chewing, and dyskinesia of the jaw looks the same: is there gum or food in "
            "the mouth, or do dentures sit badly?"
        )
    if any(clip.quality.verdict is Verdict.LIMITED for clip in clips):
        told.append("The quality of the recording was limited.")
    told.append(f"Not seen: {join_names(coverage.not_seen_names)}.")
    return " ".join(told)


def _regions_with(kind: MovementType, clips: Sequence[ClipMeasurement]) -> list[str]:
    """Name the regions that show a kind of movement in a clip that is used."""
    return [
        REGION_NAMES[region]
        for region in Region
        if any(clip_reason(clip) is None and kind in clip.regions[region].movement_types for clip in clips)
    ]


def _between(probability: float) -> str:
    """Say that a chance lies between the two cut-offs."""
    return (
        f"That lies between the cut-offs of {_percent(SCORING.low_max_probability)} and "
        f"{_percent(SCORING.elevated_min_probability)}."
    )


def _percent(share: float) -> str:
    """Write a probability in whole percent, never as 0 or 100."""
    if share < 0.01:
        return "under 1%"
    return "over 99%" if share > 0.99 else f"{100 * share:.0f}%"
