"""Columns of the tables that leave a clinic's store for research, beside those of :mod:`tdscreen.research.columns`."""

from __future__ import annotations

from tdscreen.research.columns import NO_UNIT, PLAIN, REGIONS, Column

_STORE = "tdscreen.records.entries; docs/reports.md"
_ASSESSMENT = "tdscreen.assessment.assessment.ItemAssessment; docs/what-the-words-mean.md"
_SHIFTED = "Moved by a number of days that is secret and the same throughout for one person; the time of day is true."

SUBJECT = Column("USUBJID", "Subject", "Study and pseudonym of the person.", NO_UNIT, _STORE, "text")
VISIT = Column(
    "VISITNUM", "Visit", "Number of the examination of this person, from 1.", PLAIN, _STORE, "count"
)
SUBJECTS = (
    SUBJECT,
    Column("sex", "Sex", "As it is in the record.", NO_UNIT, _STORE, "text"),
    Column("visits", "Visits", "How many examinations there are.", PLAIN, _STORE, "count"),
)
EXAMINATIONS = (
    SUBJECT,
    VISIT,
    Column("held_at", "Time", f"Of the examination, in UTC. {_SHIFTED}", NO_UNIT, _STORE, "text"),
    Column("age_years", "Age", "Year of the examination less year of birth; 90 from 90 up.", "a", _STORE, "count"),
    Column("gum", "Gum", "Something in the mouth. Absent if nobody asked.", NO_UNIT, _STORE, "flag"),
    Column("dentures", "Dentures", "Worn during the examination. Absent if nobody asked.", NO_UNIT, _STORE, "flag"),
    Column("hours_slept", "Sleep", "In the night before.", "h", _STORE),
    Column("hours_since_dose", "Since the last dose", "Of a drug that acts on movement.", "h", _STORE),
    Column("hours_since_cigarette", "Since the last cigarette", "Absent if nobody asked.", "h", _STORE),
    Column("clips", "Clips", "How many there are.", PLAIN, _STORE, "count"),
)  # fmt: skip
SIGNATURES = (
    SUBJECT,
    VISIT,
    Column("QSEVALID", "Evaluator Identifier", "As in ratings.csv.", NO_UNIT, _STORE, "text"),
    Column("QSDTC", "Date of Rating", "As in ratings.csv.", NO_UNIT, _STORE, "text"),
    Column("signed", "Signed", "Somebody has signed the rating as it stands. Else it is a draft.", NO_UNIT,
           _STORE, "flag"),
)  # fmt: skip
EXPOSURES = (
    SUBJECT,
    Column("noted_at", "Day of the note", f"In UTC. {_SHIFTED}", NO_UNIT, _STORE, "text"),
    Column("drug", "Drug", "As it was written.", NO_UNIT, _STORE, "text"),
    Column("dose", "Dose", "As it was written.", NO_UNIT, _STORE, "text"),
    Column("since", "Since", "As exactly as it is known, moved like all dates of the person. Absent if unknown.",
           NO_UNIT, _STORE, "text"),
)  # fmt: skip
ESTIMATES = (
    SUBJECT,
    VISIT,
    Column("item", "Item", "Of the AIMS, items 1 to 7.", NO_UNIT, "tdscreen.vocabulary.Item", "text"),
    Column("assessed", "Assessed", "Whether there was anything to estimate it from.", NO_UNIT, _ASSESSMENT, "flag"),
    Column("reason", "Why not", "Why it was not assessed.", NO_UNIT, _ASSESSMENT, "text"),
    Column("expected", "Expected score", "An estimate by software, and no rating.", PLAIN, _ASSESSMENT),
    Column("interval_low", "Interval, lower end", "Of the score.", PLAIN, _ASSESSMENT, "count"),
    Column("interval_high", "Interval, upper end", "Of the score.", PLAIN, _ASSESSMENT, "count"),
    *(
        Column(f"probability_{score}", f"Probability of {score}", "Of this score.", PLAIN, _ASSESSMENT)
        for score in range(5)
    ),
    Column("tdscreen", "Version", "Of tdscreen that made the estimate.", NO_UNIT, _STORE, "text"),
    Column("model_sha256", "Model", "SHA-256 of the scoring model.", NO_UNIT, _STORE, "text"),
)  # fmt: skip
OF_REGIONS = (SUBJECT, VISIT, *(column for column in REGIONS if column.name != "input_sha256"))
"""Without the hash of the clip, by which somebody who has the clip would know the person."""
