"""The columns of a batch's tables: each with its type, its unit, what it says, and where it comes from."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from tdscreen.assessment.assessment import Assessment, ItemAssessment, ScoreSet
from tdscreen.assessment.words import REGION_NAMES
from tdscreen.batch.plan import PlannedClip
from tdscreen.batch.versions import known_result_key
from tdscreen.measurement.clip import ClipMeasurement, RegionMeasurement
from tdscreen.vocabulary import Item, Region

Kind = Literal["text", "number", "count", "yes_no"]


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name : str
    kind : {"text", "number", "count", "yes_no"}
    about : str
        What a value says.
    value : callable
        From what a row is about to the value; None where there is none.
    unit : str
        Empty for a plain number or text.
    """

    name: str
    kind: Kind
    about: str
    value: Callable[[Any], Any]
    unit: str = ""


@dataclass(frozen=True)
class ClipRow:
    """What a row of ``clips`` is about.

    Attributes
    ----------
    clip : PlannedClip
    sha256 : str or None
    measurement : ClipMeasurement or None
        None if it failed.
    tracks : str or None
        Where its landmarks are, within the folder of results.
    kind, reason : str or None
        Why it failed.
    attempts : int
        Times that it was begun.
    """

    clip: PlannedClip
    sha256: str | None
    measurement: ClipMeasurement | None
    tracks: str | None = None
    kind: str | None = None
    reason: str | None = None
    attempts: int = 1

    @property
    def key(self) -> str | None:
        """Name of its result."""
        return known_result_key(self.sha256, self.clip)


@dataclass(frozen=True)
class ExaminationRow:
    """What a row of ``examinations`` is about.

    Attributes
    ----------
    name : str
    rows : tuple of ClipRow
        One for each of its clips.
    assessment : Assessment or None
        None if none of its clips could be measured, or what was measured cannot be scored.
    reason : str or None
        Why there is none.
    """

    name: str
    rows: tuple[ClipRow, ...]
    assessment: Assessment | None
    reason: str | None

    @property
    def clip(self) -> PlannedClip:
        """Its first clip, which knows whose it is."""
        return self.rows[0].clip


@dataclass(frozen=True)
class ItemRow:
    """What a row of ``items`` is about: an item of an examination, None if that was not assessed."""

    examination: ExaminationRow
    item: Item
    found: ItemAssessment | None


def _said(get: Callable[[PlannedClip], Any], of: Callable[[Any], PlannedClip]) -> Callable[[Any], Any]:
    return lambda row: get(of(row))


def _whose(of: Callable[[Any], PlannedClip]) -> tuple[Column, ...]:
    return (
        Column(
            "person", "text", "As the file's name or the table calls them.", _said(lambda c: c.person, of)
        ),
        Column(
            "session", "text", "As the file's name or the table calls it.", _said(lambda c: c.session, of)
        ),
        Column("date", "text", "As the table has it.", _said(lambda c: c.date, of)),
    )


def _measured(get: Callable[[ClipMeasurement], Any]) -> Callable[[ClipRow], Any]:
    return lambda row: None if row.measurement is None else get(row.measurement)


def _joined(parts: tuple[str, ...]) -> str:
    return " ".join(str(part) for part in parts)


def _of_region(region: Region) -> tuple[Column, ...]:
    def column(
        name: str, kind: Kind, about: str, get: Callable[[RegionMeasurement], Any], unit: str = ""
    ) -> Column:
        return Column(
            f"{region}_{name}",
            kind,
            f"{REGION_NAMES[region].capitalize()}: {about}",
            _measured(lambda m: get(m.regions[region])),
            unit,
        )

    return (
        column("assessed", "yes_no", "whether it was measured.", lambda r: r.assessed),
        column("reason", "text", "why it was not.", lambda r: r.reason),
        column(
            "signal", "text", "the signal that moves most, from which the figures come.", lambda r: r.signal
        ),
        column(
            "amplitude_mm",
            "number",
            "half the range of its movement; 0 if nothing moves.",
            lambda r: r.amplitude_mm,
            "mm",
        ),
        column(
            "amplitude_low_mm",
            "number",
            "the lower end of its interval.",
            lambda r: _end(r.amplitude_interval_mm, 0),
            "mm",
        ),
        column(
            "amplitude_high_mm",
            "number",
            "the upper end of its interval.",
            lambda r: _end(r.amplitude_interval_mm, 1),
            "mm",
        ),
        column(
            "peak_frequency_hz",
            "number",
            "the rate of its movement; none if nothing moves.",
            lambda r: r.peak_frequency_hz,
            "Hz",
        ),
        column(
            "percent_time_moving",
            "number",
            "the share of the assessed time in which it moves.",
            lambda r: r.percent_time_moving,
            "%",
        ),
        column(
            "noise_floor_mm",
            "number",
            "the smallest movement that would have been found, as a range in 1 s.",
            lambda r: r.noise_floor_mm,
            "mm",
        ),
        column("assessed_s", "number", "for how long it was seen.", lambda r: r.assessed_s, "s"),
        column(
            "movement_types",
            "text",
            "what its movement looks like, parted by blanks; empty if none was told.",
            lambda r: _joined(r.movement_types),
        ),
        column(
            "not_scored_reason", "text", "why its movement raises no item.", lambda r: r.not_scored_reason
        ),
    )


def _end(interval: tuple[float, float] | None, end: int) -> float | None:
    return None if interval is None else interval[end]


CLIP_COLUMNS: tuple[Column, ...] = (
    Column("file", "text", "Where the clip lies below the source.", lambda r: r.clip.name),
    Column("examination", "text", "The sitting that it belongs to.", lambda r: r.clip.examination),
    *_whose(lambda row: row.clip),
    Column("task", "text", "What the person was asked to do.", lambda r: str(r.clip.task)),
    Column("mirrored", "yes_no", "Whether the recording is a mirror image.", lambda r: r.clip.mirrored),
    Column(
        "hands", "yes_no", "Whether hands were looked for: not left out on request.", lambda r: r.clip.hands
    ),
    Column("sha256", "text", "SHA-256 of the file; none if it could not be read.", lambda r: r.sha256),
    Column("measured", "yes_no", "Whether it could be measured.", lambda r: r.measurement is not None),
    Column("reason", "text", "Why it could not.", lambda r: r.reason),
    Column(
        "quality",
        "text",
        "What it can be used for: good, limited or unusable.",
        _measured(lambda m: str(m.quality.verdict)),
    ),
    Column(
        "quality_problems",
        "text",
        "Checks of its quality that failed, parted by blanks.",
        _measured(lambda m: _joined(tuple(c.name for c in m.quality.checks if not c.passed))),
    ),
    Column("duration_s", "number", "Its length.", _measured(lambda m: m.duration_s), "s"),
    Column("frames", "count", "Its pictures.", _measured(lambda m: m.frames)),
    Column("effective_fps", "number", "New pictures a second.", _measured(lambda m: m.effective_fps), "1/s"),
    Column("width", "count", "Of the upright picture.", _measured(lambda m: m.width), "px"),
    Column("height", "count", "Of the upright picture.", _measured(lambda m: m.height), "px"),
    *(column for region in Region for column in _of_region(region)),
    Column(
        "blinks_per_minute",
        "number",
        "How often both eyes closed.",
        _measured(lambda m: m.regions[Region.UPPER_FACE].blinks_per_minute),
        "1/min",
    ),
    Column(
        "tongue_protrusions",
        "count",
        "How often the tongue came out past the lips; none where that could not be seen.",
        _measured(lambda m: _number(m.regions[Region.TONGUE].protrusions)),
    ),
    Column(
        "left_hand_taps",
        "count",
        "How often fingers met the thumb, in a hand that was asked to tap.",
        _measured(lambda m: m.regions[Region.LEFT_HAND].taps),
    ),
    Column(
        "right_hand_taps",
        "count",
        "The same of the right hand.",
        _measured(lambda m: m.regions[Region.RIGHT_HAND].taps),
    ),
    Column(
        "tracks",
        "text",
        "Its landmarks, if they were asked for: a file within the folder of results.",
        lambda r: r.tracks,
    ),
    Column("result_key", "text", "Name of its result in the folder 'measured'.", lambda r: r.key),
)


def _number(entries: tuple[Any, ...] | None) -> int | None:
    return None if entries is None else len(entries)


def _assessed(get: Callable[[Assessment], Any]) -> Callable[[ExaminationRow], Any]:
    return lambda row: None if row.assessment is None else get(row.assessment)


EXAMINATION_COLUMNS: tuple[Column, ...] = (
    Column("examination", "text", "Name of the sitting.", lambda r: r.name),
    *_whose(lambda row: row.clip),
    Column("clips", "count", "Clips of it.", lambda r: len(r.rows)),
    Column(
        "clips_measured",
        "count",
        "Of these, those that could be measured, and on which the assessment rests.",
        lambda r: sum(one.measurement is not None for one in r.rows),
    ),
    Column(
        "tasks",
        "text",
        "What the person was asked to do, parted by blanks.",
        lambda r: _joined(tuple(str(one.clip.task) for one in r.rows)),
    ),
    Column("assessed", "yes_no", "Whether there is an assessment.", lambda r: r.assessment is not None),
    Column(
        "reason",
        "text",
        "Why there is none, or what its sorting rests on.",
        lambda r: r.reason if r.assessment is None else r.assessment.triage.reason,
    ),
    Column(
        "triage",
        "text",
        "low, uncertain, elevated or unusable; none if every clip is too short.",
        _assessed(lambda a: a.triage.level and str(a.triage.level)),
    ),
    Column(
        "triage_with_smaller_anchors",
        "text",
        "The same if the assumed millimetres were half as large.",
        _assessed(lambda a: a.triage.level_with_smaller_anchors and str(a.triage.level_with_smaller_anchors)),
    ),
    Column(
        "triage_with_larger_anchors",
        "text",
        "The same if they were twice as large.",
        _assessed(lambda a: a.triage.level_with_larger_anchors and str(a.triage.level_with_larger_anchors)),
    ),
    Column(
        "probability_schooler_kane",
        "number",
        "Chance, over the assessed items, that the Schooler-Kane severity rule is met.",
        _assessed(lambda a: a.triage.probability_schooler_kane),
    ),
    Column(
        "total_expected",
        "number",
        "Estimated sum of the assessed items.",
        _assessed(lambda a: a.total.expected),
    ),
    Column(
        "total_low", "count", "The lower end of its interval.", _assessed(lambda a: _end(a.total.interval, 0))
    ),
    Column(
        "total_high",
        "count",
        "The upper end of its interval.",
        _assessed(lambda a: _end(a.total.interval, 1)),
    ),
    Column(
        "total_interval_share",
        "number",
        "Share of probability that the interval holds.",
        _assessed(lambda a: a.total.interval_share),
    ),
    Column(
        "total_maximum",
        "count",
        "What the total is out of: four times the assessed items.",
        _assessed(lambda a: a.total.maximum),
    ),
    Column("items_assessed", "count", "Of 7 items.", _assessed(lambda a: a.total.items_assessed)),
    Column(
        "not_seen",
        "text",
        "Parts that no clip showed, parted by blanks.",
        _assessed(lambda a: _joined(a.coverage.not_seen)),
    ),
    Column("input_sha256", "text", "Of its measured clips.", _assessed(lambda a: a.provenance.input_sha256)),
    Column("tdscreen", "text", "Version.", _assessed(lambda a: a.provenance.tdscreen)),
    Column("model_name", "text", "Of the scoring model.", _assessed(lambda a: a.provenance.model_name)),
    Column("model_version", "text", "Of the scoring model.", _assessed(lambda a: a.provenance.model_version)),
    Column("model_sha256", "text", "Of the scoring model.", _assessed(lambda a: a.provenance.model_sha256)),
    Column(
        "model_status",
        "text",
        "What the model was fitted on.",
        _assessed(lambda a: a.provenance.model_status),
    ),
    Column("notice", "text", "What this is for.", _assessed(lambda a: a.notice)),
)


def _found(get: Callable[[ItemAssessment], Any]) -> Callable[[ItemRow], Any]:
    return lambda row: None if row.found is None else get(row.found)


def _probability(score: int, found: ItemAssessment) -> float | None:
    return None if found.probabilities is None else found.probabilities[score]


def _evidence(name: str) -> Callable[[ItemRow], Any]:
    return _found(lambda found: None if found.evidence is None else getattr(found.evidence, name))


def _set(get: Callable[[ScoreSet], Any]) -> Callable[[ItemRow], Any]:
    return _found(lambda found: None if found.score_set is None else get(found.score_set))


def _by_model(row: ItemRow) -> str | None:
    found = row.examination.assessment
    return None if found is None else found.provenance.model_sha256


ITEM_COLUMNS: tuple[Column, ...] = (
    Column("examination", "text", "Name of the sitting.", lambda r: r.examination.name),
    *_whose(lambda row: row.examination.clip),
    Column(
        "aims_item",
        "count",
        "Number of the item in the AIMS (Guy 1976).",
        lambda r: tuple(Item).index(r.item) + 1,
    ),
    Column("item", "text", "Its name.", lambda r: str(r.item)),
    Column(
        "assessed",
        "yes_no",
        "Whether there is an estimate.",
        lambda r: r.found is not None and r.found.assessed,
    ),
    Column(
        "reason",
        "text",
        "Why there is none.",
        lambda r: r.examination.reason if r.found is None else r.found.reason,
    ),
    Column("expected", "number", "Estimated severity, 0 to 4; never a rating.", _found(lambda f: f.expected)),
    *(
        Column(
            f"probability_{score}",
            "number",
            f"Chance of the score {score}.",
            _found(functools.partial(_probability, score)),
        )
        for score in range(5)
    ),
    Column(
        "expected_with_smaller_anchors",
        "number",
        "The estimate if the assumed millimetres were half as large.",
        _found(lambda f: f.expected_with_smaller_anchors),
    ),
    Column(
        "expected_with_larger_anchors",
        "number",
        "The estimate if they were twice as large.",
        _found(lambda f: f.expected_with_larger_anchors),
    ),
    Column(
        "score_set",
        "text",
        "Scores that a calibrated model leaves open, parted by blanks; none without a calibration.",
        _set(lambda s: " ".join(map(str, s.scores))),
    ),
    Column(
        "score_set_level",
        "number",
        "Share of people of each score whose set was to hold it.",
        _set(lambda s: s.level),
    ),
    Column("score_set_people", "count", "On whom the model was calibrated.", _set(lambda s: s.people)),
    Column("score_set_date", "text", "Of the calibration.", _set(lambda s: s.date)),
    Column(
        "on_activation_only",
        "yes_no",
        "Movement was seen only while fingers were tapped.",
        _found(lambda f: f.on_activation_only),
    ),
    Column("file", "text", "Clip in which the highest severity was seen.", _evidence("file")),
    Column("task", "text", "Its task.", _evidence("task")),
    Column("region", "text", "Region in which it was seen.", _evidence("region")),
    Column(
        "amplitude_mm",
        "number",
        "Half the range of the movement there, tremor set aside.",
        _evidence("amplitude_mm"),
        "mm",
    ),
    Column(
        "percent_time_moving",
        "number",
        "Share of the assessed time in which it moves, tremor set aside.",
        _evidence("percent_time_moving"),
        "%",
    ),
    Column(
        "noise_floor_mm",
        "number",
        "The smallest movement that would have been found, as a range in 1 s.",
        _evidence("noise_floor_mm"),
        "mm",
    ),
    Column("assessed_s", "number", "For how long it was seen.", _evidence("assessed_s"), "s"),
    Column("model_sha256", "text", "Of the scoring model.", _by_model),
)

FAILURE_COLUMNS: tuple[Column, ...] = (
    Column("file", "text", "Where the clip lies below the source.", lambda r: r.clip.name),
    Column("examination", "text", "The sitting that it belongs to.", lambda r: r.clip.examination),
    Column("task", "text", "What the person was asked to do.", lambda r: str(r.clip.task)),
    Column("kind", "text", "Class of the error.", lambda r: r.kind),
    Column("reason", "text", "What happened, and what to do about it.", lambda r: r.reason),
    Column("attempts", "count", "Times that it was tried.", lambda r: r.attempts),
    Column("size_bytes", "count", "Of the file.", lambda r: r.clip.size_bytes, "B"),
    Column("sha256", "text", "SHA-256 of the file; none if it could not be read.", lambda r: r.sha256),
)

TABLES: dict[str, tuple[Column, ...]] = {
    "clips": CLIP_COLUMNS,
    "examinations": EXAMINATION_COLUMNS,
    "items": ITEM_COLUMNS,
    "failures": FAILURE_COLUMNS,
}
"""The tables of a batch, by name."""
