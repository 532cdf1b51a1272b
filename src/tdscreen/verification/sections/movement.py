"""Rate, size and share of time of known movements."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tdscreen.verification.figure import Figure, Target, make_figure, not_assessed, share_figure
from tdscreen.verification.results import ClipResult, RegionResult, of_section, region_rows
from tdscreen.verification.statistics import (
    Floats,
    Indices,
    Interval,
    bootstrap_interval,
    fit_line,
    gain_by_rate,
    gain_of,
    largest_part,
)

MAX_RATE_ERROR_HZ = 0.1
MAX_GAIN_ERROR = 0.15
MAX_SHARE_ERROR = 10.0
CTI_CUTS = (40.0, 75.0)
"""Percent of time that part the grades of frequency of the CTI (Trosch 2024)."""
WHOLE_TIME = 95.0
"""Percent of time from which a movement counts as one that never pauses (assumed)."""
FROM_MM = 0.97
"""Half the range, from the 5th to the 95th percentile, from which the card promises rate and size.

A wave of 1 mm has 0.98 to 0.99 of it between the two. With a cut at 1 the smallest sizes promised, the hardest, would
count nowhere.
"""
FLAT_HZ = (1.0, 5.5)
"""Rates compared must reach from the first or below to the second or above to speak for 0.5 to 7 Hz (assumed)."""
MAX_UNEVENNESS = 10.0
ALL = Target(low=100.0)

PARTS = {
    "lips": ("lips",),
    "jaw": ("jaw",),
    "brows": ("upper_face",),
    "fingertips": ("left_hand", "right_hand"),
}
"""The parts of the body whose size is promised, by the regions they are measured in."""


@dataclass(frozen=True)
class Row:
    """One region that truly moves, in one clip."""

    clip: ClipResult
    region: RegionResult

    @property
    def person(self) -> int:
        """Seed of the person."""
        return self.clip.person

    @property
    def measured(self) -> float:
        """The printed amplitude in mm; 0 where the tool found nothing to move."""
        return self.region.amplitude_mm or 0.0

    @property
    def true(self) -> float:
        """True amplitude in mm of the signal that is printed, or of the one that moves most if none is."""
        region = self.region
        if region.true_amplitude_of_signal is not None:
            return region.true_amplitude_of_signal
        return region.true_amplitude


_LARGEST_GAIN = 10.0


def moving_rows(
    results: Sequence[ClipResult], section: str, *, from_mm: float = 0.0, regular: bool = False
) -> list[Row]:
    """Return the regions that truly move by so much, in the clips of a section.

    Parameters
    ----------
    results : sequence of ClipResult
    section : str
    from_mm : float
        Smallest true amplitude.
    regular : bool
        Only of one regular movement.
    """
    return [
        Row(clip, region)
        for clip, region in region_rows(of_section(results, section))
        if region.moves_itself and region.true_amplitude >= from_mm and (region.regular or not regular)
    ]


def rate_error_hz(row: Row) -> float | None:
    """Measured less true rate; None if no rate was found."""
    found, true = row.region.peak_frequency_hz, row.region.true_frequency_hz
    return None if found is None or true is None else found - true


def frequency_figures(results: Sequence[ClipResult]) -> list[Figure]:
    """Return the figures of rate: at a steady rate of pictures, at a variable one, and with dropped pictures."""
    figures: list[Figure] = []
    conditions = (
        ("frequency", "steady", "30 pictures a second"),
        ("frequency_variable", "variable", "variable rate of pictures"),
        ("frequency_dropped", "dropped", "10% of pictures dropped"),
    )
    for section, name, words in conditions:
        rows = [
            row
            for row in moving_rows(results, section, from_mm=FROM_MM, regular=True)
            if row.region.true_frequency_hz is not None and 0.5 <= row.region.true_frequency_hz <= 7.0
        ]
        errors = [rate_error_hz(row) for row in rows]
        known = np.abs([error for error in errors if error is not None])
        persons = [row.person for row in rows]
        figures.append(
            share_figure(
                f"frequency.{name}",
                f"Rate of regular movement, 0.5 to 7 Hz, 1 mm and more, {words}: within 0.1 Hz of the truth "
                "(a movement that was not found counts as a miss)",
                [error is not None and abs(error) <= MAX_RATE_ERROR_HZ for error in errors],
                persons,
                target=ALL,
            )
        )
        figures.append(
            make_figure(
                f"frequency.{name}_error",
                f"The same: 95th percentile of the error, of the {len(known)} whose rate was found",
                value=float(np.percentile(known, 95)) if len(known) else None,
                n=len(known),
                persons=len(set(persons)),
                unit="Hz",
            )
        )
    return figures


def amplitude_figures(results: Sequence[ClipResult]) -> list[Figure]:
    """Return the figures of size, part by part, by the fused measure and beside it by landmarks alone."""
    everything = moving_rows(results, "amplitude")
    figures: list[Figure] = []
    for part, regions in PARTS.items():
        figures += _linearity(part, [row for row in everything if row.region.region in regions])
        large = [
            row for row in everything if row.region.region in regions and row.region.true_amplitude >= FROM_MM
        ]
        figures.append(
            share_figure(
                f"amplitude.{part}_within",
                f"Size of movement of the {part}, 1 mm and more: within 15% of the truth, each clip of each "
                "person by itself (not found or not assessed counts as a miss)",
                [row.true > 0 and abs(row.measured / row.true - 1) <= MAX_GAIN_ERROR for row in large],
                [row.person for row in large],
                target=ALL,
            )
        )
        figures.append(_speaks(part, large))
        figures += _faces(part, [row for row in large if row.measured > 0])
        figures.append(_flatness(part, [row for row in large if row.measured > 0]))
    figures.append(_coverage([row for row in everything if row.true >= FROM_MM]))
    return figures


def _linearity(part: str, every: Sequence[Row]) -> list[Figure]:
    rows = [row for row in every if row.region.assessed]
    true = np.array([row.true for row in rows])
    persons = [row.person for row in rows]
    found: list[Figure] = []
    by_landmarks = [landmark_amplitude(row) for row in rows]
    for suffix, words, measured in (
        ("", "as printed", [row.measured for row in rows]),
        ("_landmarks", "by landmarks alone", by_landmarks),
    ):
        kept = [i for i, value in enumerate(measured) if value is not None]
        values = np.array([measured[i] for i in kept], dtype=np.float64)
        without = not_assessed(len(every) - len(kept))
        its_true, whose = true[kept], [persons[i] for i in kept]
        line = fit_line(its_true, values) if _can_fit(its_true) else None

        def r_squared(drawn: Indices, x: Floats = its_true, y: Floats = values) -> float | None:
            return fit_line(x[drawn], y[drawn]).r_squared if _can_fit(x[drawn]) else None

        found += [
            make_figure(
                f"amplitude.{part}_linear{suffix}",
                f"Size of movement of the {part}, {words}, against the truth: R2 of a straight line over all "
                f"people and sizes{without}",
                value=None if line is None else line.r_squared,
                n=len(kept),
                persons=len(set(whose)),
                unit="",
                target=None if suffix else Target(low=0.98),
                interval=None if line is None else bootstrap_interval(whose, r_squared),
            ),
            make_figure(
                f"amplitude.{part}_gain{suffix}",
                f"Size of movement of the {part}, {words}: gain, the slope through the origin (1 is exact)"
                + without,
                value=None if line is None else line.gain,
                n=len(kept),
                persons=len(set(whose)),
                unit="",
            ),
        ]
    return found


def _can_fit(true: Floats) -> bool:
    return len(true) >= 3 and float(np.ptp(true)) > 0


def landmark_amplitude(row: Row) -> float | None:
    """Return the amplitude of the signal that is printed, or that moves most, by landmarks alone."""
    name = row.region.signal or row.region.true_signal
    return next((one.amplitude_by_landmarks for one in row.region.signals if one.name == name), None)


def _speaks(part: str, rows: Sequence[Row]) -> Figure:
    """Whether the printed signal is the one that moves most, or hardly less."""
    shares = [row.true / row.region.true_amplitude for row in rows if row.region.signal is not None]
    return share_figure(
        f"amplitude.{part}_speaks",
        f"The signal that is printed for the {part} truly moves at least 85% as far as the one that moves most",
        [share >= 1 - MAX_GAIN_ERROR for share in shares],
        [row.person for row in rows if row.region.signal is not None],
    )


def gain_of_each_face(rows: Sequence[Row]) -> dict[int, float]:
    """Return each person's gain over their own clips.

    Parameters
    ----------
    rows : sequence of Row
        Of one part.
    """
    people = sorted({row.person for row in rows})
    return {
        person: gain_of(
            np.array([row.true for row in rows if row.person == person]),
            np.array([row.measured for row in rows if row.person == person]),
        )
        for person in people
    }


def _faces(part: str, rows: Sequence[Row]) -> list[Figure]:
    gains = gain_of_each_face(rows)
    values = np.array(list(gains.values()))
    span: Interval | None = (float(values.min()), float(values.max())) if len(values) else None
    return [
        share_figure(
            f"amplitude.{part}_every_person",
            f"Gain of the {part}, 1 mm and more, of each person over all their clips: within 15%"
            + (f" (from {span[0]:.2f} to {_gain_text(span[1])})" if span else ""),
            [abs(gain - 1) <= MAX_GAIN_ERROR for gain in values],
            list(gains),
            target=ALL,
        )
    ]


def _gain_text(gain: float) -> str:
    """Write a gain; where the printed signal truly stands nearly still, no number says anything."""
    return f"{gain:.2f}" if gain < _LARGEST_GAIN else f"more than {_LARGEST_GAIN:.0f}"


def rate_gains(rows: Sequence[Row]) -> dict[float, float]:
    """Return the gain at each rate as a share of the mean, each person's own gain taken out.

    Parameters
    ----------
    rows : sequence of Row
        With a movement that was found; of one part.
    """
    compared = compared_rows(rows)
    faces, rates_hz = _faces_and_rates(compared)
    return gain_by_rate(faces, rates_hz, np.array([row.measured / row.true for row in compared]))


def compared_rows(rows: Sequence[Row]) -> list[Row]:
    """Return the rows whose faces and rates can be compared: the largest set that measurements join.

    Parameters
    ----------
    rows : sequence of Row
        As :func:`rate_gains`.
    """
    known = [row for row in rows if row.region.true_frequency_hz is not None and row.true > 0]
    return [known[i] for i in largest_part(*_faces_and_rates(known))]


def _faces_and_rates(rows: Sequence[Row]) -> tuple[list[str], Floats]:
    # Told from true paths, 1 Hz is 0.998 in one clip and 1.001 in another: it is one rate all the same.
    rates_hz = np.array([round(row.region.true_frequency_hz or 0.0, 1) for row in rows], dtype=np.float64)
    return [f"{row.person} {row.region.region}" for row in rows], rates_hz


def _flatness(part: str, rows: Sequence[Row]) -> Figure:
    every = [row for row in rows if row.region.regular]
    regular = compared_rows(every)

    def unevenness(drawn: Indices) -> float | None:
        gains = rate_gains([regular[i] for i in drawn])
        return max(abs(gain - 1) for gain in gains.values()) if gains else None

    value = unevenness(np.arange(len(regular)))
    rates = list(rate_gains(regular))
    if value is not None and 100 * value <= MAX_UNEVENNESS and not _spans(rates):
        # Flat over a part of the range says nothing of the rest.
        value = None
    told = f"rates that people have in common: {', '.join(f'{rate:g}' for rate in rates)} Hz" if rates else ""
    apart = len(every) - len(regular)
    if apart:
        told += f"{'; ' if told else ''}{apart} more have no rate or person in common with these"
    return make_figure(
        f"amplitude.{part}_flat",
        f"Gain of the {part} from 0.5 to 7 Hz: largest departure of one rate from the mean, persons' own gain "
        "taken out" + (f" ({told})" if told else ""),
        value=None if value is None else 100 * value,
        n=len(regular),
        persons=len({row.person for row in regular}),
        unit="%",
        target=Target(high=MAX_UNEVENNESS),
        interval=None
        if value is None
        else _percent(bootstrap_interval([r.person for r in regular], unevenness)),
    )


def _spans(rates_hz: Sequence[float]) -> bool:
    return bool(rates_hz) and min(rates_hz) <= FLAT_HZ[0] and max(rates_hz) >= FLAT_HZ[1]


def _percent(interval: Interval | None) -> Interval | None:
    return None if interval is None else (100 * interval[0], 100 * interval[1])


def _coverage(rows: Sequence[Row]) -> Figure:
    told = [row for row in rows if row.measured > 0]
    silent = len(rows) - len(told)
    return share_figure(
        "amplitude.interval",
        "The interval printed with an amplitude of 1 mm or more holds the truth (an amplitude without one counts as a "
        "miss)"
        + (f"; {silent} more were not found or not assessed, and no amplitude is printed" if silent else ""),
        [_holds(row) for row in told],
        [row.person for row in told],
        target=Target(low=90.0, high=99.0),
    )


def _holds(row: Row) -> bool:
    bounds = row.region.amplitude_interval_mm
    return bounds is not None and bounds[0] <= row.true <= bounds[1]


def time_figures(results: Sequence[ClipResult]) -> list[Figure]:
    """Return the figures of the share of time moving, and of the grades of the CTI."""
    rows = moving_rows(results, "time", from_mm=FROM_MM)
    # What was not assessed has no share of time: it is a miss, and shows in no mean.
    told = [row for row in rows if row.region.percent_time_moving is not None]
    errors = np.array([_share_error(row) for row in told], dtype=np.float64)
    persons = [row.person for row in told]
    in_bouts = [row for row in rows if row.region.true_percent_time_moving < WHOLE_TIME]
    clear = [
        row
        for row in rows
        if min(abs(row.region.true_percent_time_moving - cut) for cut in CTI_CUTS) > MAX_SHARE_ERROR
    ]
    return [
        share_figure(
            "time.within",
            "Share of time moving: within 10 percentage points of the truth (not assessed counts as a miss)",
            [abs(_share_error(row)) <= MAX_SHARE_ERROR for row in rows],
            [row.person for row in rows],
            target=ALL,
        ),
        share_figure(
            "time.within_bouts",
            "Of these, movement that comes and goes: the same (what moves all the time is easily told)",
            [abs(_share_error(row)) <= MAX_SHARE_ERROR for row in in_bouts],
            [row.person for row in in_bouts],
        ),
        make_figure(
            "time.error",
            "Share of time moving: mean error (above zero: too much)",
            value=float(errors.mean()) if len(errors) else None,
            n=len(errors),
            persons=len(set(persons)),
            unit="points",
            interval=bootstrap_interval(persons, lambda drawn: float(errors[drawn].mean())),
        ),
        share_figure(
            "time.grade",
            "Grade of frequency of the CTI (under 40, 40 to 75, over 75%) right, where the truth lies more than 10 "
            "points from a cut",
            [
                row.region.percent_time_moving is not None
                and cti_grade(row.region.percent_time_moving)
                == cti_grade(row.region.true_percent_time_moving)
                for row in clear
            ],
            [row.person for row in clear],
            target=Target(low=95.0),
        ),
    ]


def _share_error(row: Row) -> float:
    """Measured less true share of time, in points; not a number where it was not assessed."""
    found = row.region.percent_time_moving
    return (math.nan if found is None else found) - row.region.true_percent_time_moving


def cti_grade(percent: float) -> int:
    """Grade of frequency of the CTI: 1 below 40% of the time, 2 to 75%, 3 above."""
    return 1 + (percent >= CTI_CUTS[0]) + (percent > CTI_CUTS[1])
