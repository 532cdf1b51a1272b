"""The card of a model that a place has fitted itself, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tdscreen.printing import printable
from tdscreen.scoring.additive import AdditiveItem, Direction
from tdscreen.training.study import Study

_WAYS = {
    Direction.RISES: "more, never a lower score",
    Direction.FALLS: "more, never a higher score",
    Direction.FREE: "free",
}


@dataclass(frozen=True)
class CardFigure:
    """A figure on the card.

    Attributes
    ----------
    what : str
    found : str
        With its interval.
    n : str
        As ``332 clips of 164 people``.
    """

    what: str
    found: str
    n: str


def write_card(
    *,
    about: dict[str, str],
    sha256: str,
    studies: Sequence[Study],
    items: Sequence[AdditiveItem],
    figures: Sequence[CardFigure],
    by_group: Sequence[CardFigure],
    command: str,
) -> str:
    """Write a model card in Markdown.

    Parameters
    ----------
    about : dict of str to str
        The model's metadata.
    sha256 : str
    studies : sequence of Study
        What each item was fitted on.
    items : sequence of AdditiveItem
    figures : sequence of CardFigure
        On people left out.
    by_group : sequence of CardFigure
    command : str
        By which it is made again.

    Returns
    -------
    str
    """
    lines = [
        f"# Model card: {about['name']}",
        "",
        "| | |",
        "|---|---|",
        f"| SHA-256 of the model | `{sha256}` |",
        f"| date | {about['date']} |",
        f"| **status** | **{about['status']}** |",
        f"| fitted on | {about['training_data']} |",
        f"| made by | `{printable(command)}` with tdscreen {about['tdscreen_version']} |",
        "",
        "## What it is for",
        "",
        "Research use. It turns measured movement into estimates of a rating, to support a clinician's "
        "own examination. It "
        "replaces none, and no decision about a person may rest on it alone.",
        "",
        "## Regulatory status",
        "",
        "None. This model is not a medical device, and nobody has cleared, approved or certified it. Software that "
        "analyses images for a medical purpose is a device in the United States and the European Union: to use one on "
        "patients takes a clearance, or a study that was allowed.",
        "",
        "## Who it was fitted on",
        "",
    ]
    for study in studies:
        counts = [int((study.agreed == score).sum()) for score in range(study.highest + 1)]
        lines += [
            f"- **{study.item}**: {len(study)} rows of {len(study.names)} people, rated by {len(study.raters)} "
            f"({', '.join(map(printable, study.raters))}). Scores 0 to {study.highest} were given "
            f"{', '.join(map(str, counts[:-1]))} and {counts[-1]} times."
        ]
        for name, groups in study.subgroups.items():
            told = [f"{printable(g)} {sum(groups == g)}" for g in sorted(set(groups.tolist()))]
            lines.append(f"  - {printable(name)}: {', '.join(told)} rows.")
        blind = int(np.all([np.isnan(values) for values in study.features.values()], axis=0).sum())
        if blind:
            lines.append(
                f"  - In {blind} of the rows nothing was seen: they get no estimate and are in no figure below."
            )
        rare = [score for score, count in enumerate(counts) if count < 5]
        if rare:
            lines.append(
                f"  - Hardly anybody had {' or '.join(map(str, rare))}: what it says of these rests on the rest."
            )
    lines += [
        "",
        "It was fitted on nobody else: not on people of other places, ages, skins, phones or illnesses "
        "than these. What "
        "is not in the list above is not known to be fair to anyone.",
        "",
        "## What was found on people left out",
        "",
        "Split by person; features, penalties and curves chosen again within each split (nested cross-validation).",
        "",
        "| | found (95% interval) | n |",
        "|---|---|---|",
        *(f"| {one.what} | {one.found} | {one.n} |" for one in figures),
        "",
        "## By group",
        "",
    ]
    if by_group:
        lines += ["| | found (95% interval) | n |", "|---|---|---|"]
        lines += [f"| {one.what} | {one.found} | {one.n} |" for one in by_group]
    else:
        lines.append(
            "No group was named, so it is not known whether it does as well for all of these people."
        )
    lines += ["", "## What it looks at", ""]
    for item in items:
        lines += [f"**{item.item}**", "", "| feature | direction | adds from | to |", "|---|---|---|---|"]
        for shape in item.shapes:
            low, high = min(shape.values), max(shape.values)
            lines.append(f"| {shape.feature} | {_WAYS[shape.direction]} | {low:+.2f} | {high:+.2f} |")
        for one in item.interactions:
            values = [value for row in one.values for value in row]
            lines.append(f"| {one.name} | with these | {min(values):+.2f} | {max(values):+.2f} |")
        lines.append("")
    lines += [
        "In log-odds of a higher score. The sum of these curves is the model: there is nothing else in it.",
        "",
        "## Limits",
        "",
        "- Figures from splits of the same people say how it does on their like. Another place needs a "
        "validation of its own "
        "(`tdscreen validate`) and a calibration (`tdscreen calibrate`).",
        "- Raters disagree and drift. The model has learnt these raters, on these days.",
        "- A clip shows seconds; a rating looks at a person. What was not seen is a gap to the model, never a zero.",
        "- People with a value outside of what it was fitted on get the answer of the nearest edge.",
        "",
        "## Prior art",
        "",
        "Tracked points round the mouth have been held against ratings of tardive dyskinesia since the "
        "1990s: Gattaz and "
        "Buechel 1993, Buechel 1995, and the digital movement analysis of 1996, with correlations of 0.48 "
        "to 0.73. Additive "
        "ordinal models are older (McCullagh 1980; Hastie and Tibshirani 1986).",
        "",
    ]
    return "\n".join(lines)
