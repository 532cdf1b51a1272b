"""The room's one entrance: measured clips of one sitting become an assessment."""

from __future__ import annotations

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
    SCHEMA_VERSION,
    Assessment,
    Coverage,
    ItemAssessment,
    Provenance,
    TotalEstimate,
    Triage,
)
from tdscreen.assessment.coverage import describe_coverage
from tdscreen.assessment.triage import (
    explain_level,
    hindrances_to_low,
    sort_level,
    too_short_reason,
    unusable_reason,
)
from tdscreen.assessment.words import ITEM_NAMES, describe_contributions
from tdscreen.errors import DataError, InputError
from tdscreen.measurement.clip import ClipMeasurement
from tdscreen.scoring.distributions import (
    central_interval,
    expected_score,
    schooler_kane_probability,
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
from tdscreen.scoring.model import SeverityModel, load_model
from tdscreen.settings import SCORING
from tdscreen.vocabulary import Item, TriageLevel

CONVENTION = (
    "AIMS (Guy 1976): the highest severity seen counts; nothing is taken off for movement on activation "
    "only; tremor and movement that was asked for are not scored"
)

_VISIBLE_SEVERITY = 0.5


@dataclass(frozen=True)
class _Scored:
    """One candidate of one item, as the model scored it."""

    evidence: Evidence
    severity: float
    baseline: float
    probabilities: NDArray[np.float64]
    of_amplitude: float
    of_time: float

    @property
    def rank(self) -> tuple[float, float, float]:
        """Order by severity, of equals by what they show; of equals in that the evidence is in a fixed order."""
        return (self.severity, self.evidence.amplitude_mm, self.evidence.percent_time_moving)


def assess(clips: Sequence[ClipMeasurement], *, model: SeverityModel | None = None) -> Assessment:
    """Assess one examination. The order of its clips changes no digit of the result.

    Parameters
    ----------
    clips : sequence of ClipMeasurement
        The clips of one sitting of one person, at least one.
    model : SeverityModel, optional
        Without it, the one that came with this version.

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
    gathered = gather_evidence(clips, slight_to_mm={scale.name: scale.slight_to_mm for scale in model.scales})
    scored = _score(gathered, model, amplitude_factor=1.0)
    # Anchors half as large see every movement twice as large, and the other way round.
    smaller = _score(gathered, model, amplitude_factor=SCORING.anchor_factor)
    larger = _score(gathered, model, amplitude_factor=1.0 / SCORING.anchor_factor)

    refusal = too_short_reason(clips) or unusable_reason(clips)
    items = {item: _assess_item(gathered[item], scored, smaller, larger, model) for item in Item}
    coverage = describe_coverage(clips)
    return Assessment(
        notice=NOTICE,
        clips=tuple(clips),
        items=items,
        total=_total(scored, refusal),
        triage=_triage(clips, items, gathered, coverage, (scored, smaller, larger)),
        coverage=coverage,
        provenance=_provenance(clips, model),
    )


def _score(
    gathered: Mapping[Item, ItemEvidence], model: SeverityModel, *, amplitude_factor: float
) -> dict[Item, list[_Scored]]:
    """Score every candidate by itself: each item's, the highest severity last; items without are left out."""
    candidates = [(item, seen) for item in model.items for seen in gathered[item].evidence]
    if not candidates:
        return {}
    rows = []
    for _, seen in candidates:
        if not (math.isfinite(seen.amplitude_mm) and math.isfinite(seen.percent_time_moving)):
            raise DataError(
                f"The measurement of {seen.region} in {seen.file} is not a number. Please measure it again."
            )
        scale = model.scale(seen.scale)
        rows.append(
            {
                scale.amplitude_feature: seen.amplitude_mm * amplitude_factor,
                scale.time_feature: seen.percent_time_moving,
            }
        )
    output = model.run(rows)
    scored: dict[Item, list[_Scored]] = {}
    for row, (item, seen) in enumerate(candidates):
        scale = model.scale(seen.scale)
        column = model.items.index(item)
        scored.setdefault(item, []).append(
            _Scored(
                evidence=seen,
                severity=float(output.severity[row, column]),
                baseline=float(output.baseline[column]),
                probabilities=output.probabilities[row, column],
                of_amplitude=float(output.contributions[row, model.features.index(scale.amplitude_feature)]),
                of_time=float(output.contributions[row, model.features.index(scale.time_feature)]),
            )
        )
    return {item: sorted(entries, key=lambda entry: entry.rank) for item, entries in scored.items()}


def _assess_item(
    gathered: ItemEvidence,
    scored: Mapping[Item, list[_Scored]],
    smaller: Mapping[Item, list[_Scored]],
    larger: Mapping[Item, list[_Scored]],
    model: SeverityModel,
) -> ItemAssessment:
    """Make one item's record from its highest severity, or say why there is none."""
    item, name = gathered.item, ITEM_NAMES[gathered.item]
    if item not in scored:
        reason = NOT_MEASURED_ITEMS.get(item) or join_reasons(gathered.set_aside)
        return ItemAssessment(name=name, assessed=False, reason=reason, set_aside=gathered.set_aside)
    highest = scored[item][-1]
    return ItemAssessment(
        name=name,
        assessed=True,
        reason=None,
        expected=expected_score(highest.probabilities),
        probabilities=tuple(float(p) for p in highest.probabilities),
        contributions=describe_contributions(
            highest.evidence,
            model.scale(highest.evidence.scale),
            time_edges_percent=model.time_edges_percent,
            of_amplitude=highest.of_amplitude,
            of_time=highest.of_time,
        ),
        baseline=highest.baseline,
        severity=highest.severity,
        expected_with_smaller_anchors=expected_score(smaller[item][-1].probabilities),
        expected_with_larger_anchors=expected_score(larger[item][-1].probabilities),
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


def _stack(scored: Mapping[Item, list[_Scored]]) -> NDArray[np.float64]:
    """Probabilities (items, 5) of the assessed items, in the order of the AIMS."""
    return np.stack([scored[item][-1].probabilities for item in Item if item in scored])


def _total(scored: Mapping[Item, list[_Scored]], refusal: str | None) -> TotalEstimate:
    """Sum the assessed items with their interval."""
    if not scored:
        return TotalEstimate(
            expected=None,
            interval=None,
            interval_share=SCORING.total_interval,
            maximum=0,
            items_assessed=0,
            reason=refusal or "No item could be assessed.",
        )
    probabilities = _stack(scored)
    return TotalEstimate(
        expected=math.fsum(expected_score(row) for row in probabilities),
        interval=central_interval(total_distribution(probabilities)),
        interval_share=SCORING.total_interval,
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
) -> Triage:
    """Sort the examination, with the table's millimetres as they are, smaller and larger."""
    if (reason := too_short_reason(clips)) is not None:
        return Triage(None, None, reason, None, None)
    if (reason := unusable_reason(clips)) is not None:
        return Triage(TriageLevel.UNUSABLE, None, reason, TriageLevel.UNUSABLE, TriageLevel.UNUSABLE)
    if not variants[0]:
        names = ", ".join(coverage.not_seen_names)
        return Triage(
            level=TriageLevel.UNCERTAIN,
            probability_schooler_kane=None,
            reason=f"No item could be assessed, so nothing can be said either way. Not seen: {names}.",
            level_with_smaller_anchors=TriageLevel.UNCERTAIN,
            level_with_larger_anchors=TriageLevel.UNCERTAIN,
        )
    seen_s = {item: _seen_s(entry.evidence) for item, entry in gathered.items()}
    hindrances = hindrances_to_low(items, seen_s)
    probabilities = [schooler_kane_probability(_stack(variant)) for variant in variants]
    levels = [sort_level(probability, hindrances) for probability in probabilities]
    return Triage(
        level=levels[0],
        probability_schooler_kane=probabilities[0],
        reason=explain_level(levels[0], probabilities[0], items, hindrances, coverage, clips),
        level_with_smaller_anchors=levels[1],
        level_with_larger_anchors=levels[2],
    )


def _seen_s(evidence: Sequence[Evidence]) -> float:
    """Add up for how long an item's regions were seen; a clip that was handed in twice was seen once."""
    return math.fsum({(seen.input_sha256, seen.region): seen.assessed_s for seen in evidence}.values())


def _provenance(clips: Sequence[ClipMeasurement], model: SeverityModel) -> Provenance:
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
        anchors_source=model.table_source,
        convention=CONVENTION,
        onnxruntime=metadata.version("onnxruntime"),
        mediapipe=", ".join(trackers) or None,
        input_sha256=examination_sha256([clip.input_sha256 for clip in clips]),
    )


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
