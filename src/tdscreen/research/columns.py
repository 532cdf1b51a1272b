"""What every column of every table means, in one place: the tables are written from it, and so are their sidecars.

A sidecar is a JSON file beside a table, with the names of BIDS (Brain Imaging Data Structure, "Tabular files"): for
each column ``LongName``, ``Description`` and ``Units``, and ``Source``, which says where the definition comes from.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "number", "count", "flag"]
"""``number`` is a float of 64 bits, ``count`` an integer of 64 bits; every kind may be absent."""

NO_UNIT = "n/a"
"""Of text and flags."""
PLAIN = "1"
"""Of a number without a dimension, as UCUM writes it."""
OF_SIGNAL = "that of the signal, in the column unit"
OF_SIGNAL_PER_S = "that of the signal, in the column unit, per s"
OF_SIGNAL_SQUARED = "that of the signal, in the column unit, squared"


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name : str
        As it stands in the table.
    long_name : str
        A few plain words.
    description : str
        Sentences that define the values, and say what an absent one means where that is not plain.
    unit : str
        ``n/a`` for text and flags, ``1`` for numbers without a dimension.
    source : str
        Where the definition comes from: a module or page of tdscreen, or a publication.
    kind : str
        ``text``, ``number``, ``count`` or ``flag``.
    """

    name: str
    long_name: str
    description: str
    unit: str
    source: str
    kind: Kind = "number"

    def __post_init__(self) -> None:
        for field in ("name", "long_name", "description", "unit", "source"):
            if not getattr(self, field).strip():
                raise ValueError(f"The column '{self.name}' has no {field}.")
        if self.kind in ("text", "flag") and self.unit != NO_UNIT:
            raise ValueError(f"The column '{self.name}' holds no numbers, so its unit is '{NO_UNIT}'.")


def describe_columns(columns: Iterable[Column]) -> dict[str, dict[str, str]]:
    """Describe columns as a sidecar does.

    Parameters
    ----------
    columns : iterable of Column

    Returns
    -------
    dict of str to dict
        By the column's name: ``LongName``, ``Description``, ``Units`` and ``Source``.

    Raises
    ------
    ValueError
        Two columns have one name.

    Examples
    --------
    >>> describe_columns([FILE])["file"]["LongName"]
    'Clip'
    """
    described: dict[str, dict[str, str]] = {}
    for column in columns:
        if column.name in described:
            raise ValueError(f"Two columns are called '{column.name}'.")
        described[column.name] = {
            "LongName": column.long_name,
            "Description": column.description,
            "Units": column.unit,
            "Source": column.source,
        }
    return described


_CLIP = "tdscreen.measurement.clip.ClipMeasurement"
_REGION = "tdscreen.measurement.clip.RegionMeasurement; docs/what-the-words-mean.md"
_FEATURES = "tdscreen.motion.features.SignalFeatures; docs/what-the-words-mean.md"

FILE = Column("file", "Clip", "Name of the clip's file, without its folder.", NO_UNIT, _CLIP, "text")
INPUT_SHA256 = Column(
    "input_sha256", "Hash of the clip", "SHA-256 of the clip's bytes: which recording this is.",
    NO_UNIT, _CLIP, "text",
)  # fmt: skip
TASK = Column(
    "task", "Task", "What the person was asked to do. What was asked for is not involuntary.",
    NO_UNIT, "tdscreen.vocabulary.Task, after the AIMS examination procedure (Guy 1976)", "text",
)  # fmt: skip
REGION = Column(
    "region", "Region of the body", "Where the movement was measured. Left and right are the person's own.",
    NO_UNIT, "tdscreen.vocabulary.Region", "text",
)  # fmt: skip
SIGNAL = Column(
    "signal", "Signal", "Region and measure, as lips.opening. In a table of regions: the signal that the figures come "
    "from, the one that moves most above its detection limit.",
    NO_UNIT, "tdscreen.motion.signals.Signal", "text",
)  # fmt: skip
OF_A_CLIP = (FILE, INPUT_SHA256, TASK)

FEATURES = (
    *OF_A_CLIP,
    REGION,
    SIGNAL,
    Column("unit", "Unit", "Unit of the signal: mm, mm2 or deg.", NO_UNIT, _FEATURES, "text"),
    Column("assessed_s", "Assessed time", "Time over which the signal was seen in spans of two seconds or more.",
           "s", _FEATURES),
    Column("noise_floor", "Detection limit", "95th percentile of the range that stillness shows within 1 s in this "
           "clip, between 0.5 and 7 Hz.", OF_SIGNAL, _FEATURES),
    Column("noise_sd", "Noise", "Standard deviation that stillness shows in this clip, between 0.5 and 7 Hz.",
           OF_SIGNAL, _FEATURES),
    Column("amplitude", "Amplitude", "Half the range from the 5th to the 95th percentile of displacement within bouts "
           "of movement: a sine of 3 mm has about 3. 0 if there is none.", OF_SIGNAL, _FEATURES),
    Column("percent_time_moving", "Share of time moving", "Share of the assessed time that lies in bouts of movement.",
           "%", _FEATURES),
    Column("peak_frequency_hz", "Rate", "Frequency of most power of what moves. Absent if nothing moves.",
           "Hz", _FEATURES),
    Column("peak_frequency_low_hz", "Rate, lower end", "Lower end of the rate's 95% interval.", "Hz", _FEATURES),
    Column("peak_frequency_high_hz", "Rate, upper end", "Upper end of the rate's 95% interval.", "Hz", _FEATURES),
    Column("peak_width_hz", "Width of the peak", "Full width of the spectrum's peak at half its height.",
           "Hz", _FEATURES),
    Column("peak_dominance", "Dominance of the peak", "Share of the power from 0.5 to 12 Hz (or as high as the clip "
           "can show) that lies within 0.5 Hz of the peak.", PLAIN, _FEATURES),
    Column("peak_regularity", "Regularity", "Correlation of what moves with itself two periods of the peak later: 1 "
           "for a sine, near 0 if irregular. Absent for less than four periods.", PLAIN, _FEATURES),
    Column("bout_count", "Bouts", "Number of stretches in which it moves.", PLAIN, _FEATURES, "count"),
    Column("repeats", "Repeats", "How often it goes away and comes back within a second and a half, by more than the "
           "detection limit.", PLAIN, _FEATURES, "count"),
    Column("power_0_5_to_3_hz", "Power, 0.5 to 3 Hz", "Power of the whole signal from 0.5 to 3 Hz. Absent if the "
           "clip cannot show the band.", OF_SIGNAL_SQUARED, _FEATURES),
    Column("power_3_to_4_hz", "Power, 3 to 4 Hz", "The same from 3 to 4 Hz.", OF_SIGNAL_SQUARED, _FEATURES),
    Column("power_4_to_7_hz", "Power, 4 to 7 Hz", "The same from 4 to 7 Hz.", OF_SIGNAL_SQUARED, _FEATURES),
    Column("power_7_to_12_hz", "Power, 7 to 12 Hz", "The same from 7 to 12 Hz.", OF_SIGNAL_SQUARED, _FEATURES),
    Column("spectral_entropy", "Spectral entropy", "0 for one frequency, 1 for white noise.",
           PLAIN, "Inouye et al. 1991"),
    Column("sample_entropy", "Sample entropy", "With m = 2 and r = 0.2 standard deviations.",
           PLAIN, "Richman and Moorman 2000"),
    Column("submovements_per_s", "Sub-movements a second", "Pieces between zero crossings of velocity that exceed the "
           "noise, within bouts.", "1/s", _FEATURES),
    Column("speed_median", "Median speed", "Median of the absolute velocity within bouts.",
           OF_SIGNAL_PER_S, _FEATURES),
    Column("speed_p95", "High speed", "95th percentile of the absolute velocity within bouts.",
           OF_SIGNAL_PER_S, _FEATURES),
    Column("log_dimensionless_jerk", "Smoothness", "Log dimensionless jerk; more negative is less smooth.",
           PLAIN, "Balasubramanian et al. 2012"),
    Column("tremor_frequency_hz", "Rate of a tremor", "Frequency of a narrow, regular peak at 4 Hz or above. Absent if "
           "there is none.", "Hz", "tdscreen.motion.tremor.Tremor"),
    Column("tremor_amplitude", "Amplitude of a tremor", "Amplitude of the narrow-band movement that was set aside.",
           OF_SIGNAL, "tdscreen.motion.tremor.Tremor"),
    Column("tremor_separable", "Tremor can be set aside", "Whether what is left when the tremor is taken out may be "
           "read as a movement of its own (or as none).", NO_UNIT, "tdscreen.motion.tremor.Tremor", "flag"),
    Column("amplitude_without_tremor", "Amplitude without tremor", "Amplitude of what is left when the tremor is taken "
           "out. Absent if there is no tremor.", OF_SIGNAL, _FEATURES),
    Column("percent_time_moving_without_tremor", "Share of time without tremor", "Share of the assessed time in bouts "
           "of what is left when the tremor is taken out. Absent if there is no tremor.", "%", _FEATURES),
)  # fmt: skip
"""Of the table with one row for each signal of each clip."""

REGIONS = (
    *OF_A_CLIP,
    Column("duration_s", "Duration", "From the clip's first picture to the end of its last.", "s", _CLIP),
    Column("effective_fps", "Pictures a second", "Distinct pictures a second; repeated ones do not count.",
           "1/s", "tdscreen.video.timing.TimingReport"),
    Column("quality", "Quality of the clip", "What the clip can be used for: good, limited or unusable.",
           NO_UNIT, "tdscreen.measurement.clip.QualityReport", "text"),
    REGION,
    Column("assessed", "Assessed", "Whether the region was seen well enough, and for long enough, to be measured.",
           NO_UNIT, _REGION, "flag"),
    Column("reason", "Why not assessed", "A sentence. Absent if the region was assessed.", NO_UNIT, _REGION, "text"),
    SIGNAL,
    Column("amplitude_mm", "Amplitude", "Half the range from the 5th to the 95th percentile of displacement within "
           "bouts of movement, in apparent millimetres by the iris or the palm as a ruler. 0 if assessed and nothing "
           "moves, absent if not assessed.", "mm", _REGION),
    Column("amplitude_low_mm", "Amplitude, lower end", "Lower end of the amplitude's interval (ruler and noise).",
           "mm", _REGION),
    Column("amplitude_high_mm", "Amplitude, upper end", "Upper end of the amplitude's interval (ruler and noise).",
           "mm", _REGION),
    Column("amplitude_body", "Amplitude by the body", "Amplitude as a share of the distance between the eyes (face) or "
           "of the palm's length (hands).", PLAIN, _REGION),
    Column("peak_frequency_hz", "Rate", "Frequency of most power of what moves. Absent if nothing moves.",
           "Hz", _REGION),
    Column("peak_frequency_low_hz", "Rate, lower end", "Lower end of the rate's 95% interval.", "Hz", _REGION),
    Column("peak_frequency_high_hz", "Rate, upper end", "Upper end of the rate's 95% interval.", "Hz", _REGION),
    Column("percent_time_moving", "Share of time moving", "Share of the assessed time that lies in bouts of movement.",
           "%", _REGION),
    Column("noise_floor_mm", "Detection limit", "95th percentile of the range that stillness shows within 1 s in this "
           "clip.", "mm", _REGION),
    Column("noise_sd_mm", "Noise", "Standard deviation that stillness shows in this clip.", "mm", _REGION),
    Column("assessed_s", "Assessed time", "Time over which the region was seen in spans of two seconds or more.",
           "s", _REGION),
    Column("movement_types", "Kinds of movement", "What the movement looks like, several parted by a space; empty if "
           "none: irregular, rhythmic, tremor_like, chewing_like, speech_like, voluntary_task, not_repeated.",
           NO_UNIT, "tdscreen.vocabulary.MovementType", "text"),
    Column("scored_amplitude_mm", "Amplitude that counts", "Amplitude of what is left when tremor is set aside: what "
           "an item is scored from. Absent if nothing may be scored.", "mm", _REGION),
    Column("scored_percent_time_moving", "Share of time that counts", "Share of the assessed time in bouts of what is "
           "left when tremor is set aside.", "%", _REGION),
    Column("not_scored_reason", "Why not scored", "A sentence. Absent if the movement may be scored.",
           NO_UNIT, _REGION, "text"),
    Column("taps", "Taps", "How often fingers met the thumb, in a hand that was asked to tap. Absent for others.",
           PLAIN, _REGION, "count"),
    Column("taps_per_s", "Taps a second", "While it tapped. Absent for fewer than three taps.", "1/s", _REGION),
    Column("blinks_per_minute", "Blinks a minute", "Of the upper face, counted apart from its other movement.",
           "1/min", _REGION),
    Column("protrusions", "Times that the tongue came out", "How often it came out past the lips. Absent for other "
           "regions, and where the mouth could not be looked at.", PLAIN, _REGION, "count"),
)  # fmt: skip
"""Of the table with one row for each region of each clip."""

BOUTS = (
    *OF_A_CLIP,
    REGION,
    SIGNAL,
    Column(
        "start_s", "Start", "When a bout of movement begins, since the clip's first picture.", "s", _FEATURES
    ),
    Column("end_s", "End", "When it ends.", "s", _FEATURES),
)
"""Of the table with one row for each bout of movement of each signal."""

_SDTM = "CDISC SDTM Implementation Guide, domain {domain}"
_QRS = "CDISC SDTM terminology for the AIMS (C102111, items C102034 to C102045)"


def rating_columns(domain: str) -> tuple[Column, ...]:
    """Give the columns of ratings as CDISC has them.

    Parameters
    ----------
    domain : str
        ``QS`` or ``RS``, with which most names begin.

    Returns
    -------
    tuple of Column
        In the order of SDTM.
    """
    sdtm = _SDTM.format(domain=domain)
    return (
        Column("STUDYID", "Study Identifier", "Identifier of the study.", NO_UNIT, sdtm, "text"),
        Column("DOMAIN", "Domain Abbreviation", "Two letters that name the domain.", NO_UNIT, sdtm, "text"),
        Column("USUBJID", "Unique Subject Identifier", "Identifier of the person, unique across all studies; no name.",
               NO_UNIT, sdtm, "text"),
        Column(f"{domain}SEQ", "Sequence Number", "Number of the row, unique within a person.", PLAIN, sdtm, "count"),
        Column(f"{domain}TESTCD", "Question Short Name", "AIMS0101 to AIMS0112, by the item of the AIMS.",
               NO_UNIT, _QRS, "text"),
        Column(f"{domain}TEST", "Question Name", "Name of the item, in 40 characters or fewer.", NO_UNIT, _QRS, "text"),
        Column(f"{domain}CAT", "Category of Question", "The scale: AIMS.", NO_UNIT, _QRS, "text"),
        Column(f"{domain}ORRES", "Result as Rated", "What the rater answered, in the words of the form. Absent if the "
               "item was not rated.", NO_UNIT, "AIMS form (Guy 1976)", "text"),
        Column(f"{domain}STRESC", "Result in Standard Format", "The same as text: 0 to 4, or N or Y.",
               NO_UNIT, sdtm, "text"),
        Column(f"{domain}STRESN", "Numeric Result", "The same as a number, 0 to 4. Absent for yes-or-no items.",
               PLAIN, sdtm),
        Column(f"{domain}STAT", "Completion Status", "NOT DONE if the item was not rated.", NO_UNIT, sdtm, "text"),
        Column(f"{domain}REASND", "Reason Not Done", "Why the item was not rated.", NO_UNIT, sdtm, "text"),
        Column(f"{domain}EVAL", "Evaluator", "Role of the person who rated.", NO_UNIT, sdtm, "text"),
        Column(f"{domain}EVALID", "Evaluator Identifier", "Which of several raters, as RATER 1; no name.",
               NO_UNIT, sdtm, "text"),
        Column("VISITNUM", "Visit Number", "Number of the visit, by which visits are put in order.", PLAIN, sdtm),
        Column("VISIT", "Visit Name", "Name of the visit, as the protocol has it.", NO_UNIT, sdtm, "text"),
        Column(f"{domain}DTC", "Date of Rating", "Date, or date and time, in the form of ISO 8601.",
               NO_UNIT, sdtm, "text"),
    )  # fmt: skip
