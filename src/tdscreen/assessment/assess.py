"""The room's one entrance: measured clips of one sitting become an assessment."""

from __future__ import annotations

import functools
import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata

import numpy as np
from numpy.typing import NDArray

from tdscreen import __version__
from tdscreen.assessment.assessment import (
    NOTICE,
    RESEARCH_USE,
    SCHEMA_VERSION,
    Assessment,
    Coverage,
    ItemAssessment,
    Provenance,
    ScoreSet,
    TotalEstimate,
    Triage,
)
from tdscreen.assessment.coverage import describe_coverage
from tdscreen.assessment.triage import (
    chance_of_rule,
    explain_level,
    hindrances_to_low,
    sort_level,
    too_short_reason,
    unusable_reason,
)
from tdscreen.assessment.words import ITEM_NAMES, describe_contributions, describe_out_of_range
from tdscreen.errors import DataError, InputError
from tdscreen.measurement.clip import ClipMeasurement
from tdscreen.scoring.conformal import ConformalSets
from tdscreen.scoring.distributions import (
    central_interval,
    expected_score,
    schooler_kane_probability,
    take_one_off,
    total_distribution,
)
from tdscreen.scoring.evidence import (
    ACTIVATION_TASKS,
    NOT_MEASURED_ITEMS,
    Evidence,
    ItemEvidence,
    gather_evidence,
    join_reasons,
)
from tdscreen.scoring.model import ASSUMED, SeverityModel, load_model
from tdscreen.scoring.rating_rule import SCALES
from tdscreen.settings import SCORING, ScoringSettings
from tdscreen.vocabulary import Item, TriageLevel

CONVENTION = (
    "AIMS (Guy 1976): the highest severity seen counts; {activation} for movement on activation only; tremor and "
    "movement that was asked for are not scored"
)
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(5)  # type: ignore[no-untyped-call]
"""Where the amplitude's error is looked at, in standard deviations, and what each place counts."""
_NORMAL_95 = 1.96
_VISIBLE_SEVERITY = 0.5


@dataclass(frozen=True)
class _Scored:
    """One candidate of one item, as the model scored it."""

    evidence: Evidence
    severity: float
    baseline: float
    probabilities: NDArray[np.float64]
    contributions: Mapping[str, float]
    out_of_range: tuple[str, ...]
    score_set: ScoreSet | None

    @property
    def rank(self) -> tuple[float, float, float]:
        """Order by severity, of equals by what they show; of equals in that the evidence is in a fixed order."""
        return (self.severity, self.evidence.amplitude_mm, self.evidence.percent_time_moving)


def assess(
    clips: Sequence[ClipMeasurement],
    *,
    model: SeverityModel | None = None,
    settings: ScoringSettings = SCORING,
) -> Assessment:
    """Assess one examination. The order of its clips changes no digit of the result.

    Parameters
    ----------
    clips : sequence of ClipMeasurement
        The clips of one sitting of one person, at least one.
    model : SeverityModel, optional
        Without it, the one that came with this version; one's own from :func:`tdscreen.scoring.model.own_model`.
    settings : ScoringSettings
        Among them how a total is counted, and by what an examination is sorted.

    Returns
    -------
    Assessment

    Raises
    ------
    InputError
        There is no clip.
    ModelError
        The scoring model is missing or changed.
    DataError
        A measurement holds a number that cannot be.
    """
    if not clips:
        raise InputError("An examination needs at least one clip.")
    model = load_model() if model is None else model
    gathered = gather_evidence(clips)
    scored = _score(gathered, model, amplitude_factor=1.0)
    # Anchors half as large see every movement twice as large, and the other way round. People who rated have none.
    factors = (
        (SCORING.anchor_factor, 1.0 / SCORING.anchor_factor) if model.rating_rule_source == ASSUMED else ()
    )
    varied = tuple(_score(gathered, model, amplitude_factor=factor) for factor in factors)

    refusal = too_short_reason(clips) or unusable_reason(clips)
    items = {item: _assess_item(gathered[item], model, scored, varied) for item in Item}
    coverage = describe_coverage(clips)
    return Assessment(
        notice=notice_for(model),
        clips=tuple(clips),
        items=items,
        total=_total(scored, refusal, settings),
        triage=_triage(clips, items, gathered, coverage, (scored, *varied), settings),
        coverage=coverage,
        provenance=_provenance(clips, model, settings),
    )


def notice_for(model: SeverityModel) -> str:
    """Say what a result by this model is for, and what is known of the model.

    Parameters
    ----------
    model : SeverityModel

    Returns
    -------
    str
    """
    if model.calibrated:
        return (
            f"{RESEARCH_USE}The scoring model is {model.status}; of other people and places nothing is known."
        )
    if model.rating_rule_source == ASSUMED:
        return NOTICE
    return f"{RESEARCH_USE}The scoring model is {model.status}: a movement index, not calibrated on patients."


def _score(
    gathered: Mapping[Item, ItemEvidence], model: SeverityModel, *, amplitude_factor: float
) -> dict[Item, list[_Scored]]:
    """Score every candidate by itself: each item's, the highest severity last; items without are left out."""
    candidates = [
        (item, seen)
        for item, entry in gathered.items()
        for seen in entry.evidence
        if seen.scale in model.scales
    ]
    if not candidates:
        return {}
    rows = [
        _features(seen, amplitude_mm * amplitude_factor, model)
        for _, seen in candidates
        for amplitude_mm in _amplitudes(seen)
    ]
    output = model.run(rows)
    scored: dict[Item, list[_Scored]] = {}
    per = len(_NODES)
    for number, (item, seen) in enumerate(candidates):
        column = model.scales.index(seen.scale)
        # The middle node is the amplitude itself.
        first, middle = per * number, per * number + per // 2
        scored.setdefault(item, []).append(
            _Scored(
                evidence=seen,
                severity=float(output.severity[middle, column]),
                baseline=float(output.baseline[column]),
                probabilities=_WEIGHTS @ output.probabilities[first : first + per, column] / _WEIGHTS.sum(),
                contributions={
                    term: float(output.contributions[middle, at])
                    for term, at in model.terms_of(seen.scale).items()
                },
                out_of_range=model.out_of_range(rows[middle]),
                # The promise was made of what is measured, without what the measurement leaves open.
                score_set=_score_set(model.sets.get(seen.scale), output.probabilities[middle, column]),
            )
        )
    return {item: sorted(entries, key=lambda entry: entry.rank) for item, entries in scored.items()}


def _amplitudes(seen: Evidence) -> NDArray[np.float64]:
    """Amplitudes that a measured one may stand for, in mm, the measured one in the middle; none falls below 0."""
    if not (math.isfinite(seen.amplitude_mm) and math.isfinite(seen.percent_time_moving)):
        raise DataError(
            f"The measurement of {seen.region} in {seen.file} is not a number. Please measure it again."
        )
    low_mm, high_mm = seen.amplitude_interval_mm
    sd_mm = max(high_mm - seen.amplitude_mm, seen.amplitude_mm - low_mm, 0.0) / _NORMAL_95
    return np.asarray(np.maximum(seen.amplitude_mm + sd_mm * _NODES, 0.0))


def _features(seen: Evidence, amplitude_mm: float, model: SeverityModel) -> dict[str, float]:
    """Name the inputs of the model's that evidence fills; a model of one's own may do with one of the two."""
    scale = SCALES[seen.scale]
    found = {scale.amplitude_feature: amplitude_mm, scale.time_feature: seen.percent_time_moving}
    return {name: value for name, value in found.items() if name in model.features}


def _score_set(sets: ConformalSets | None, probabilities: NDArray[np.float64]) -> ScoreSet | None:
    if sets is None:
        return None
    (inside,) = sets.members(probabilities[None])
    scores = tuple(int(score) for score in np.flatnonzero(inside))
    return ScoreSet(scores, sets.level, sets.size, sets.always, sets.date)


def _assess_item(
    gathered: ItemEvidence,
    model: SeverityModel,
    scored: Mapping[Item, list[_Scored]],
    varied: Sequence[Mapping[Item, list[_Scored]]],
) -> ItemAssessment:
    """Make one item's record from its highest severity, or say why there is none."""
    item, name = gathered.item, ITEM_NAMES[gathered.item]
    if item not in scored:
        reason = NOT_MEASURED_ITEMS.get(item)
        if reason is None and gathered.evidence:
            reason = f"It was seen, but the scoring model {model.name} does not score it."
        reason = reason or join_reasons(gathered.set_aside)
        return ItemAssessment(name=name, assessed=False, reason=reason, set_aside=gathered.set_aside)
    highest = scored[item][-1]
    smaller, larger = [expected_score(one[item][-1].probabilities) for one in varied] or (None, None)
    return ItemAssessment(
        name=name,
        assessed=True,
        reason=None,
        expected=expected_score(highest.probabilities),
        probabilities=tuple(float(p) for p in highest.probabilities),
        contributions=describe_contributions(highest.evidence, highest.contributions),
        baseline=highest.baseline,
        severity=highest.severity,
        interval=central_interval(highest.probabilities),
        out_of_range=describe_out_of_range(highest.evidence, highest.out_of_range),
        score_set=highest.score_set,
        expected_with_smaller_anchors=smaller,
        expected_with_larger_anchors=larger,
        on_activation_only=_on_activation_only(scored[item]),
        evidence=highest.evidence,
        set_aside=gathered.set_aside,
    )


def _on_activation_only(scored: Sequence[_Scored]) -> bool | None:
    """Say whether movement showed only while fingers were tapped; None if no other task was seen."""
    at_other_times = [entry.severity for entry in scored if entry.evidence.task not in ACTIVATION_TASKS]
    if scored[-1].severity < _VISIBLE_SEVERITY or scored[-1].evidence.task not in ACTIVATION_TASKS:
        return False
    return max(at_other_times) < _VISIBLE_SEVERITY if at_other_times else None


def _stack(scored: Mapping[Item, list[_Scored]], settings: ScoringSettings) -> NDArray[np.float64]:
    """Probabilities (items, 5) of the assessed items as they count, in the order of the AIMS."""
    rows = []
    for item in Item:
        if item in scored:
            own = scored[item][-1].probabilities
            less = settings.activation_takes_one and _on_activation_only(scored[item])
            rows.append(take_one_off(own) if less else own)
    return np.stack(rows)


def _total(
    scored: Mapping[Item, list[_Scored]], refusal: str | None, settings: ScoringSettings
) -> TotalEstimate:
    """Sum the assessed items with their interval."""
    if not scored:
        return TotalEstimate(
            expected=None,
            interval=None,
            interval_share=settings.total_interval,
            activation_takes_one=settings.activation_takes_one,
            maximum=0,
            items_assessed=0,
            reason=refusal or "No item could be assessed.",
        )
    probabilities = _stack(scored, settings)
    return TotalEstimate(
        expected=math.fsum(expected_score(row) for row in probabilities),
        interval=central_interval(total_distribution(probabilities)),
        interval_share=settings.total_interval,
        activation_takes_one=settings.activation_takes_one,
        maximum=4 * len(probabilities),
        items_assessed=len(probabilities),
        reason=None,
    )


def _triage(
    clips: Sequence[ClipMeasurement],
    items: Mapping[Item, ItemAssessment],
    gathered: Mapping[Item, ItemEvidence],
    coverage: Coverage,
    variants: tuple[Mapping[Item, list[_Scored]], ...],
    settings: ScoringSettings,
) -> Triage:
    """Sort the examination, with the table's millimetres as they are, smaller and larger."""
    rule = "total" if settings.sort_by_total else "schooler_kane"

    def unsorted(level: TriageLevel | None, reason: str) -> Triage:
        return Triage(level, None, rule, settings.total_cut, None, reason, level, level)

    if (reason := too_short_reason(clips)) is not None:
        return unsorted(None, reason)
    if (reason := unusable_reason(clips)) is not None:
        return unsorted(TriageLevel.UNUSABLE, reason)
    if not variants[0]:
        names = ", ".join(coverage.not_seen_names)
        return unsorted(
            TriageLevel.UNCERTAIN,
            f"No item could be assessed, so nothing can be said either way. Not seen: {names}.",
        )
    seen_s = {item: _seen_s(entry.evidence) for item, entry in gathered.items()}
    hindrances = hindrances_to_low(items, seen_s)
    strange = tuple(text for entry in items.values() for text in entry.out_of_range)
    stacks = [_stack(variant, settings) for variant in variants]
    of_rule = [schooler_kane_probability(stack) for stack in stacks]
    of_total = [float(total_distribution(stack)[settings.total_cut :].sum()) for stack in stacks]
    chances = of_total if settings.sort_by_total else of_rule
    level, *others = [sort_level(chance, hindrances, strange) for chance in chances]
    smaller, larger = others or (None, None)
    return Triage(
        level=level,
        probability_schooler_kane=of_rule[0],
        rule=rule,
        total_cut=settings.total_cut,
        probability_total=of_total[0],
        reason=explain_level(
            level,
            chances[0],
            items,
            hindrances,
            coverage,
            clips,
            rule=chance_of_rule(settings),
            strange=strange,
        ),
        level_with_smaller_anchors=smaller,
        level_with_larger_anchors=larger,
    )


def _seen_s(evidence: Sequence[Evidence]) -> float:
    """Add up for how long an item's regions were seen; a clip that was handed in twice was seen once."""
    return math.fsum({(seen.input_sha256, seen.region): seen.assessed_s for seen in evidence}.values())


def _provenance(
    clips: Sequence[ClipMeasurement], model: SeverityModel, settings: ScoringSettings
) -> Provenance:
    """Say what the assessment was made from and with."""
    trackers = sorted({clip.provenance["mediapipe"] for clip in clips if "mediapipe" in clip.provenance})
    return Provenance(
        schema_version=SCHEMA_VERSION,
        tdscreen=__version__,
        model_name=model.name,
        model_version=model.version,
        model_date=model.date,
        model_sha256=model.sha256,
        model_status=model.status,
        model_training_data=model.training_data,
        anchors_source=model.rating_rule_source,
        convention=CONVENTION.format(
            activation="a point is taken off the total"
            if settings.activation_takes_one
            else "nothing is taken off"
        ),
        onnxruntime=_version_of("onnxruntime"),
        mediapipe=", ".join(trackers) or None,
        input_sha256=examination_sha256([clip.input_sha256 for clip in clips]),
    )


@functools.cache
def _version_of(distribution: str) -> str:
    """Read the version of an installed package once: it is a search through files."""
    return metadata.version(distribution)


def examination_sha256(clip_sha256s: Sequence[str]) -> str:
    """Identify an examination: a clip's own SHA-256, or that of its clips' sorted ones in a row.

    Parameters
    ----------
    clip_sha256s : sequence of str
        At least one, each 64 hexadecimal digits.

    Returns
    -------
    str
    """
    if len(clip_sha256s) == 1:
        return clip_sha256s[0]
    return hashlib.sha256("".join(sorted(clip_sha256s)).encode("ascii")).hexdigest()
