"""Charts of the card, drawn once and given as SVG for the page and PNG for the PDF."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tdscreen.verification.chart import BAND, BLUE, INK, MUTED, ORANGE, Chart, draw_chart
from tdscreen.verification.results import ClipResult
from tdscreen.verification.sections.kinds import TAKEN_FOR, TRUE_KINDS, confusion_table
from tdscreen.verification.sections.leakage import REGIONS, leakage_table, leaks
from tdscreen.verification.sections.movement import (
    FROM_MM,
    MAX_GAIN_ERROR,
    PARTS,
    landmark_amplitude,
    moving_rows,
    rate_gains,
)
from tdscreen.verification.sections.people import ATTRIBUTES, contrast_points, group_rows
from tdscreen.verification.sections.stillness import stated_limits

PART_COLOURS = {"lips": "#1f5f99", "jaw": "#c25700", "brows": "#2e7d4f", "fingertips": "#7b3fa0"}

_TOP_GAIN = 2.5
"""One part that is taken for another's movement would else leave no room for all the rest."""


def draw_charts(results: Sequence[ClipResult]) -> list[Chart]:
    """Draw every chart that the results can fill.

    Parameters
    ----------
    results : sequence of ClipResult

    Returns
    -------
    list of Chart
    """
    drawn = [
        _sizes(results),
        _rates(results),
        _limits(results),
        _leakage(results),
        _confusion(results),
        _groups(results),
        _contrast(results),
    ]
    return [chart for chart in drawn if chart is not None]


def _sizes(results: Sequence[ClipResult]) -> Chart | None:
    everything = moving_rows(results, "amplitude")
    rows = {
        part: [row for row in everything if row.region.region in regions and row.region.assessed]
        for part, regions in PARTS.items()
    }
    rows = {part: found for part, found in rows.items() if found}
    if not rows:
        return None

    def draw(figure: Any) -> None:
        axes = figure.subplots(1, len(rows), squeeze=False)[0]
        for axis, (part, found) in zip(axes, rows.items(), strict=True):
            true = np.array([row.true for row in found])
            measured = np.array([row.measured for row in found])
            by_landmarks = [
                (row.true, value) for row in found if (value := landmark_amplitude(row)) is not None
            ]
            top = 1.08 * max(true.max(), measured.max(), 1.0)
            line = np.array([0.0, top])
            axis.fill_between(
                line, (1 - MAX_GAIN_ERROR) * line, (1 + MAX_GAIN_ERROR) * line, color=BAND, lw=0
            )
            axis.plot(line, line, color=MUTED, lw=1)
            if by_landmarks:
                axis.scatter(
                    *zip(*by_landmarks, strict=True),
                    s=11,
                    marker="x",
                    color=ORANGE,
                    lw=0.8,
                    label="landmarks alone",
                )
            axis.scatter(true, measured, s=13, color=BLUE, alpha=0.8, lw=0, label="as printed")
            axis.set(xlim=(0, top), ylim=(0, top), title=part, xlabel="true, mm", aspect="equal")
        axes[0].set_ylabel("measured, mm")
        axes[0].legend(frameon=False, fontsize=7, loc="upper left")

    return draw_chart(
        "Size: measured against true (half the range)",
        "One point a clip and part. The line is exact, the band 15% to either side.",
        (2.5 * len(rows) + 0.3, 2.9),
        draw,
        section="amplitude",
    )


def _rates(results: Sequence[ClipResult]) -> Chart | None:
    gains = {}
    for part, regions in PARTS.items():
        rows = [
            row
            for row in moving_rows(results, "amplitude", from_mm=FROM_MM, regular=True)
            if row.region.region in regions and row.measured > 0
        ]
        found = rate_gains(rows)
        if found:
            gains[part] = found
    if not gains:
        return None

    def draw(figure: Any) -> None:
        axis = figure.subplots()
        axis.axhspan(0.9, 1.1, color=BAND, lw=0)
        axis.axhline(1.0, color=MUTED, lw=1)
        for part, found in gains.items():
            axis.plot(
                list(found),
                list(found.values()),
                marker="o",
                ms=4,
                lw=1.3,
                color=PART_COLOURS[part],
                label=part,
            )
        axis.set(xlabel="rate, Hz", ylabel="gain / its mean", ylim=(0.4, 1.6))
        axis.legend(frameon=False, fontsize=8, ncols=2)

    return draw_chart(
        "Gain over the rate of movement",
        "The gain at each rate as a share of its mean over the rates, each person's own gain taken out; the band is "
        "10%.",
        (5.2, 2.9),
        draw,
        section="amplitude",
    )


def _limits(results: Sequence[ClipResult]) -> Chart | None:
    found = [limit for limit in stated_limits(results) if limit.region in ("lips", "jaw", "upper_face")]
    if not found:
        return None
    lights = sorted({limit.light for limit in found})

    def draw(figure: Any) -> None:
        axis = figure.subplots()
        names = {"lips": "lips", "jaw": "jaw", "upper_face": "brows"}
        # One for each light of the grid: of two lines of one look nobody can tell which is which.
        styles: tuple[Any, ...] = ("-", "--", ":", "-.", (0, (6, 1, 1, 1, 1, 1)))
        for region, name in names.items():
            for light, style in zip(lights, styles * len(lights), strict=False):
                own = sorted(
                    (limit.distance_mm / 10, limit.median_mm)
                    for limit in found
                    if limit.region == region and limit.light == light
                )
                if own:
                    label = name if len(lights) == 1 else f"{name}, {light.replace('_', ' ')}"
                    axis.plot(
                        *zip(*own, strict=True),
                        linestyle=style,
                        marker="o",
                        ms=4,
                        lw=1.3,
                        color=PART_COLOURS[name],
                        label=label,
                    )
        axis.set(xlabel="distance, cm", ylabel="stated detection limit, mm\n(half the range)", ylim=(0, None))
        # Beside the lines: there are so many that within they would lie over them.
        axis.legend(frameon=False, fontsize=7, loc="center left", bbox_to_anchor=(1.0, 0.5))

    return draw_chart(
        "Detection limit that the tool states, by distance and light",
        "Median over still clips, of each part's blindest signal.",
        (7.2, 2.9),
        draw,
        section="noise",
    )


def _heat(axis: Any, values: np.typing.NDArray[np.float64], text: list[list[str]], *, top: float) -> None:
    # Squares and no picture: the page holds nothing that is not drawn.
    axis.pcolormesh(np.clip(values, 0, top), cmap="Blues", vmin=0, vmax=top * 1.25)
    axis.invert_yaxis()
    for row in range(values.shape[0]):
        for column in range(values.shape[1]):
            dark = np.isfinite(values[row, column]) and values[row, column] > 0.7 * top
            axis.text(
                column + 0.5,
                row + 0.5,
                text[row][column],
                ha="center",
                va="center",
                fontsize=7,
                color="white" if dark else INK,
            )
    axis.tick_params(length=0)
    for side in axis.spines.values():
        side.set_visible(False)


def _leakage(results: Sequence[ClipResult]) -> Chart | None:
    table = leakage_table(leaks(results))
    movers = [region for region in REGIONS if any(mover == region for mover, _ in table)]
    if not movers:
        return None
    values = np.full((len(movers), len(REGIONS)), np.nan)
    text = [["" for _ in REGIONS] for _ in movers]
    for i, mover in enumerate(movers):
        for j, region in enumerate(REGIONS):
            cell = table.get((mover, region))
            if cell is not None:
                values[i, j] = cell.measured if mover == region else cell.excess
                text[i][j] = f"{cell.measured:.0%}" + (f"\n({cell.true:.0%})" if mover != region else "")

    def draw(figure: Any) -> None:
        axis = figure.subplots()
        _heat(axis, values, text, top=1.0)
        axis.set_xticks(
            np.arange(len(REGIONS)) + 0.5, [name.replace("_", "\n") for name in REGIONS], fontsize=8
        )
        axis.set_yticks(np.arange(len(movers)) + 0.5, [name.replace("_", " ") for name in movers], fontsize=8)
        axis.set(ylabel="moves", xlabel="is said to move")

    return draw_chart(
        "Each region moved alone: what every region is said to move, of the mover's size",
        "In brackets what anatomy truly moves there. The darker, the more is measured beyond anatomy; the diagonal is "
        "the mover's own gain.",
        (6.6, 0.5 * len(movers) + 1.2),
        draw,
        section="leakage",
    )


def _confusion(results: Sequence[ClipResult]) -> Chart | None:
    counts = confusion_table(results)
    rows = [kind for kind in TRUE_KINDS if any(true == kind for true, _ in counts)]
    if not rows:
        return None
    numbers = np.array(
        [[counts.get((true, taken), 0) for taken in TAKEN_FOR] for true in rows], dtype=np.float64
    )
    shares = numbers / numbers.sum(axis=1, keepdims=True)

    def draw(figure: Any) -> None:
        axis = figure.subplots()
        _heat(axis, shares, [[f"{int(n)}" if n else "" for n in line] for line in numbers], top=1.0)
        axis.set_xticks(
            np.arange(len(TAKEN_FOR)) + 0.5,
            [name.replace(" ", "\n").replace("-like", "-\nlike", 1) for name in TAKEN_FOR],
            fontsize=7,
        )
        axis.set_yticks(np.arange(len(rows)) + 0.5, rows, fontsize=8)
        axis.set(ylabel="truly", xlabel="taken for")

    return draw_chart(
        "What movements are, and what they are taken for",
        "Regions counted; the darker, the larger the share of the row.",
        (7.2, 0.42 * len(rows) + 1.4),
        draw,
        section="kinds",
    )


def _groups(results: Sequence[ClipResult]) -> Chart | None:
    rows = [row for row in group_rows(results) if row.item_error is not None]
    if not rows:
        return None
    shown = [name for name in ATTRIBUTES if any(row.attribute == name for row in rows)]

    def draw(figure: Any) -> None:
        widths = [sum(row.attribute == name for row in rows) + 1 for name in shown]
        axes = figure.subplots(1, len(shown), squeeze=False, sharey=True, width_ratios=widths)[0]
        mean = float(np.mean([row.item_error for row in rows if row.item_error is not None]))
        for axis, name in zip(axes, shown, strict=True):
            own = [row for row in rows if row.attribute == name]
            axis.axhspan(mean - 0.1, mean + 0.1, color=BAND, lw=0)
            axis.plot(range(len(own)), [row.item_error for row in own], "o", ms=5, color=BLUE)
            axis.set_xticks(
                range(len(own)),
                [row.group.lstrip("0") for row in own],
                fontsize=7,
                rotation=45 if name in ("age", "origin") else 0,
            )
            axis.set(xlabel=ATTRIBUTES[name][0], xlim=(-0.6, len(own) - 0.4))
        axes[0].set_ylabel("item error, points")

    return draw_chart(
        "Item error by group of people",
        "Mean of estimate less truth, the movements shown evened out. The band is 0.2 points wide.",
        (7.2, 2.8),
        draw,
        section="fairness",
    )


def _contrast(results: Sequence[ClipResult]) -> Chart | None:
    points = contrast_points(results)
    if not points:
        return None
    names = {"lips": "lips", "jaw": "jaw", "upper_face": "brows"}
    above = sorted(gain for _, _, gain, _ in points if gain > _TOP_GAIN)
    beyond = f"; on the upper edge: {', '.join(f'{gain:.1f}' for gain in above)}" if above else ""

    def draw(figure: Any) -> None:
        axis = figure.subplots()
        axis.axhspan(1 - MAX_GAIN_ERROR, 1 + MAX_GAIN_ERROR, color=BAND, lw=0)
        for region, name in names.items():
            own = [(contrast, min(gain, _TOP_GAIN)) for one, contrast, gain, _ in points if one == region]
            if own:
                axis.scatter(
                    *zip(*own, strict=True),
                    s=13,
                    lw=0,
                    alpha=0.8,
                    color=PART_COLOURS[name],
                    label=name,
                    clip_on=False,
                )
        axis.set(xlabel="contrast of the skin at 1 to 10 px", ylabel="gain", ylim=(0, _TOP_GAIN))
        axis.legend(frameon=False, fontsize=8, ncols=3)

    return draw_chart(
        "Gain against contrast of the skin",
        f"One point a clip and part, movements from 1 mm up{beyond}.",
        (5.2, 2.9),
        draw,
        section="contrast",
    )
