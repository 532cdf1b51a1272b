"""An assessment as tables for a spreadsheet; its JSON form belongs to the assessment itself."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from tdscreen.assessment.assessment import Assessment, ScoreSet
from tdscreen.printing import spreadsheet_safe
from tdscreen.vocabulary import Item

ITEM_COLUMNS = (
    "aims_item", "item", "assessed", "reason", "expected", "probability_0", "probability_1", "probability_2",
    "probability_3", "probability_4", "score_set", "score_set_level", "calibrated_people", "calibrated",
    "file", "task", "region", "notice",
)  # fmt: skip
REGION_COLUMNS = (
    "file", "task", "duration_s", "effective_fps", "quality", "region", "assessed", "reason", "signal",
    "peak_frequency_hz", "amplitude_mm", "percent_time_moving", "noise_floor_mm", "assessed_s",
    "movement_types", "notice",
)  # fmt: skip


def items_csv(assessment: Assessment) -> str:
    """Write one row for each of items 1 to 7; an empty cell has its reason beside it.

    Returns
    -------
    str
        Comma-separated, with :data:`ITEM_COLUMNS` as its first row.
    """
    rows = []
    for place, item in enumerate(Item, start=1):
        found = assessment.items[item]
        seen = found.evidence
        rows.append(
            (
                place, item, found.assessed, found.reason, found.expected,
                *(found.probabilities or (None,) * 5), *_set_cells(found.score_set),
                seen.file if seen else None, seen.task if seen else None, seen.region if seen else None,
                assessment.notice,
            )
        )  # fmt: skip
    return _table(ITEM_COLUMNS, rows)


def _set_cells(found: ScoreSet | None) -> tuple[object, ...]:
    if found is None:
        return (None,) * 4
    return " ".join(map(str, found.scores)), found.level, found.people, found.date


def regions_csv(assessment: Assessment) -> str:
    """Write one row for each region of each clip.

    Returns
    -------
    str
        Comma-separated, with :data:`REGION_COLUMNS` as its first row.
    """
    rows = [
        (
            clip.file, clip.task, clip.duration_s, clip.effective_fps, clip.quality.verdict, region,
            found.assessed, found.reason, found.signal, found.peak_frequency_hz, found.amplitude_mm,
            found.percent_time_moving, found.noise_floor_mm, found.assessed_s, " ".join(found.movement_types),
            assessment.notice,
        )
        for clip in assessment.clips
        for region, found in clip.regions.items()
    ]  # fmt: skip
    return _table(REGION_COLUMNS, rows)


def _table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue()


def _cell(value: object) -> object:
    return spreadsheet_safe(value) if isinstance(value, str) else value
