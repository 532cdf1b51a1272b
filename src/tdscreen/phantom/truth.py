"""What is true of a clip of a virtual patient, written beside it.

Two files carry the clip's name. ``<name>.truth.json`` (format ``tdscreen-phantom-truth/1``):

``file, preset, task, seed, duration_s, frames``
    Of the clip; ``preset`` is null for a programme of one's own.
``told_by``
    The edition of what is told: of a clip whose truth is of an earlier one it is told anew, without filming it again.
``spec_sha256``
    Of everything that the clip was made from; a clip whose hash still fits is not made again.
``person``
    Every field of :class:`tdscreen.phantom.person.Person`, among them ``seed, age_years, sex, build, origin,
    monk_tone, iris_mm, beard, glasses, hair, teeth``.
``camera``
    Every field of :class:`tdscreen.phantom.phone.Phone`, and ``codec, bit_rate, distance_mm, shake, mm_per_px``.
``degraded``
    Null, or the name of the quality check that must refuse the clip (:mod:`tdscreen.measurement.quality`).
``movements``
    For each movement of the programme: ``region, movement, kind`` (a :class:`~tdscreen.vocabulary.MovementType`, or
    ``posture``, ``gaze``, ``head``, ``blink``), ``rate_hz, rate_band_hz, amplitude, unit, share_of_time, regular,
    side, scored, bouts_s``. ``amplitude`` is half the full range.
``regions``
    For each region of the tool: ``signal`` (the one in mm that moves most; null if none moves), ``amplitude_mm`` (half
    the range from the 5th to the 95th percentile while it moves, as the tool defines it: 0.988 of ``half_range_mm`` for
    a sine; of the tongue, the median reach past the lip), ``half_range_mm``, ``frequency_hz`` (of the most power),
    ``percent_time_moving``, ``bouts_s``, ``severity`` (0 to 4 by the table, of movements that count; null where it
    cannot be told from outside), ``scored``, ``tremor_hz``, and ``carried``: true where nothing but another region's
    movement moves it, as a lower lip on its jaw; its bouts are then those of the regions that do. ``held``: a posture
    of the region's own is taken or left, as a smile, which is none of these.
``tongue``
    ``protrusions`` (start, end in seconds, and farthest reach past the lip in mm), ``visible_s`` (out, or in a mouth
    open by 6 mm and more), ``hidden_movement`` (it moves in the closed mouth).
``taps``
    For each hand that taps, ``count`` and ``rate_hz``.
``blinks_s``
    When each blink begins.

``<name>.truth.parquet`` has a row for each picture: ``time_s``; the true value in mm (head: also degrees) of every
signal by the tool's own names, side shifts towards the picture's right; each mark as ``mark.<name>.x``, ``.y``,
``.z`` in mm (face: the head's own frame, hands: the body's; never mirrored) and as ``px.<name>.x``, ``.y`` in the
upright picture as it is seen, counted from the outer corner of its first pixel. ``head.*`` is the head's own movement,
without the camera's. NaN while a hand is out of view.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from tdscreen.phantom.performance import Performance
from tdscreen.phantom.programme import Movement, channel_of
from tdscreen.phantom.severities import SCALE_OF_REGION, severity
from tdscreen.phantom.trajectories import Bouts
from tdscreen.phantom.true_signals import SIGNALS_IN_MM
from tdscreen.vocabulary import MovementType, Region, Side

FloatArray = NDArray[np.float64]

FORMAT = "tdscreen-phantom-truth/1"
EDITION = 2
"""Raised when of the same clip something else is told than before."""
STILL_MM = 0.25
"""A signal whose true half range is smaller does not count as moving."""
OPEN_MM = 6.0
"""A mouth open as wide as this shows the tongue that lies in it (assumed)."""
_FINE = 4
_WRIST = frozenset({"bend", "deviation", "sideways", "up_down"})
_FACE = frozenset({"upper_face", "lips", "jaw", "tongue"})
_HIDDEN = frozenset({"in_cheek"})


def movements_json(performance: Performance) -> list[dict[str, Any]]:
    """Give every movement and posture of the programme, and when each movement goes on."""
    programme = performance.programme
    out = []
    for one, spans in zip(programme.movements, performance.bouts, strict=True):
        kind: str = one.taken_for
        if one.kind is None and one.region in ("head", "eyes"):
            kind = "gaze" if one.region == "eyes" else "head"
        if one.movement == "lid_closure":
            kind = "blink"
        plain = dataclasses.asdict(one)
        plain |= {
            "kind": str(kind),
            "unit": channel_of(one.region, one.movement, one.side)[0].unit,
            "scored": one.counts,
            "bouts_s": spans,
        }
        out.append(plain)
    for hold in programme.holds:
        plain = dataclasses.asdict(hold)
        end_s = min(hold.end_s, programme.duration_s)
        plain |= {
            "kind": "gaze" if hold.region == "eyes" else "posture",
            "amplitude": plain.pop("level"),
            "unit": channel_of(hold.region, hold.movement, hold.side)[0].unit,
            "rate_hz": None,
            "rate_band_hz": None,
            "share_of_time": (end_s - max(hold.start_s, 0.0)) / programme.duration_s,
            "regular": None,
            "scored": False,
            "bouts_s": [(max(hold.start_s, 0.0), end_s)],
        }
        out.append(plain)
    return out


SignalsOf = Callable[[Collection[str]], Mapping[str, FloatArray]]
"""Gives the true signals, shape (n,) each, with the movements of some regions only, by the regions' names; with all
postures, without blinks and sway."""


def regions_json(
    performance: Performance, times_s: FloatArray, signals_of: SignalsOf
) -> dict[str, dict[str, Any]]:
    """Say what each region does.

    Parameters
    ----------
    performance : Performance
    times_s : ndarray, shape (n,)
    signals_of : callable
        The signals at these times.
    """
    programme = performance.programme
    out: dict[str, dict[str, Any]] = {}
    movers = {one.region for one in programme.movements}
    # With the postures only: what is left is the movements' doing.
    moved, held = signals_of(movers), signals_of(())
    for region, names in SIGNALS_IN_MM.items():
        own = [one for one in programme.movements if one.region == region]
        spans = _joined(performance, own)
        carried = not spans and region not in (Region.HEAD, Region.LEFT_HAND, Region.RIGHT_HAND)
        paths = {
            name: moved[f"{region}.{name}"] - held[f"{region}.{name}"]
            for name in names
            if f"{region}.{name}" in moved
        }
        if carried:
            # Brows that move most of the time do not make lips move that ride on a jaw at times.
            spans = _joined(
                performance,
                [
                    one
                    for mover in sorted(movers & _FACE)
                    if _carries(signals_of((mover,)), held, [f"{region}.{name}" for name in names])
                    for one in programme.movements
                    if one.region == mover
                ],
            )
        best = max(paths, key=lambda name: _half_ranges(times_s, paths[name], spans)[1], default=None)
        sizes = (0.0, 0.0) if best is None else _half_ranges(times_s, paths[best], spans)
        counted = [one for one in own if one.counts]
        hidden = any(one.movement in _HIDDEN for one in own)
        moves = best is not None and sizes[1] >= STILL_MM
        if region is Region.TONGUE and moves:
            reach = [reach for _, _, reach in protrusions(times_s, moved["tongue.reach"])]
            sizes = (float(np.median(reach)), float(np.max(reach)))
        out[str(region)] = {
            "signal": f"{region}.{best}" if moves else None,
            "amplitude_mm": sizes[0] if moves else 0.0,
            "half_range_mm": sizes[1] if moves else 0.0,
            "frequency_hz": _rate_hz(times_s, paths[best], spans, own)
            if moves and best is not None
            else None,
            "percent_time_moving": 100 * _length(spans) / programme.duration_s if moves else 0.0,
            "bouts_s": spans if moves else (),
            "severity": None if hidden or region is Region.HEAD else _severity(region, counted, best, sizes),
            "scored": bool(counted),
            "tremor_hz": next((m.rate_hz for m in own if m.taken_for is MovementType.TREMOR_LIKE), None),
            "carried": carried and moves,
            "held": any(one.region == region for one in programme.holds),
        }
    return out


def tongue_json(
    performance: Performance, times_s: FloatArray, signals: Mapping[str, FloatArray]
) -> dict[str, Any]:
    """Say when the tongue is out, and whether it moves unseen."""
    out = signals["tongue.reach"] > 0
    visible = out | (signals["lips.opening"] >= OPEN_MM)
    step_s = performance.programme.duration_s / len(times_s)
    return {
        "protrusions": protrusions(times_s, signals["tongue.reach"]),
        "visible_s": float(visible.sum() * step_s),
        "hidden_movement": any(one.movement in _HIDDEN for one in performance.programme.movements),
    }


def protrusions(times_s: FloatArray, reach_mm: FloatArray) -> list[tuple[float, float, float]]:
    """Give start, end and farthest reach of each time that the tongue is past the lip by a millimetre or more."""
    out = np.concatenate([[False], reach_mm > 1.0, [False]])
    edges = np.flatnonzero(np.diff(out.astype(np.int8)))
    return [
        (float(times_s[a]), float(times_s[min(b, len(times_s) - 1)]), float(reach_mm[a:b].max()))
        for a, b in zip(edges[::2], edges[1::2], strict=True)
    ]


def taps_json(performance: Performance) -> dict[str, dict[str, float]]:
    """Count how often fingers touch the thumb, by hand."""
    out = {}
    for side in Side:
        touches = [
            starts + (1 / one.rate_hz if one.pattern == "taps" else one.pulse_s) / 2
            for one, starts in zip(performance.programme.movements, performance.events_s, strict=True)
            if one.region == f"{side}_hand" and one.movement.endswith("_to_thumb") and one.rate_hz
        ]
        if touches:
            at = np.sort(np.concatenate(touches))
            rate = (len(at) - 1) / float(at[-1] - at[0]) if len(at) > 1 else 0.0
            out[str(side)] = {"count": len(at), "rate_hz": rate}
    return out


def _severity(region: Region, counted: list[Movement], best: str | None, sizes: tuple[float, float]) -> int:
    """Read the table for each movement that counts; the worst is the region's.

    Size is the programme's where the movement is told by the signal that speaks for the region, and what comes of it
    where it is told otherwise (degrees, or a raised lip that opens the mouth).
    """
    grades = [0]
    for one in counted:
        part = "upper_limbs.wrist" if one.movement in _WRIST else SCALE_OF_REGION[region]
        told_by = channel_of(one.region, one.movement, one.side)[0].signal
        mixed = any(other is not one for other in counted)
        size = one.amplitude if told_by == f"{region}.{best}" or (mixed and told_by) else sizes[1]
        grades.append(severity(part, sizes[0] if region is Region.TONGUE else size, one.share_of_time))
    return max(grades)


def _joined(performance: Performance, chosen: list[Movement]) -> Bouts:
    """Join the bouts of some movements."""
    spans = sorted(
        span
        for one, own in zip(performance.programme.movements, performance.bouts, strict=True)
        if any(one is other for other in chosen)
        for span in own
    )
    out: list[tuple[float, float]] = []
    for start_s, end_s in spans:
        if out and start_s <= out[-1][1]:
            out[-1] = (out[-1][0], max(end_s, out[-1][1]))
        else:
            out.append((start_s, end_s))
    return tuple(out)


def _carries(
    alone: Mapping[str, FloatArray], held: Mapping[str, FloatArray], signals: Collection[str]
) -> bool:
    """Say whether movements of one region, alone, move any of another's signals."""
    return any(float(np.ptp(alone[name] - held[name])) / 2 >= STILL_MM for name in signals)


def _length(spans: Bouts) -> float:
    return sum(end_s - start_s for start_s, end_s in spans)


def _between(times_s: FloatArray, x: FloatArray, spans: Bouts) -> tuple[FloatArray, FloatArray]:
    """Read a path between the pictures, since turns fall there, within spans."""
    fine_s = np.linspace(times_s[0], times_s[-1], (len(times_s) - 1) * _FINE + 1)
    within = np.zeros(len(fine_s), dtype=np.bool_)
    for start_s, end_s in spans:
        within |= (fine_s >= start_s) & (fine_s <= end_s)
    seen = np.isfinite(x)
    if seen.sum() < 2:
        return fine_s[:0], fine_s[:0]
    return fine_s[within], np.asarray(CubicSpline(times_s[seen], x[seen])(fine_s[within]))


def _half_ranges(times_s: FloatArray, x: FloatArray, spans: Bouts) -> tuple[float, float]:
    """Half the range from the 5th to the 95th percentile, and half the full range, within spans."""
    _, inside = _between(times_s, x, spans)
    if len(inside) < 2:
        return 0.0, 0.0
    low, high = np.percentile(inside, [5, 95])
    return float(high - low) / 2, float(np.ptp(inside)) / 2


def _rate_hz(times_s: FloatArray, x: FloatArray, spans: Bouts, own: list[Movement]) -> float:
    """Rate of the most power; a movement of the programme that is regular and as fast gives its own exact rate."""
    fine_s, inside = _between(times_s, x, ((times_s[0], times_s[-1]),))
    still = np.ones(len(fine_s), dtype=np.bool_)
    for start_s, end_s in spans:
        still &= (fine_s < start_s) | (fine_s > end_s)
    inside = (
        np.where(still, 0.0, inside - inside[~still].mean()) if (~still).any() else inside - inside.mean()
    )
    padded = 1 << int(np.ceil(np.log2(len(inside) * 8)))
    power = np.abs(np.fft.rfft(inside, padded)) ** 2
    rates = np.fft.rfftfreq(padded, float(fine_s[1] - fine_s[0]))
    band = (rates >= 0.3) & (rates <= 12.0)
    peak = float(rates[band][np.argmax(power[band])])
    exact = [one.rate_hz for one in own if one.regular and one.rate_hz and abs(one.rate_hz - peak) < 0.2]
    return exact[0] if exact else peak
