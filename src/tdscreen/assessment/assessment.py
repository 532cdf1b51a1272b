"""What the tool says about an examination: one immutable record with its reasons and its provenance.

The names of the fields are those of the JSON document (``schema/assessment-1.2.json``). A value that was not
measured is None, and a ``reason`` beside it says why.
"""

from __future__ import annotations

from dataclasses import dataclass

from tdscreen.measurement.clip import ClipMeasurement
from tdscreen.scoring.evidence import Evidence, SetAside
from tdscreen.vocabulary import Item, TriageLevel

SCHEMA_VERSION = "1.2"
"""Of the JSON document; a field added raises the second number, a field changed or removed the first."""

RESEARCH_USE = "For research use. An estimate to support a clinician's own examination, never to replace it. "
NOTICE = RESEARCH_USE + (
    "The scoring model was not fitted on patients: what it gives is a movement index, not calibrated on them."
)


@dataclass(frozen=True)
class Contribution:
    """What one term of the model did to one item.

    Attributes
    ----------
    feature : str
        The model's input, as ``lips.amplitude_mm``, or two that work together, joined by `` x ``.
    value : float or None
        In ``unit``; None of two inputs together.
    unit : str
        ``mm`` (half the range), ``%`` (of assessed time), or empty for two together.
    contribution : float
        Points of severity by which it moved the item from its baseline; negative lowers.
    text : str
        The same as a sentence.
    """

    feature: str
    value: float | None
    unit: str
    contribution: float
    text: str


@dataclass(frozen=True)
class ScoreSet:
    """Scores of which one is the person's, as often as was promised at the place where the model was calibrated.

    Attributes
    ----------
    scores : tuple of int
        Without gaps.
    level : float
        Of people like those of the calibration, at least this share of each score has a set that holds it.
    people : int
        In the calibration set.
    always : tuple of int
        Scores that too few of them had: they belong to every set.
    date : str
        Of the calibration.
    """

    scores: tuple[int, ...]
    level: float
    people: int
    always: tuple[int, ...]
    date: str


@dataclass(frozen=True)
class ItemAssessment:
    """One item of the AIMS, estimated or not, and why.

    Attributes
    ----------
    name : str
        In plain words.
    assessed : bool
    reason : str or None
        Why the item was not assessed, as a sentence; None if it was.
    expected : float or None
        Expected score, 0 to 4.
    probabilities : tuple of float or None
        Of the scores 0 to 4.
    contributions : tuple of Contribution
        Baseline and contributions add up to the severity. Empty if not assessed.
    baseline : float or None
        Severity of the reference, "slight movement for under 40 % of the time"; of a model that was fitted on ratings,
        of the middle of its people.
    severity : float or None
        Latent severity in points, straight in the model's log-odds: nothing at all may lie below 0, and a great deal
        above 4.
    interval : (int, int) or None
        Scores that hold ``TotalEstimate.interval_share`` of the probability: how far raters differ, and what the
        measurement leaves open.
    out_of_range : tuple of str
        Inputs that lie outside what the model was fitted on, as sentences.
    score_set : ScoreSet or None
        None unless the model was calibrated on people's ratings of this item.
    expected_with_smaller_anchors, expected_with_larger_anchors : float or None
        Expected score if the assumed millimetres were half, or twice, as large; None where the model assumes none.
    on_activation_only : bool or None
        True if movement was seen only while the person tapped their fingers; None if that cannot be known. The
        item's own figures are never changed for it; ``TotalEstimate.activation_takes_one`` says whether the total's
        are.
    evidence : Evidence or None
        Where the highest severity was seen, which is what counts.
    set_aside : tuple of SetAside
        Clips and regions that gave no evidence for this item.
    """

    name: str
    assessed: bool
    reason: str | None
    expected: float | None = None
    probabilities: tuple[float, ...] | None = None
    contributions: tuple[Contribution, ...] = ()
    baseline: float | None = None
    severity: float | None = None
    interval: tuple[int, int] | None = None
    score_set: ScoreSet | None = None
    out_of_range: tuple[str, ...] = ()
    expected_with_smaller_anchors: float | None = None
    expected_with_larger_anchors: float | None = None
    on_activation_only: bool | None = None
    evidence: Evidence | None = None
    set_aside: tuple[SetAside, ...] = ()


@dataclass(frozen=True)
class TotalEstimate:
    """The sum over assessed items.

    Attributes
    ----------
    expected : float or None
        None if no item was assessed.
    interval : (int, int) or None
        Central interval of the total.
    interval_share : float
        Share of probability that the interval holds.
    activation_takes_one : bool
        Whether a point was taken off, in the total and in the triage, of each item whose movement was seen on
        activation only (Guy 1976).
    maximum : int
        Four times the items assessed: what the total is out of.
    items_assessed : int
        Of seven.
    reason : str or None
        Why there is no total; None if there is.
    """

    expected: float | None
    interval: tuple[int, int] | None
    interval_share: float
    activation_takes_one: bool
    maximum: int
    items_assessed: int
    reason: str | None


@dataclass(frozen=True)
class Triage:
    """How the examination is sorted.

    Attributes
    ----------
    level : TriageLevel or None
        None if every clip is too short to be sorted.
    probability_schooler_kane : float or None
        Chance, over the assessed items, that the Schooler-Kane severity rule is met. None if none was
        assessed.
    rule : str
        By which the level was sorted: ``schooler_kane`` or ``total``.
    total_cut : int
    probability_total : float or None
        Chance that the assessed items add up to the cut or more.
    reason : str
        What the level rests on, in sentences.
    level_with_smaller_anchors, level_with_larger_anchors : TriageLevel or None
        The level if the assumed millimetres were half, or twice, as large; None where the model assumes none.
    """

    level: TriageLevel | None
    probability_schooler_kane: float | None
    rule: str
    total_cut: int
    probability_total: float | None
    reason: str
    level_with_smaller_anchors: TriageLevel | None
    level_with_larger_anchors: TriageLevel | None


@dataclass(frozen=True)
class Part:
    """A part of the body or of the examination.

    Attributes
    ----------
    name : str
        In plain words.
    files : tuple of str
        The clips in which it was seen well enough to measure; empty if in none.
    reason : str or None
        Why no clip showed it, as a sentence; None if one did.
    """

    name: str
    files: tuple[str, ...]
    reason: str | None


@dataclass(frozen=True)
class Coverage:
    """What of a full examination the clips showed, and what they did not.

    Attributes
    ----------
    seen, not_seen : tuple of str
        Keys of ``parts``: regions, as ``left_hand``, and ``legs``, ``trunk`` and ``rigidity``, which are never seen.
    parts : dict of str to Part
    """

    seen: tuple[str, ...]
    not_seen: tuple[str, ...]
    parts: dict[str, Part]

    @property
    def not_seen_names(self) -> tuple[str, ...]:
        """What no clip showed, in plain words."""
        return tuple(self.parts[part].name for part in self.not_seen)


@dataclass(frozen=True)
class Provenance:
    """What an assessment was made from and with.

    Attributes
    ----------
    schema_version : str
    tdscreen : str
        Version.
    model_name, model_version, model_date, model_sha256, model_status : str
        Of the scoring model.
    model_training_data : str
        What the scoring model was fitted on.
    anchors_source : str
        Where the table of millimetres comes from: ``assumed``; ``ratings`` if there is none, because people rated
        what the model was fitted on.
    convention : str
        How the AIMS was read where raters differ.
    onnxruntime : str
        Version.
    mediapipe : str or None
        Version that tracked the clips; None if their measurement does not say.
    input_sha256 : str
        Of the clip; of several, the SHA-256 of their sorted SHA-256s written one after another.
    """

    schema_version: str
    tdscreen: str
    model_name: str
    model_version: str
    model_date: str
    model_sha256: str
    model_status: str
    model_training_data: str
    anchors_source: str
    convention: str
    onnxruntime: str
    mediapipe: str | None
    input_sha256: str


@dataclass(frozen=True)
class Assessment:
    """What the tool says about one examination.

    Attributes
    ----------
    notice : str
        What this is for, to be shown wherever it is shown.
    clips : tuple of ClipMeasurement
        In the order in which they were given.
    items : dict of Item to ItemAssessment
        Items 1 to 7.
    total : TotalEstimate
    triage : Triage
    coverage : Coverage
    provenance : Provenance
    """

    notice: str
    clips: tuple[ClipMeasurement, ...]
    items: dict[Item, ItemAssessment]
    total: TotalEstimate
    triage: Triage
    coverage: Coverage
    provenance: Provenance
