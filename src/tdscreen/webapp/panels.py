"""The assessment in HTML: pure functions from a record to what a reader sees.

Everything that came from outside, as the name of a file, is escaped.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from html import escape
from math import sqrt

from tdscreen.assessment.assessment import Assessment, Coverage, ItemAssessment
from tdscreen.assessment.plain import (
    MOVEMENTS,
    SEVERITIES,
    TASKS,
    TRIAGE_STATEMENTS,
    TRIAGE_TITLES,
    VERDICTS,
    number,
    plain,
    sentence,
)
from tdscreen.assessment.words import REGION_NAMES, counts, join_names, set_words
from tdscreen.measurement.clip import ClipMeasurement, QualityCheck, QualityReport, RegionMeasurement
from tdscreen.scoring.predictive import PredictiveValues
from tdscreen.vocabulary import Item, MovementType

_NEGLIGIBLE_POINTS = 0.05
"""A contribution smaller than this shows as 0.0 and is neither up nor down."""


def notice_bar(text: str) -> str:
    """Give the line that is always in view."""
    return f'<div class="td-notice" role="note">{escape(text)}</div>'


def origin(assessment: Assessment) -> str:
    """Say which clips an assessment rests on."""
    names = ", ".join(clip.file for clip in assessment.clips)
    count = "one clip" if len(assessment.clips) == 1 else f"{len(assessment.clips)} clips of one sitting"
    again = "".join(
        f'<p class="td-small td-file"><b>The same recording more than once:</b> {escape(join_names(files))}. '
        "It is one view of the person, not several.</p>"
        for files in _same_recordings(assessment.clips)
    )
    return f'<p class="td-small td-file">One examination of {count}: {escape(names)}</p>{again}'


def _same_recordings(clips: Sequence[ClipMeasurement]) -> list[list[str]]:
    """Give the names of clips whose bytes are the same, whatever they are called."""
    by_bytes: dict[str, list[str]] = {}
    for clip in clips:
        by_bytes.setdefault(clip.input_sha256, []).append(clip.file)
    return [files for files in by_bytes.values() if len(files) > 1]


def triage_panel(assessment: Assessment) -> str:
    """Say how the examination is sorted, in words first, and what that rests on."""
    triage, total = assessment.triage, assessment.total
    figures = []
    if triage.probability_schooler_kane is not None:
        figures.append(
            _figure(
                _percent(triage.probability_schooler_kane),
                # Beside "uncertain" a small chance would read like "low": it knows only what was assessed.
                f"chance that the {total.items_assessed} of {len(Item)} items assessed meet the Schooler-Kane "
                "severity rule",
            )
        )
    if total.expected is not None:
        spread = ""
        if total.interval is not None:
            low, high = total.interval
            spread = f"; {100 * total.interval_share:.0f}% interval {low} to {high}"
        figures.append(
            _figure(
                f"{number(total.expected, digits=1)} of {total.maximum}",
                f"estimated total over {total.items_assessed} of {len(Item)} items{spread}",
            )
        )
    varied = ""
    smaller, larger = triage.level_with_smaller_anchors, triage.level_with_larger_anchors
    if total.expected is not None and smaller is not None and larger is not None:
        varied = (
            '<p class="td-small">If the assumed millimetres behind the scores were half as large, this would read '
            f"<b>{TRIAGE_TITLES[smaller].lower()}</b>; if twice as large, "
            f"<b>{TRIAGE_TITLES[larger].lower()}</b>.</p>"
        )
    level = triage.level
    return (
        f'<div class="td-panel td-triage td-{level or "unusable"}">'
        f'<p class="td-level"><small>Estimate from video</small>{TRIAGE_TITLES[level]}</p>'
        f"<p>{escape(TRIAGE_STATEMENTS[level])}</p>"
        f'<div class="td-figures">{"".join(figures)}</div>'
        f'<p class="td-small">{escape(triage.reason)}</p>'
        f"{varied}</div>"
    )


def coverage_panel(coverage: Coverage) -> str:
    """List what was not seen, parts with one reason together, and then what was."""
    by_reason: dict[str, list[str]] = {}
    for key in coverage.not_seen:
        part = coverage.parts[key]
        by_reason.setdefault(part.reason or "", []).append(part.name)
    unseen = "".join(
        f"<li><b>{escape(sentence(join_names(names)))}</b><br>"
        f'<span class="td-small td-file">{escape(reason)}</span></li>'
        for reason, names in by_reason.items()
    )
    seen = escape(sentence(join_names([coverage.parts[key].name for key in coverage.seen])))
    return (
        '<div class="td-panel"><h3>Not seen</h3>'
        f'<ul class="td-parts unseen">{unseen}</ul><h3>Seen</h3>'
        f'<ul class="td-parts seen"><li>{seen}</li></ul></div>'
        if seen
        else f'<div class="td-panel"><h3>Not seen</h3><ul class="td-parts unseen">{unseen}</ul></div>'
    )


def predictive_panel(values: PredictiveValues) -> str:
    """Say what a flag means at a prevalence, whose figures these are, and by which formulae."""
    rows = "".join(
        f'<tr><th scope="row">{words}</th><td>{_percent(one.value)}</td>'
        f"<td>{_percent(one.interval[0])} to {_percent(one.interval[1])}</td></tr>"
        for words, one in (
            ("Of those flagged, meet the rule (PPV)", values.positive),
            ("Of those not flagged, do not meet it (NPV)", values.negative),
            ("Sensitivity", values.sensitivity),
            ("Specificity", values.specificity),
        )
    )
    flags = values.flags_per_hundred
    return (
        f"<p>{flags.value:.0f} of 100 would be flagged ({flags.interval[0]:.0f} to {flags.interval[1]:.0f}). "
        f"<b>These shares are known of {escape(values.source)} only.</b> This is a movement index, not calibrated "
        "on patients.</p>"
        f'<table class="td-table"><tbody>{rows}</tbody></table>'
        '<p class="td-small">PPV = sens p / (sens p + (1 − spec)(1 − p)); '
        "NPV = spec (1 − p) / (spec (1 − p) + (1 − sens) p); flags = sens p + (1 − spec)(1 − p). "
        "95% intervals; the prevalence p is taken as given.</p>"
    )


def notes_panel(assessment: Assessment) -> str:
    """List what was measured and not scored, and what nobody can tell from these clips.

    Parameters
    ----------
    assessment : Assessment

    Returns
    -------
    str
        HTML.
    """
    trembles, untold = [], []
    for clip in assessment.clips:
        for found in clip.regions.values():
            where = f"{clip.file}, {REGION_NAMES[found.region]}"
            tremors = [one.tremor for one in found.signals if one.tremor is not None]
            if MovementType.TREMOR_LIKE in found.movement_types:
                rates = sorted({number(one.frequency_hz, digits=1) for one in tremors})
                at = f" at {join_names(rates)} Hz" if rates else ""
                trembles.append(f"{where}: tremor-like{at}. It is set aside, and not scored.")
            if found.not_scored_reason:
                untold.append(f"{where}: {found.not_scored_reason}")
    told = (
        ("Tremor-like, not scored", trembles, "No tremor-like movement was found in what was seen."),
        ("Not scored, or cannot be told", untold, "All that was seen to move could be scored."),
    )
    return (
        '<div class="td-panel">'
        + "".join(
            f"<h3>{title}</h3>"
            + (
                f'<ul class="td-parts unseen">{"".join(f"<li class=td-file>{escape(one)}</li>" for one in lines)}</ul>'
                if lines
                else f"<p>{none}</p>"
            )
            for title, lines, none in told
        )
        + "</div>"
    )


def item_cards(assessment: Assessment) -> str:
    """Give a card for each of items 1 to 7; those that were not assessed look different and say why."""
    cards = [
        _item_card(place, assessment.items[item]) if assessment.items[item].assessed
        else _absent_card(place, assessment.items[item])
        for place, item in enumerate(Item, start=1)
    ]  # fmt: skip
    return f'<div class="td-items">{"".join(cards)}</div>'


def spread(probabilities: Sequence[float]) -> float:
    """Give the standard deviation of a score with these probabilities for 0, 1, 2, ..."""
    mean = sum(score * share for score, share in enumerate(probabilities))
    return sqrt(sum(share * (score - mean) ** 2 for score, share in enumerate(probabilities)))


def _item_card(place: int, item: ItemAssessment) -> str:
    probabilities, expected = item.probabilities or (), item.expected or 0.0
    nearest = SEVERITIES[min(round(expected), len(SEVERITIES) - 1)]
    spoken = ", ".join(
        f"{score} {word}: {_percent(share)}"
        for score, (word, share) in enumerate(zip(SEVERITIES, probabilities, strict=True))
    )
    highest = max(probabilities)
    bars = "".join(
        f'<div class="bar">{_percent(share)}<i style="height:{46 * share / highest:.0f}px"></i></div>'
        for share in probabilities
    )
    scale = "".join(f"<span>{score}<br>{word}</span>" for score, word in enumerate(SEVERITIES))
    pushed = "".join(
        f"<li>{_arrow(entry.contribution)} {escape(sentence(entry.text))}</li>"
        for entry in item.contributions
    )
    return (
        f'<article class="td-card"><h3>{place}. {escape(sentence(item.name))}</h3>'
        f'<p class="value">{number(expected, digits=1)} <small>± {spread(probabilities):.1f} of 4, nearest '
        f"to "
        f"“{nearest}”</small></p>"
        f'<div role="img" aria-label="Probability of each score. {spoken}">'
        f'<div class="td-bars">{bars}</div><div class="td-scale">{scale}</div></div>'
        f'<p class="td-small" style="margin-top:10px"><b>What moved the estimate</b>, in points'
        f"{_from_baseline(item)}</p>"
        f'<ul class="td-parts up-down">{pushed}</ul>{_score_set(item)}{_varied(item)}{_where(item)}'
        f"{_set_aside(item)}</article>"
    )


def _absent_card(place: int, item: ItemAssessment) -> str:
    return (
        f'<article class="td-card absent"><h3>{place}. {escape(sentence(item.name))}</h3>'
        f'<p class="value"><small><b>Not assessed</b></small></p><p>{escape(item.reason or "")}</p>'
        '<p class="td-small">No score is given. This is not a score of 0.</p></article>'
    )


def _from_baseline(item: ItemAssessment) -> str:
    if item.baseline is None:
        return ""
    # Only a table of millimetres says what is slight; a model of ratings starts from the middle of its people.
    tabled = item.expected_with_smaller_anchors is not None
    start = "slight movement, under 40% of the time" if tabled else "the middle of those it was fitted on"
    return f" from {number(item.baseline, digits=1)} ({start})"


def _score_set(item: ItemAssessment) -> str:
    """Say which scores the calibration leaves open; nothing where there is none."""
    if item.score_set is None:
        return ""
    return f'<p class="td-small td-set">As calibrated at this place, {escape(set_words(item.score_set))}.</p>'


def _varied(item: ItemAssessment) -> str:
    if item.expected_with_smaller_anchors is None or item.expected_with_larger_anchors is None:
        return ""
    low, high = sorted((item.expected_with_smaller_anchors, item.expected_with_larger_anchors))
    return (
        f'<p class="td-small">With the assumed millimetres twice or half as large: {number(low, digits=1)} '
        f"to "
        f"{number(high, digits=1)}.</p>"
    )


def _where(item: ItemAssessment) -> str:
    found = item.evidence
    if found is None:
        return ""
    times = [f"{start:.1f} to {end:.1f} s" for start, end in found.bouts_s[:3]]
    more = len(found.bouts_s) - len(times)
    when = f", at {', '.join(times)}{f' and {more} more times' if more > 0 else ''}" if times else ""
    activation = (
        " Seen on activation only; nothing was taken off for that." if item.on_activation_only else ""
    )
    return (
        f'<p class="td-small td-file">From {escape(found.file)} ({escape(TASKS[found.task].lower())}), '
        f"{escape(REGION_NAMES[found.region])}{when}.{activation}</p>"
    )


def _set_aside(item: ItemAssessment) -> str:
    if not item.set_aside:
        return ""
    told = "".join(
        f"<li class='td-file'>{escape(entry.file)}, {escape(REGION_NAMES[entry.region])}: "
        f"{escape(entry.reason)}</li>"
        for entry in item.set_aside
    )
    return f'<p class="td-small"><b>Set aside</b></p><ul class="td-parts up-down td-small">{told}</ul>'


def _arrow(points: float) -> str:
    if abs(points) < _NEGLIGIBLE_POINTS:
        return "●"
    return "▲ up." if points > 0 else "▼ down."


def clip_facts(clip: ClipMeasurement) -> str:
    """Say in a line what a clip is, with what its file kept back."""
    timing = clip.timing
    facts = [
        TASKS[clip.task],
        f"{clip.duration_s:.1f} s",
        f"{clip.frames} pictures, {clip.effective_fps:.1f} a second",
        f"{clip.width} × {clip.height}",
        f"shows movement up to {timing.highest_frequency_hz:.1f} Hz",
    ]
    if clip.rotation_deg:
        facts.append(f"turned upright by {clip.rotation_deg}°")
    if clip.mirrored:
        facts.append("mirrored, as stated")
    if timing.repeated_frames:
        facts.append(f"{timing.repeated_frames} repeated pictures")
    if timing.gaps_s:
        facts.append(f"{len(timing.gaps_s)} gaps without pictures")
    if timing.truncated:
        facts.append(f"the file ends early: {100 * timing.decoded_share:.0f}% of it was measured")
    return f'<p class="td-small">{escape(" · ".join(facts))}</p>'


def quality_table(quality: QualityReport) -> str:
    """Show each check's observed value beside its rule, and what to do about it, those that failed first."""
    failed = [check for check in quality.checks if not check.passed]
    passed = [check for check in quality.checks if check.passed]
    rest = f"{len(passed)} checks that passed" if failed else f"All {len(passed)} checks passed"
    return (
        f'<p><span class="td-verdict {quality.verdict}">{VERDICTS[quality.verdict]}</span></p>'
        + (_checks_table(failed) if failed else "")
        + (f"<details><summary>{rest}</summary>{_checks_table(passed)}</details>" if passed else "")
    )


def _checks_table(checks: Sequence[QualityCheck]) -> str:
    return (
        '<div class="td-scroll"><table class="td-table stack"><thead><tr><th scope="col">Check</th>'
        '<th scope="col">Observed</th><th scope="col">Rule</th><th scope="col">Result</th>'
        '<th scope="col">What to do</th></tr></thead>'
        f"<tbody>{''.join(_check_row(check) for check in checks)}</tbody></table></div>"
    )


def _check_row(check: QualityCheck) -> str:
    unit = f" {check.unit}" if check.unit else ""
    observed = "could not be measured" if check.value is None else f"{number(check.value)}{unit}"
    result = "passed" if check.passed else f"not met: {VERDICTS[check.severity].lower()}"
    return (
        f'<tr class="{"passed" if check.passed else "failed"}"><th '
        f'scope="row">{escape(sentence(plain(check.name)))}</th>'
        f'<td data-label="Observed">{escape(observed)}</td><td data-label="Rule">{escape(rule(check))}</td>'
        f'<td data-label="Result">{result}</td>'
        + (
            f'<td data-label="What to do">{escape(check.advice)}</td></tr>'
            if check.advice
            else "<td></td></tr>"
        )
    )


def rule(check: QualityCheck) -> str:
    """Write a check's rule: at least, or at most, its limit."""
    unit = f" {check.unit}" if check.unit else ""
    return f"{check.bound} {number(check.limit)}{unit}"


def region_table(clip: ClipMeasurement) -> str:
    """Show what each region did in a clip; those that were not seen say why."""
    rows = "".join(_region_row(measured) for measured in clip.regions.values())
    return (
        '<div class="td-scroll"><table class="td-table stack">'
        "<caption>Amplitude is half the range of the movement. Detection limit: what stillness shows in this "
        "clip, from end to end; nothing smaller can be found.</caption>"
        '<thead><tr><th scope="col">Region</th><th scope="col">Amplitude</th><th scope="col">Rate</th>'
        '<th scope="col">Time moving</th><th scope="col">Detection limit</th><th scope="col">Kind</th></tr>'
        "</thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )


def _region_row(found: RegionMeasurement) -> str:
    name = escape(sentence(REGION_NAMES[found.region]))
    if not found.assessed:
        reason = escape(found.reason or "")
        return (
            f'<tr class="absent"><th scope="row">{name}</th><td colspan="5">Not assessed. {reason}</td></tr>'
        )
    limit = "" if found.noise_floor_mm is None else f"{number(found.noise_floor_mm)} mm"
    share = number(found.percent_time_moving or 0.0, digits=0)
    looks = ", ".join((*(MOVEMENTS[kind] for kind in found.movement_types), *counts(found)))
    if found.not_scored_reason:
        looks = f"{looks}. {found.not_scored_reason}" if looks else found.not_scored_reason
    if not found.amplitude_mm:
        amplitude, rate = "no movement found", ""
    else:
        amplitude = f"{number(found.amplitude_mm)} mm{_interval(found.amplitude_interval_mm)}"
        peak = found.peak_frequency_hz
        rate = "" if peak is None else f"{number(peak)} Hz{_interval(found.peak_frequency_interval_hz)}"
    cells = (
        ("Amplitude", amplitude),
        ("Rate", rate),
        ("Time moving", f"{share}% of {found.assessed_s:.1f} s"),
        ("Detection limit", limit),
        ("Kind", looks),
    )
    return (
        f'<tr><th scope="row">{name}</th>'
        + "".join(
            f'<td data-label="{label}">{escape(text)}</td>' if text else "<td></td>" for label, text in cells
        )
        + "</tr>"
    )


def _interval(bounds: tuple[float, float] | None) -> str:
    return "" if bounds is None else f" ({number(bounds[0])} to {number(bounds[1])})"


def picture_figure(jpeg: bytes, caption: str) -> str:
    """Put a picture into the page itself, so that it has no address from which others could fetch it."""
    data = b64encode(jpeg).decode("ascii")
    told = escape(caption)
    return (
        f'<figure class="td-picture"><img src="data:image/jpeg;base64,{data}" '
        f'alt="Picture of the clip. {told}"><figcaption>{told}</figcaption></figure>'
    )


def _figure(value: str, meaning: str) -> str:
    return f"<div><b>{escape(value)}</b><span>{escape(meaning)}</span></div>"


def _percent(share: float) -> str:
    """Write a probability in whole percent, never as 0 or 100."""
    if share < 0.01:
        return "<1%"
    return ">99%" if share > 0.99 else f"{100 * share:.0f}%"
