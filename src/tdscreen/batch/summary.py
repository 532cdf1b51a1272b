"""What a batch comes to, gathered row by row, and the page that shows it."""

from __future__ import annotations

import array
import functools
import heapq
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from tdscreen.assessment.words import ITEM_NAMES, REGION_NAMES
from tdscreen.batch.addresses import is_address
from tdscreen.batch.columns import TABLES, ClipRow, ExaminationRow
from tdscreen.batch.histogram import bars, histogram
from tdscreen.batch.plan import Plan
from tdscreen.printing import counted
from tdscreen.settings import BATCH
from tdscreen.vocabulary import TriageLevel, Verdict

PAGE = "index.html"
ASSESSMENTS = "assessments.jsonl"
MANIFEST = "manifest.json"
MOST_SHOWN = 50
"""Rows of a list on the page; the tables have them all."""
_FEWEST = 10
"""Of fewer values none is said to stand out."""
_NORMAL_MEDIAN, _NORMAL_MEAN = 0.6745, 0.7979
"""Median and mean distance from the middle, in standard deviations of a normal distribution."""
_KIND_WORDS = {
    "VideoError": "not a video that can be read",
    "LimitError": "too long or too large",
    "WorkerError": "crashed, hung or took too long",
    "InputError": "may not be read",
}
_OTHER_KIND = "another reason"
_NO_LEVEL = "too short to be sorted"
_NOT_ASSESSED = "not assessed"

Limits = tuple[float, float]

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;color:#1b1f24;background:#fff;max-width:64rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.8rem;margin-bottom:.2rem}h2{margin-top:2.5rem;border-bottom:1px solid #d0d7de;padding-bottom:.2rem}
p.notice{background:#f4f6f8;padding:.6rem .9rem;border-left:4px solid #57606a}
table{border-collapse:collapse;font-size:.875rem;margin:.8rem 0}
caption{text-align:left;font-weight:600;padding:.3rem 0}
th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid #e3e7eb;overflow-wrap:anywhere}
thead th{background:#f4f6f8}td.number,th.number{text-align:right;white-space:nowrap}
.figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(18rem,1fr));gap:1rem}
figure{margin:0}figcaption{font-size:.875rem;font-weight:600}figure p{margin:0;font-size:.8rem;color:#4a525b}
svg{width:100%;height:auto}.scroll{overflow-x:auto}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;font-size:.875rem}
dt{font-weight:600}dd{margin:0;overflow-wrap:anywhere}
"""


class Values:
    """One figure over all clips or examinations: every value, and where the largest were seen.

    Names are kept of the largest alone, so that a million clips take megabytes.
    """

    def __init__(self) -> None:
        self._values = array.array("d")
        self._largest: list[tuple[float, _Reversed]] = []

    def add(self, value: float, clip: str) -> None:
        """Take in a value and the name of the clip that shows it."""
        self._values.append(value)
        entry = (value, _Reversed(clip))
        if len(self._largest) < MOST_SHOWN:
            heapq.heappush(self._largest, entry)
        else:
            heapq.heappushpop(self._largest, entry)

    @property
    def values(self) -> NDArray[np.float64]:
        """All of them, shape (n,)."""
        return np.array(self._values, dtype=np.float64)

    def outliers(self) -> tuple[int, list[tuple[float, float, str]]]:
        """Find the values that stand out upwards, by the modified z-score (Iglewicz and Hoaglin 1993).

        Returns
        -------
        count : int
            Of all that do; of fewer than ten values none does.
        largest : list of (float, float, str)
            Score, value and clip of the largest, the farthest first.
        """
        values = self.values
        if len(values) < _FEWEST:
            return 0, []
        middle = float(np.median(values))
        off = np.abs(values - middle)
        # Where more than half are equal, as most people are still, the mean distance stands in for the median one.
        spread = float(np.median(off)) / _NORMAL_MEDIAN or float(np.mean(off)) / _NORMAL_MEAN
        if not spread:
            return 0, []
        found = [((value - middle) / spread, value, clip.text) for value, clip in self._largest]
        told = sorted((one for one in found if one[0] > BATCH.outlier_z), key=lambda one: (-one[0], one[2]))
        return int(np.sum((values - middle) / spread > BATCH.outlier_z)), told


@functools.total_ordering
class _Reversed:
    """A name that sorts the other way round: of equal values the first names are kept."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Reversed) and self.text == other.text

    def __lt__(self, other: _Reversed) -> bool:
        return self.text > other.text

    __hash__ = None  # type: ignore[assignment]


@dataclass
class Summary:
    """Counts and values of a batch.

    Attributes
    ----------
    clips, examinations, failed : int
        ``failed``: clips that could not be measured.
    quality : Counter
        Measured clips by what they can be used for.
    failures_by_kind : Counter
        Clips that could not be measured, by why, in words.
    problems : Counter
        Checks of quality that failed, by name, in how many clips.
    failures, unusable : list of (str, str)
        Clips that could not be measured, or not be used, the first few: name and reason.
    levels : Counter
        Examinations by how they are sorted.
    amplitudes_mm, rates_hz : dict of str to Values
        By region, of clips that can be used: of all in which it was assessed, and of those in which it moves.
    expected : dict of str to Values
        By item, of examinations.
    totals : Values
    """

    clips: int = 0
    examinations: int = 0
    failed: int = 0
    quality: Counter[str] = field(default_factory=Counter)
    failures_by_kind: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)
    failures: list[tuple[str, str]] = field(default_factory=list)
    unusable: list[tuple[str, str]] = field(default_factory=list)
    levels: Counter[str] = field(default_factory=Counter)
    amplitudes_mm: dict[str, Values] = field(default_factory=lambda: _empty(REGION_NAMES.values()))
    rates_hz: dict[str, Values] = field(default_factory=lambda: _empty(REGION_NAMES.values()))
    expected: dict[str, Values] = field(default_factory=lambda: _empty(ITEM_NAMES.values()))
    totals: Values = field(default_factory=Values)

    def add(self, examination: ExaminationRow) -> None:
        """Take an examination into account."""
        self.examinations += 1
        for row in examination.rows:
            self._add_clip(row)
        found = examination.assessment
        if found is None:
            self.levels[_NOT_ASSESSED] += 1
            return
        level = found.triage.level
        self.levels[_NO_LEVEL if level is None else str(level)] += 1
        by_file = {row.clip.file: row.clip.name for row in examination.rows}
        for item, estimate in found.items.items():
            if estimate.expected is not None and estimate.evidence is not None:
                self.expected[ITEM_NAMES[item]].add(estimate.expected, by_file[estimate.evidence.file])
        if found.total.expected is not None:
            self.totals.add(found.total.expected, examination.rows[0].clip.name)

    def _add_clip(self, row: ClipRow) -> None:
        self.clips += 1
        name = row.clip.name
        if row.measurement is None:
            self.failed += 1
            self.failures_by_kind[_KIND_WORDS.get(row.kind or "", _OTHER_KIND)] += 1
            _keep(self.failures, name, row.reason or "")
            return
        quality = row.measurement.quality
        self.quality[str(quality.verdict)] += 1
        problems = [check for check in quality.checks if not check.passed]
        self.problems.update(check.name for check in problems)
        if quality.verdict is Verdict.UNUSABLE:
            _keep(self.unusable, name, " ".join(check.advice for check in problems))
            return
        for region, measured in row.measurement.regions.items():
            if measured.amplitude_mm is not None:
                self.amplitudes_mm[REGION_NAMES[region]].add(measured.amplitude_mm, name)
            if measured.peak_frequency_hz is not None:
                self.rates_hz[REGION_NAMES[region]].add(measured.peak_frequency_hz, name)

    @property
    def measured(self) -> int:
        """Clips that could be measured."""
        return self.clips - self.failed

    @property
    def usable(self) -> int:
        """Clips that can be used."""
        return self.measured - self.quality[str(Verdict.UNUSABLE)]


def _empty(names: Iterable[str]) -> dict[str, Values]:
    return {name: Values() for name in names}


def _keep(rows: list[tuple[str, str]], name: str, reason: str) -> None:
    if len(rows) < MOST_SHOWN:
        rows.append((name, reason))


def write_page(summary: Summary, plan: Plan, folder: str, notice: str, provenance: Mapping[str, Any]) -> str:
    """Write the page of a batch, which needs nothing else: no script, no address outside of it.

    Parameters
    ----------
    summary : Summary
    plan : Plan
    folder : str
        Where the page will be: links to clips are from there.
    notice : str
        What results by the scoring model are for.
    provenance : mapping
        What the results were made with.

    Returns
    -------
    str
        HTML.
    """
    links = _Links(plan, folder)
    usable_share = f" ({100 * summary.usable / summary.clips:.0f}%)" if summary.clips else ""
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>Batch of {counted(summary.clips, 'clip')}</title><style>{_STYLE}</style></head><body><main>",
        f"<h1>Batch of {counted(summary.clips, 'clip')}, {counted(summary.examinations, 'examination')}</h1>",
        f'<p class="notice">{escape(notice)}</p>',
        f"<p>{_scored_by(provenance['scoring_model'])}</p>",
        f"<p>Of {counted(summary.clips, 'clip')} {summary.measured:,} could be measured, and "
        f"{summary.usable:,}{usable_share} "
        "can be used. What was not seen is absent from every figure, and is never 0.</p>",
        f"<p>Tables: {_FILES}. What it was made with: {_link(MANIFEST)}.</p>",
        "<h2>How many can be used, and why others not</h2>",
        _quality(summary, links),
        "<h2>Examinations</h2>",
        bars(
            "How they are sorted",
            [(name, summary.levels[name]) for name in (*TriageLevel, _NO_LEVEL, _NOT_ASSESSED)],
        ),
        _figures("Estimates of items", summary.expected, limits=(0.0, 4.0)),
        _figures("Estimated total", {"sum of the assessed items": summary.totals}, limits=(0.0, 28.0)),
        "<h2>Movement in the clips that can be used</h2>",
        _figures(
            "Size: half the range; 0 where nothing moves", summary.amplitudes_mm, limits=None, unit="mm"
        ),
        _figures("Rate, of those that move", summary.rates_hz, limits=(0.0, 8.0), unit="Hz"),
        "<h2>What stands out</h2>",
        _outliers(summary, links),
        "<h2>Where it comes from</h2>",
        _provenance(provenance),
        "</main></body></html>",
    ]
    return "\n".join(part for part in parts if part) + "\n"


def _link(file: str) -> str:
    return f'<a href="{file}">{file}</a>'


_FILES = ", ".join(_link(f"{name}.csv") for name in TABLES) + f" (and as Parquet), {_link(ASSESSMENTS)}"


class _Links:
    """Addresses of clips, from the page's folder."""

    def __init__(self, plan: Plan, folder: str) -> None:
        self._paths = {clip.name: clip.path for clip in plan.clips}
        self._folder = folder

    def __call__(self, clip: str) -> str:
        path = self._paths[clip]
        if is_address(path) or is_address(self._folder):
            # No browser follows it.
            return escape(clip)
        try:
            address = Path(os.path.relpath(path, self._folder)).as_posix()
        except ValueError:
            # On another drive, to which no relative path leads.
            address = Path(path).as_uri()
            return f'<a href="{escape(address)}">{escape(clip)}</a>'
        return f'<a href="{quote(os.fsencode(address))}">{escape(clip)}</a>'


def _quality(summary: Summary, links: _Links) -> str:
    counts = [(str(verdict), summary.quality[str(verdict)]) for verdict in Verdict]
    parts = [bars("What clips can be used for", [*counts, ("could not be measured", summary.failed)])]
    for title, counter in (
        ("Checks of quality that failed", summary.problems),
        ("Why clips could not be measured", summary.failures_by_kind),
    ):
        if counter:
            most_first = sorted(counter.items(), key=lambda entry: (-entry[1], entry[0]))
            parts.append(bars(title, [(name.replace("_", " "), count) for name, count in most_first]))
    for title, rows, of, table in (
        ("Could not be measured", summary.failures, summary.failed, "failures.csv"),
        ("Cannot be used", summary.unusable, summary.quality[str(Verdict.UNUSABLE)], "clips.csv"),
    ):
        if rows:
            cells = [[links(name), escape(reason)] for name, reason in rows]
            parts.append(_table(f"{title}: {_first(len(rows), of, table)}", ("clip", "reason"), cells))
    return "\n".join(parts)


def _figures(title: str, figures: Mapping[str, Values], *, limits: Limits | None, unit: str = "") -> str:
    drawn = [
        histogram(name, values.values, limits=limits, unit=unit)
        for name, values in figures.items()
        if len(values.values)
    ]
    return f'<h3>{escape(title)}</h3><div class="figures">{"".join(drawn)}</div>' if drawn else ""


def _outliers(summary: Summary, links: _Links) -> str:
    groups = [
        *((f"{name}, size", "mm", values) for name, values in summary.amplitudes_mm.items()),
        *((f"{name}, rate", "Hz", values) for name, values in summary.rates_hz.items()),
        *((f"{name}, estimate", "", values) for name, values in summary.expected.items()),
    ]
    count = 0
    found = []
    for title, unit, values in groups:
        of_these, largest = values.outliers()
        count += of_these
        found += [(score, title, f"{value:.2f} {unit}".rstrip(), clip) for score, value, clip in largest]
    if not found:
        return (
            f"<p>Nothing does: no value lies far above the others of its kind, or there are fewer than {_FEWEST} "
            "of them.</p>"
        )
    found.sort(key=lambda entry: (-entry[0], entry[1], entry[3]))
    rows = [
        [links(clip), escape(title), value, f"{score:.1f}"]
        for score, title, value, clip in found[:MOST_SHOWN]
    ]
    return (
        "<p>Values far above the others of their kind. Look at these clips first: they show the strongest movement, or "
        "something that was measured wrongly.</p>"
        + _table(
            f"Modified z-score over {BATCH.outlier_z:g}: {_first(len(rows), count, 'clips.csv')}",
            ("clip", "what", "value", "z"),
            rows,
        )
    )


def _first(shown: int, of: int, table: str) -> str:
    return f"{of:,}" if shown == of else f"the first {shown} of {of:,}; all are in {table}"


def _table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a table of cells that are HTML already."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    body = "".join(
        "<tr>" + "".join(f"<td{_side(cell)}>{cell}</td>" for cell in row) + "</tr>" for row in rows
    )
    return (
        f'<div class="scroll"><table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _side(cell: str) -> str:
    return ' class="number"' if cell[:1].isdigit() else ""


def _scored_by(model: Mapping[str, Any]) -> str:
    return escape(
        f"Scored by the model {model['name']}, version {model['version']}, of {model['date']} ({model['status']}; "
        f"SHA-256 {model['sha256'][:16]})."
    )


def _provenance(provenance: Mapping[str, Any]) -> str:
    told = {
        "tdscreen": f"{provenance['tdscreen']}, source {provenance['source_sha256'][:16]}",
        "scoring model": f"{provenance['scoring_model']['name']}, SHA-256 {provenance['scoring_model']['sha256']}",
        **{f"model {name}": f"SHA-256 {sha256}" for name, sha256 in provenance["models_sha256"].items()},
        "libraries": ", ".join(f"{name} {version}" for name, version in provenance["libraries"].items()),
    }
    entries = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in told.items())
    return f"<dl>{entries}</dl>"
