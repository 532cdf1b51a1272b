"""Charts of a validation, drawn once and given as SVG for the page and PNG for the PDF."""

from __future__ import annotations

from typing import Any

import numpy as np

from tdscreen.scoring.predictive import proportion_interval
from tdscreen.settings import VALIDATION
from tdscreen.validation.agreement import calibration_bins, net_benefit
from tdscreen.validation.held import Held, HeldItem
from tdscreen.verification.chart import BLUE, MUTED, ORANGE, Chart, draw_chart


def roc_chart(held: Held) -> Chart | None:
    """Draw the ROC curve, with the pre-set cuts on it; None if one class is missing."""
    from sklearn.metrics import roc_curve

    rows = held.rated & held.usable
    truth, chance = held.positive[rows], held.chance[rows]
    if not truth.any() or truth.all():
        return None
    false, true, _ = roc_curve(truth, chance)

    def draw(figure: Any) -> None:
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], color=MUTED, linewidth=0.8, linestyle=":")
        axes.step(false, true, where="post", color=BLUE)
        for cut in held.cuts:
            flagged = chance >= cut
            at = (flagged[~truth].mean(), flagged[truth].mean())
            axes.plot(*at, "o", color=ORANGE)
            axes.annotate(f"{cut:.0%}", at, xytext=(6, -10), textcoords="offset points", color=ORANGE)
        axes.set(xlabel="1 - specificity", ylabel="sensitivity", aspect="equal")

    return draw_chart(
        "Sensitivity against false flags",
        f"{int(truth.sum())} positive and {int((~truth).sum())} negative rows; dots are the cuts that were set "
        "beforehand.",
        (3.4, 3.2),
        draw,
    )


def calibration_chart(held: Held) -> Chart | None:
    """Draw how often what was said came true; None for too few rows or one class only."""
    rows = held.rated & held.usable
    truth, chance = held.positive[rows], held.chance[rows]
    if not truth.any() or truth.all() or truth.size < VALIDATION.min_people:
        return None
    bins = calibration_bins(truth, chance)

    def draw(figure: Any) -> None:
        above, below = figure.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": [4, 1]})
        above.plot([0, 1], [0, 1], color=MUTED, linewidth=0.8, linestyle=":")
        for one in bins:
            low, high = proportion_interval(one.positives, one.n)
            above.plot([one.predicted] * 2, [low, high], color=BLUE, linewidth=1)
            above.plot(one.predicted, one.observed, "o", color=BLUE, markersize=4)
        above.set(ylabel="share that was positive", xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
        edges = np.linspace(0, 1, 21)
        below.hist([chance[~truth], chance[truth]], bins=edges, stacked=True, color=[MUTED, ORANGE])
        below.set(xlabel="probability of a positive, as said", ylabel="rows")

    return draw_chart(
        "Calibration",
        "Rows in groups of like probability, with 95% intervals; right is the dotted line. Below: how often each "
        "probability was said, positives in orange.",
        (3.6, 3.8),
        draw,
    )


def decision_chart(held: Held) -> Chart | None:
    """Draw the decision curve (Vickers and Elkin 2006); None if one class is missing."""
    rows = held.rated & held.usable
    truth, chance = held.positive[rows], held.chance[rows]
    if not truth.any() or truth.all():
        return None
    at = np.linspace(0.01, VALIDATION.highest_threshold, 60)
    model = [net_benefit(truth, chance, float(threshold)) for threshold in at]
    everyone = [net_benefit(truth, np.ones(len(truth)), float(threshold)) for threshold in at]

    def draw(figure: Any) -> None:
        axes = figure.subplots()
        axes.plot(at, everyone, color=MUTED, linestyle="--", label="look at everyone")
        axes.plot(at, np.zeros(len(at)), color=MUTED, linestyle=":", label="look at nobody")
        axes.plot(at, model, color=BLUE, label="look at those flagged")
        axes.set(xlabel="probability from which one would look", ylabel="net benefit")
        axes.set_ylim(min(-0.02, min(model)), max(*model, truth.mean()) * 1.1)
        axes.legend(frameon=False, fontsize=8)

    return draw_chart(
        "Decision curve",
        "Net benefit of looking at those whom the model flags, against looking at everyone or nobody, by how sure one "
        "wants to be.",
        (4.4, 3.2),
        draw,
    )


def agreement_chart(one: HeldItem) -> Chart | None:
    """Draw expected scores against ratings; None where nothing was both seen and rated."""
    rows = one.seen & one.rated
    if not rows.any():
        return None
    agreed, expected = one.agreed[rows], one.expected[rows]
    scores = range(one.highest + 1)

    def draw(figure: Any) -> None:
        axes = figure.subplots()
        axes.plot([0, one.highest], [0, one.highest], color=MUTED, linewidth=0.8, linestyle=":")
        for score in scores:
            here = np.sort(expected[agreed == score])
            # Side by side, so that none hides another; the same on every run.
            aside = (
                score + 0.3 * np.linspace(-1, 1, len(here)) if len(here) > 1 else np.full(len(here), score)
            )
            axes.plot(aside, here, ".", color=BLUE, alpha=0.5, markersize=4)
            if len(here):
                axes.plot([score - 0.32, score + 0.32], [np.median(here)] * 2, color=ORANGE)
        axes.set(xlabel="rated", ylabel="expected by the model", xticks=list(scores), yticks=list(scores))

    return draw_chart(
        f"{one.item}: expected against rated",
        f"{int(rows.sum())} rows; bars are medians, right is the dotted line.",
        (3.6, 3.2),
        draw,
    )
