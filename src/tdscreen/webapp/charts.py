"""Signals over time and their spectra, as Plotly figures. Pure functions: numbers in, a figure out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from tdscreen.assessment.plain import number, plain
from tdscreen.motion.features import SignalFeatures
from tdscreen.motion.filtering import remove_slow
from tdscreen.motion.signals import Signal
from tdscreen.motion.spans import to_grid
from tdscreen.motion.spectrum import Spectrum, power_spectrum, top_frequency_hz
from tdscreen.settings import MOTION

Floats = NDArray[np.float64]

INK = "#1b2733"
GRID_LINE = "#dde4ea"
BLUE = "#1f5a8a"
MOMENT = "#b3261e"
BOUT = "rgba(222, 153, 36, 0.22)"
TREMOR = "rgba(120, 90, 160, 0.10)"
SLOW = "rgba(31, 90, 138, 0.08)"
LINES = (BLUE, "#a85b00", "#2f7d4f", "#7b4aa0", "#8c2d4f", "#55606b")
"""Six hues with a contrast of at least 4.5 on white."""

MAX_POINTS = 4000
"""A line longer than this is drawn through the extremes of equal pieces, which look the same on a screen."""
EARLIER = "#6b7782"
"""Of an earlier recording: broken lines, behind the others."""
SLOW_HIGH_HZ = 3.0
"""Upper end of where movements of the mouth in tardive dyskinesia lie (assumed)."""
_ROW_HEIGHT_PX = 118
_LOW_ROW_HEIGHT_PX = 92
_MANY_ROWS = 6
_FRAME_PX = 78


def thin(times_s: Floats, values: Floats, *, max_points: int = MAX_POINTS) -> tuple[Floats, Floats]:
    """Draw a long line through fewer points, and lose no extreme of it.

    Parameters
    ----------
    times_s, values : ndarray, shape (n,)
        Values are NaN where nothing was seen; gaps stay gaps.
    max_points : int

    Returns
    -------
    (ndarray, ndarray), shape (m,)
        m is at most about ``max_points``; the same arrays if n is.
    """
    if len(times_s) <= max_points:
        return times_s, values
    pieces = np.array_split(np.arange(len(times_s)), max_points // 3)
    keep: list[int] = []
    for piece in pieces:
        seen = piece[np.isfinite(values[piece])]
        chosen = {int(piece[0])} if seen.size < piece.size else set()
        if seen.size:
            chosen |= {int(seen[np.argmin(values[seen])]), int(seen[np.argmax(values[seen])])}
        if 0 < seen.size < piece.size:
            # One unseen picture of the piece is kept, so that the line breaks there.
            chosen.add(int(piece[~np.isfinite(values[piece])][0]))
        keep += sorted(chosen)
    index = np.array(keep)
    return times_s[index], values[index]


def spectrum_of(signal: Signal) -> Spectrum | None:
    """Give the spectrum of a signal over the spans in which it was seen; None if no span is long enough."""
    grid = remove_slow(to_grid(signal.values, signal.times_s))
    return power_spectrum(grid)


def movement_figure(
    signals: Sequence[Signal],
    features: Mapping[str, SignalFeatures],
    *,
    moment_s: float | None = None,
    gaps_s: Sequence[tuple[float, float]] = (),
    behind: Mapping[str, Signal] | None = None,
    behind_name: str = "",
) -> go.Figure:
    """Draw each signal in a row of its own over one time axis.

    Each row shows the displacement from the signal's own middle, bouts of movement shaded, and the moment
    whose picture is shown as a line. A click near a line chooses the nearest time.

    Parameters
    ----------
    signals : sequence of Signal
        At least one.
    features : mapping of str to SignalFeatures
        By the signal's name; a signal without features is drawn without bouts.
    moment_s : float, optional
    gaps_s : sequence of (float, float)
        Where the camera delivered nothing.
    behind : mapping of str to Signal, optional
        The same signals of an earlier recording, by name.
    behind_name : str
        What that recording is called.
    """
    titles = [row_title(signal, features.get(signal.name)) for signal in signals]
    rows = len(signals)
    height = _FRAME_PX + rows * (_ROW_HEIGHT_PX if rows <= _MANY_ROWS else _LOW_ROW_HEIGHT_PX)
    figure = make_subplots(
        rows=rows,
        cols=1,
        shared_xaxes=True,
        subplot_titles=titles,
        vertical_spacing=34 / height if rows > 1 else 0,
    )
    for row, signal in enumerate(signals, start=1):
        found = features.get(signal.name)
        earlier = (behind or {}).get(signal.name)
        if earlier is not None:
            figure.add_trace(_earlier_line(earlier, behind_name, legend=row == 1), row=row, col=1)
        # The curve first: Plotly leaves shapes out of rows that are still empty.
        figure.add_trace(_line(signal), row=row, col=1)
        for start_s, end_s in found.bouts if found else ():
            figure.add_vrect(
                x0=start_s, x1=end_s, fillcolor=BOUT, line_width=0, layer="below", row=row, col=1
            )
        figure.update_yaxes(title_text=signal.unit, row=row, col=1)
    for start_s, end_s in gaps_s:
        figure.add_vrect(
            x0=start_s, x1=end_s, fillcolor="rgba(85, 96, 107, 0.18)", line_width=0, layer="below"
        )
    if moment_s is not None:
        figure.add_vline(x=moment_s, line_color=MOMENT, line_width=1.5)
    figure.update_xaxes(range=[float(signals[0].times_s[0]), float(signals[0].times_s[-1])])
    figure.update_xaxes(title_text="time in the clip (s)", row=rows, col=1)
    # Titles of rows stand at the left, over their own row, where a narrow screen shows them whole.
    for annotation in figure.layout.annotations[:rows]:
        annotation.update(x=0, xanchor="left", font={"size": 13, "color": INK})
    _plain_frame(figure, height=height)
    figure.update_layout(hovermode="x", clickmode="event+select", dragmode="pan", showlegend=False)
    return figure


def most_moving_first(signals: Sequence[Signal], features: Mapping[str, SignalFeatures]) -> list[Signal]:
    """Order signals by how far each moves above its own stillness; the still keep their order."""

    def stands_out(signal: Signal) -> float:
        found = features.get(signal.name)
        return 0.0 if found is None else found.amplitude / max(found.noise_floor, 1e-9)

    return sorted(signals, key=stands_out, reverse=True)


def row_title(signal: Signal, found: SignalFeatures | None) -> str:
    """Say in a line what a signal is and what it shows, with units."""
    name = plain(signal.name.split(".", 1)[-1])
    if found is None:
        return f"<b>{name}</b>"
    if found.amplitude == 0:
        return f"<b>{name}</b> · no movement found"
    rate = f", {number(found.peak_frequency_hz)} Hz" if found.peak_frequency_hz is not None else ""
    share = f"{number(found.percent_time_moving, digits=0)}% of the time"
    return f"<b>{name}</b> · ±{number(found.amplitude)} {found.unit}{rate}, {share}"


def spectrum_figure(
    signals: Sequence[Signal],
    features: Mapping[str, SignalFeatures],
    *,
    highest_frequency_hz: float,
    behind: Mapping[str, Signal] | None = None,
    behind_name: str = "",
) -> go.Figure | None:
    """Draw how each signal's movement spreads over rates, up to what the clip can show.

    Parameters
    ----------
    signals : sequence of Signal
    features : mapping of str to SignalFeatures
    highest_frequency_hz : float
    behind, behind_name
        As for :func:`movement_figure`.

    Returns
    -------
    Figure or None
        None if no signal was seen for long enough.
    """
    top_hz = top_frequency_hz(highest_frequency_hz)
    figure = go.Figure()
    for color, signal in zip(LINES * (len(signals) // len(LINES) + 1), signals, strict=False):
        name = plain(signal.name.split(".", 1)[-1])
        earlier = (behind or {}).get(signal.name)
        if earlier is not None:
            line = {"color": color, "width": 1.2, "dash": "dot"}
            _add_spectrum(figure, earlier, f"{name}, {behind_name}", line, top_hz)
        _add_spectrum(figure, signal, name, {"color": color, "width": 1.8}, top_hz)
    if not figure.data:
        return None
    figure.add_vrect(
        x0=MOTION.band_low_hz, x1=min(SLOW_HIGH_HZ, top_hz), fillcolor=SLOW, line_width=0, layer="below"
    )
    if top_hz > MOTION.tremor_low_hz:
        figure.add_vrect(x0=MOTION.tremor_low_hz, x1=top_hz, fillcolor=TREMOR, line_width=0, layer="below")
    _mark_peaks(figure, signals, features, top_hz)
    unit = "mm" if any(signal.unit == "mm" for signal in signals) else signals[0].unit
    figure.update_xaxes(title_text="rate (Hz, times a second)", range=[0, top_hz])
    figure.update_yaxes(title_text=f"{unit}/√Hz", rangemode="tozero")
    _plain_frame(figure, height=320)
    figure.update_layout(
        showlegend=len(figure.data) > 1,
        legend={"orientation": "h", "y": -0.28, "x": 0, "font": {"size": 12}},
        hovermode="closest",
        dragmode=False,
    )
    return figure


def _add_spectrum(
    figure: go.Figure, signal: Signal, name: str, line: Mapping[str, object], top_hz: float
) -> None:
    found = spectrum_of(signal)
    if found is None:
        return
    inside = (found.frequencies_hz >= MOTION.band_low_hz / 2) & (found.frequencies_hz <= top_hz)
    figure.add_trace(
        go.Scatter(
            x=found.frequencies_hz[inside],
            y=np.sqrt(found.density[inside]),
            name=name,
            mode="lines",
            line=line,
            hovertemplate=f"{name}: %{{x:.2f}} Hz<extra></extra>",
        )
    )


def _mark_peaks(
    figure: go.Figure, signals: Sequence[Signal], features: Mapping[str, SignalFeatures], top_hz: float
) -> None:
    """Mark the rate of the signal that moves farthest above its own stillness."""
    moving = [found for signal in signals if (found := features.get(signal.name)) and found.peak_frequency_hz]
    if not moving:
        return
    main = max(moving, key=lambda found: found.amplitude / max(found.noise_floor, 1e-9))
    if main.peak_frequency_hz is None or main.peak_frequency_hz > top_hz:
        return
    figure.add_vline(
        x=main.peak_frequency_hz,
        line={"color": MOMENT, "width": 1, "dash": "dot"},
        annotation={
            "text": f"{number(main.peak_frequency_hz)} Hz",
            "font": {"color": MOMENT, "size": 13},
            "xshift": 4,
        },
    )


def _centred(signal: Signal) -> tuple[Floats, Floats]:
    times_s, values = thin(signal.times_s, signal.values)
    middle = float(np.nanmedian(values)) if np.isfinite(values).any() else 0.0
    return times_s, values - middle


def _earlier_line(signal: Signal, name: str, *, legend: bool) -> go.Scatter:
    times_s, values = _centred(signal)
    return go.Scatter(
        x=times_s,
        y=values,
        name=name,
        mode="lines",
        line={"color": EARLIER, "width": 1.2, "dash": "dot"},
        connectgaps=False,
        showlegend=legend,
        hovertemplate=f"%{{y:.2f}} {signal.unit} ({name})<extra></extra>",
    )


def _line(signal: Signal) -> go.Scatter:
    times_s, values = _centred(signal)
    return go.Scatter(
        x=times_s,
        y=values,
        # Lines alone cannot be chosen by a click: each point carries a mark that shows when it is chosen.
        mode="lines+markers",
        line={"color": BLUE, "width": 1.5},
        marker={"size": 9, "color": MOMENT, "opacity": 0},
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 0}},
        connectgaps=False,
        hovertemplate=f"%{{x:.2f}} s: %{{y:.2f}} {signal.unit}<extra></extra>",
    )


def _plain_frame(figure: go.Figure, *, height: int) -> None:
    figure.update_layout(
        height=height,
        template="plotly_white",
        font={"family": "Source Sans, sans-serif", "size": 13, "color": INK},
        margin={"l": 52, "r": 12, "t": 30, "b": 46},
        paper_bgcolor="#ffffff",
        plot_bgcolor="#ffffff",
        hoverlabel={"bgcolor": "#ffffff", "font": {"color": INK}},
    )
    figure.update_xaxes(title_font_size=13, gridcolor=GRID_LINE, zeroline=False, linecolor="#8a97a3")
    figure.update_yaxes(title_font_size=13, gridcolor=GRID_LINE, zerolinecolor="#b9c4ce", linecolor="#8a97a3")
