"""What was kept of the clips becomes tables, assessments, a manifest and a page.

Everything but the manifest depends on the clips, their names and the version alone: not on the order in which they
were done, on how many at one time, or on how often the batch was stopped.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections.abc import Iterator, Mapping
from typing import Any

from tdscreen.assessment.assess import assess, notice_for
from tdscreen.assessment.json_form import measurement_from_dict, to_json
from tdscreen.batch.columns import TABLES, ClipRow, ExaminationRow, ItemRow
from tdscreen.batch.plan import Plan, PlannedClip
from tdscreen.batch.store import Store, explain, tracks_name
from tdscreen.batch.summary import ASSESSMENTS, MANIFEST, PAGE, Summary, write_page
from tdscreen.batch.tables import writing_table
from tdscreen.batch.versions import known_result_key, machine, made_with
from tdscreen.batch.work import Outcome, reason_of
from tdscreen.errors import DataError
from tdscreen.scoring.model import SeverityModel, load_model
from tdscreen.settings import SCORING
from tdscreen.vocabulary import Item

NO_CLIP = "None of its clips could be measured."
NOT_THERE = "It was not measured: the run ended before."
"""Of a clip whose result has gone since it was measured."""


def place_of(model: SeverityModel | None) -> str:
    """Return where, within the folder of results, the tables of a scoring model are.

    Those of a model of one's own have a folder that is named after its bytes, so that two models never mix in a table,
    and none replaces what another said.

    Parameters
    ----------
    model : SeverityModel or None
        None for the one that came with this version.

    Returns
    -------
    str
        Empty, or the name of a folder, ending in /.
    """
    if model is None or model.sha256 == SCORING.model_sha256:
        return ""
    return f"scored_by/{model.sha256[:16]}/"


def write_results(
    plan: Plan,
    store: Store,
    *,
    contents: Mapping[str, str],
    unkept: Mapping[str, Outcome],
    tracks: bool = False,
    model: SeverityModel | None = None,
    run: Mapping[str, Any] | None = None,
) -> Summary:
    """Write all results of a batch whose clips are done.

    Parameters
    ----------
    plan : Plan
    store : Store
    contents : mapping of str to str
        SHA-256 of each clip that could be read, by the clip's name.
    unkept : mapping of str to Outcome
        Clips that failed for a reason that is not kept.
    tracks : bool
        Name the files of landmarks.
    model : SeverityModel, optional
        One's own, by which examinations are scored; without it, the one that came with this version.
    run : mapping, optional
        What the manifest says of this run: options, times, workers.

    Returns
    -------
    Summary
        What the page shows.

    Raises
    ------
    InputError
        They cannot be written.
    ModelError
        The scoring model is missing or changed.
    """
    place = place_of(model)
    scorer = load_model() if model is None else model
    provenance = made_with(scorer)
    try:
        summary = _write_tables(
            plan, store, place, contents=contents, unkept=unkept, tracks=tracks, model=scorer
        )
        page = write_page(summary, plan, f"{store.folder}/{place}", notice_for(scorer), provenance)
        store.write(f"{place}{PAGE}", page.encode())
        _write_manifest(plan, store, place, provenance, run or {})
    except OSError as error:
        raise explain(error, store.folder) from error
    return summary


def _write_tables(
    plan: Plan,
    store: Store,
    place: str,
    *,
    contents: Mapping[str, str],
    unkept: Mapping[str, Outcome],
    tracks: bool,
    model: SeverityModel,
) -> Summary:
    summary = Summary()
    with contextlib.ExitStack() as stack:
        tables = {
            name: stack.enter_context(writing_table(store, f"{place}{name}", columns))
            for name, columns in TABLES.items()
        }
        path = stack.enter_context(store.writing(f"{place}{ASSESSMENTS}"))
        lines = stack.enter_context(path.open("w", encoding="utf-8"))
        for examination in _examinations(
            plan, store, contents=contents, unkept=unkept, tracks=tracks, model=model
        ):
            for row in examination.rows:
                tables["clips"].add(row)
                if row.measurement is None:
                    tables["failures"].add(row)
            tables["examinations"].add(examination)
            found = examination.assessment
            for item in Item:
                tables["items"].add(ItemRow(examination, item, None if found is None else found.items[item]))
            if found is not None:
                lines.write(_line(examination.name, to_json(found)))
            summary.add(examination)
    return summary


def _line(examination: str, assessment: str) -> str:
    """Put the examination's name before the fields of the published schema."""
    return f'{{"examination": {json.dumps(examination, ensure_ascii=False)}, {assessment[1:]}\n'


def _examinations(
    plan: Plan,
    store: Store,
    *,
    contents: Mapping[str, str],
    unkept: Mapping[str, Outcome],
    tracks: bool,
    model: SeverityModel,
) -> Iterator[ExaminationRow]:
    """Give each examination in turn, assessed from what was measured in its clips."""
    examinations = plan.examinations()
    records = store.records(
        known_result_key(contents.get(clip.name), clip) for clips in examinations.values() for clip in clips
    )
    for name, clips in examinations.items():
        rows = tuple(
            _row(clip, contents.get(clip.name), unkept.get(clip.name), next(records), tracks=tracks)
            for clip in clips
        )
        measured = [row.measurement for row in rows if row.measurement is not None]
        if not measured:
            yield ExaminationRow(name, rows, None, NO_CLIP)
            continue
        try:
            yield ExaminationRow(name, rows, assess(measured, model=model), None)
        except DataError as error:
            # One examination that cannot be scored is a row with its reason, too.
            yield ExaminationRow(name, rows, None, str(error))


def _row(
    clip: PlannedClip,
    sha256: str | None,
    unkept: Outcome | None,
    record: Mapping[str, Any] | None,
    *,
    tracks: bool,
) -> ClipRow:
    if unkept is not None:
        return ClipRow(clip, sha256, None, kind=unkept.kind, reason=unkept.reason)
    key = known_result_key(sha256, clip)
    if key is None or record is None:
        return ClipRow(clip, sha256, None, kind="DataError", reason=NOT_THERE)
    if "failure" in record:
        failure = record["failure"]
        return ClipRow(
            clip,
            sha256,
            None,
            kind=failure["kind"],
            reason=reason_of(failure, clip),
            attempts=failure["attempts"],
        )
    # The same bytes may lie elsewhere under another name, and whichever was first was measured.
    measurement = dataclasses.replace(measurement_from_dict(record["measurement"]), file=clip.file)
    return ClipRow(clip, sha256, measurement, tracks=tracks_name(key) if tracks else None)


def _write_manifest(
    plan: Plan, store: Store, place: str, provenance: Mapping[str, Any], run: Mapping[str, Any]
) -> None:
    """Say what the results were made of and with; written last, it names every file with its SHA-256."""
    files = [f"{name}.{kind}" for name in TABLES for kind in ("parquet", "csv", "json")]
    manifest = {
        "made_with": provenance,
        "run": {**run, "machine": machine()},
        "clips": len(plan.clips),
        "examinations": len(plan.examinations()),
        "remarks": list(plan.remarks),
        "files_sha256": {name: store.sha256(f"{place}{name}") for name in [*files, ASSESSMENTS, PAGE]},
    }
    store.write(f"{place}{MANIFEST}", (json.dumps(manifest, indent=2, ensure_ascii=False) + "\n").encode())
