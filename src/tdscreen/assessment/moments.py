"""Which seconds of an examination's clips speak most for an item, and which most against it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tdscreen.assessment.words import REGION_NAMES
from tdscreen.measurement.clip import ClipMeasurement, RegionMeasurement
from tdscreen.motion.bouts import moving_values
from tdscreen.motion.features import SignalFeatures
from tdscreen.motion.filtering import remove_fast, remove_slow
from tdscreen.motion.signals import Signal
from tdscreen.motion.spans import Bools, Floats, Grid, to_grid
from tdscreen.motion.spectrum import top_frequency_hz
from tdscreen.motion.tremor import narrowband
from tdscreen.scoring.evidence import Evidence, gather_evidence, scale_name
from tdscreen.scoring.rating_rule import SCALES
from tdscreen.settings import MOMENTS, MomentsSettings
from tdscreen.vocabulary import Item, Region

_REACH = f"{Region.TONGUE}.reach"
"""Is measured from the lip: a tongue that is held out counts, though it does not move."""

NOT_SCORED = "No clip gives evidence for this item, so no seconds of one speak for it or against it."
NOTHING_MOVED = "Nothing that counts moved in this item, so no seconds speak for it."
TOO_BRIEF = "It was seen without a break for too short a time to hold three seconds against others."
NO_LANDMARKS = "The landmarks of the clips are not kept, so that no seconds can be found."


@dataclass(frozen=True)
class Moment:
    """A few seconds of one clip.

    Attributes
    ----------
    file, input_sha256 : str
        Of the clip.
    region : Region
    signal : str
        That moved most in them, or showed most unrest where none moved.
    start_s, end_s : float
        Of the clip.
    amplitude_mm : float
        Half the range of what moved in them, tremor set aside; of the tongue's reach, how far it came out at most. 0 if
        nothing moved.
    percent_time_moving : float
        0 to 100, of these seconds.
    detection_limit_mm : float
        Of the signal, as a range in 1 s.
    """

    file: str
    input_sha256: str
    region: Region
    signal: str
    start_s: float
    end_s: float
    amplitude_mm: float
    percent_time_moving: float
    detection_limit_mm: float


@dataclass(frozen=True)
class ItemMoments:
    """The seconds that speak most for an item, and most against it.

    Attributes
    ----------
    speaks_for, speaks_against : Moment or None
    reason : str or None
        Why one of them or both are not there, as a sentence; None if both are.
    """

    speaks_for: Moment | None
    speaks_against: Moment | None
    reason: str | None


@dataclass(frozen=True)
class _Moved:
    """One signal as it counts: what lies in bouts, tremor set aside, on an even grid.

    ``size`` divides millimetres by what is slight on the signal's scale, so that wrists and fingers can be compared.
    """

    features: SignalFeatures
    size: float
    counted: Grid
    marks: list[Bools]
    band: Grid

    def loudness(self, starts_s: Floats, window_s: float) -> tuple[Floats, Floats]:
        """Give root mean squares from each time on, of what counts and of all; NaN where it was not seen throughout."""
        counting: list[Floats] = [
            span.values * span.values * mark.astype(np.float64)
            for span, mark in zip(self.counted.spans, self.marks, strict=True)
        ]
        everything: list[Floats] = [span.values * span.values for span in self.band.spans]
        return (
            _root_mean(self.counted, counting, starts_s, window_s) / self.size,
            _root_mean(self.band, everything, starts_s, window_s) / self.features.noise_floor,
        )


@dataclass(frozen=True)
class _Held:
    """Every stretch of one region of one clip, held against the others.

    Attributes
    ----------
    moved : sequence of _Moved
        The signals, the one that was seen longest first.
    starts_s : ndarray, shape (w,)
    counts, unrest : ndarray, shape (signals, w)
        Of each signal in each stretch; 0 where it was not seen and the one that was seen longest was.
    """

    evidence: Evidence
    moved: Sequence[_Moved]
    starts_s: Floats
    counts: Floats
    unrest: Floats

    def is_of(self, moment: Moment) -> bool:
        """Tell whether a moment is of the same clip."""
        return (self.evidence.input_sha256, self.evidence.file) == (moment.input_sha256, moment.file)


def moments(
    clips: Sequence[ClipMeasurement],
    signals: Mapping[str, Sequence[Signal]],
    *,
    settings: MomentsSettings = MOMENTS,
) -> dict[Item, ItemMoments]:
    """Find the seconds that speak most for each item, and those that speak most against it.

    What speaks for an item is what the item is scored from: movement in bouts, tremor set aside, of the regions and
    clips that gave evidence; the stretch in which its root mean square is largest, in multiples of what is slight. The
    stretch in which it is smallest speaks against, and of those without any the one with the least unrest. A stretch
    counts only where the region's signal that was seen longest was seen throughout: what was not seen is neither.

    Parameters
    ----------
    clips : sequence of ClipMeasurement
    signals : mapping of str to sequence of Signal
        Of each clip, by ``input_sha256``; clips whose landmarks are not kept are not in it.
    settings : MomentsSettings

    Returns
    -------
    dict of Item to ItemMoments
        For each of the seven items.
    """
    by_file = {(clip.input_sha256, clip.file, clip.task): clip for clip in clips}
    return {
        item: _of_item(
            item,
            [(by_file[one.input_sha256, one.file, one.task], one) for one in found.evidence],
            signals,
            settings,
        )
        for item, found in gather_evidence(clips).items()
    }


def _of_item(
    item: Item,
    counted: Sequence[tuple[ClipMeasurement, Evidence]],
    signals: Mapping[str, Sequence[Signal]],
    settings: MomentsSettings,
) -> ItemMoments:
    if not counted:
        return ItemMoments(None, None, NOT_SCORED)
    there = [(clip, one) for clip, one in counted if one.input_sha256 in signals]
    if not there:
        return ItemMoments(None, None, NO_LANDMARKS)
    held = [
        _held(item, clip, clip.regions[one.region], one, signals[one.input_sha256], settings)
        for clip, one in there
    ]
    if not any(one.starts_s.size for one in held):
        return ItemMoments(None, None, TOO_BRIEF)
    speaks_for = _loudest([one for one in held if one.evidence.percent_time_moving > 0], settings)
    against = _quietest(held, speaks_for, settings)
    if speaks_for is None:
        carrier = next((one.carried_by for _, one in there if one.carried_by is not None), None)
        with_it = "" if carrier is None else f" It only went along with the {REGION_NAMES[carrier]}."
        return ItemMoments(None, against, NOTHING_MOVED + with_it)
    return ItemMoments(speaks_for, against, None if against is not None else TOO_BRIEF)


def _loudest(held: Sequence[_Held], settings: MomentsSettings) -> Moment | None:
    """Find the stretch that speaks most for the item; None if nothing counts in any."""
    best: tuple[float, Moment] | None = None
    for one in held:
        if not one.starts_s.size:
            continue
        # The first of equals.
        place = int(np.argmax(one.counts.max(axis=0)))
        loud = float(one.counts[:, place].max())
        if loud > (best[0] if best else 0.0):
            best = loud, _moment(one, place, settings)
    return best[1] if best else None


def _quietest(held: Sequence[_Held], speaks_for: Moment | None, settings: MomentsSettings) -> Moment | None:
    """Find the stretch that speaks most against it, apart from the one that speaks for it; None if none is apart."""
    best: tuple[float, float, Moment] | None = None
    for one in held:
        apart = np.ones(one.starts_s.shape, dtype=np.bool_)
        if speaks_for is not None and one.is_of(speaks_for):
            apart = np.abs(one.starts_s - speaks_for.start_s) >= settings.window_s - 1e-9
        places = np.flatnonzero(apart)
        if not places.size:
            continue
        counts, unrest = one.counts.max(axis=0)[places], one.unrest.max(axis=0)[places]
        first = int(np.lexsort((unrest, counts))[0])
        level = float(counts[first]), float(unrest[first])
        if best is None or level < best[:2]:
            best = (*level, _moment(one, int(places[first]), settings))
    return best[2] if best else None


def _held(
    item: Item,
    clip: ClipMeasurement,
    region: RegionMeasurement,
    evidence: Evidence,
    signals: Sequence[Signal],
    settings: MomentsSettings,
) -> _Held:
    features = {
        one.name: one
        for one in region.signals
        if one.unit == "mm" and one.assessed_s > 0 and one.noise_floor > 0
    }
    if region.region is Region.TONGUE and not region.protrusions:
        # What lies behind closed lips was not seen, though they were looked at.
        features.pop(_REACH, None)
    moved = sorted(
        (
            _one_moved(item, clip, region, signal, features[signal.name])
            for signal in signals
            if signal.name in features
        ),
        key=lambda one: -one.features.assessed_s,
    )
    if not moved:
        return _Held(evidence, (), np.empty(0), np.empty((0, 0)), np.empty((0, 0)))
    longest = moved[0].counted
    latest = [(len(span.values) - 1) / longest.rate_hz - settings.window_s for span in longest.spans]
    starts_s = np.concatenate(
        [
            np.empty(0),
            *(
                span.start_s + np.arange(0.0, last_s + 1e-9, settings.step_s)
                for span, last_s in zip(longest.spans, latest, strict=True)
            ),
        ]
    )
    loud = [one.loudness(starts_s, settings.window_s) for one in moved]
    counts = np.nan_to_num(np.array([counting for counting, _ in loud]))
    unrest = np.nan_to_num(np.array([everything for _, everything in loud]))
    return _Held(evidence, moved, starts_s, counts, unrest)


def _one_moved(
    item: Item, clip: ClipMeasurement, region: RegionMeasurement, signal: Signal, features: SignalFeatures
) -> _Moved:
    whole = to_grid(signal.values, signal.times_s)
    wide = remove_slow(whole)
    bouts = (features.without_tremor or features).bouts
    if features.tremor is not None:
        part = narrowband(
            wide,
            peak_hz=features.tremor.frequency_hz,
            width_hz=features.tremor.width_hz,
            highest_hz=top_frequency_hz(clip.timing.highest_frequency_hz),
        )
        wide = wide.with_values([a.values - b.values for a, b in zip(wide.spans, part.spans, strict=True)])
    band = remove_fast(wide)
    counted = band
    if signal.name == _REACH:
        counted = whole
        bouts = tuple((one.start_s, one.end_s) for one in region.protrusions or ())
    if not region.scored_percent_time_moving:
        # What is not counted, as a movement that is not repeated, is not pointed at either.
        bouts = ()
    size = SCALES[scale_name(region.region, signal.name, item)].slight_to_mm
    return _Moved(features, size, counted, moving_values(counted, bouts), band)


def _root_mean(grid: Grid, squares: Sequence[Floats], starts_s: Floats, window_s: float) -> Floats:
    steps = round(window_s * grid.rate_hz)
    out = np.full(starts_s.shape, np.nan)
    for span, square in zip(grid.spans, squares, strict=True):
        at = np.rint((starts_s - span.start_s) * grid.rate_hz).astype(np.intp)
        within = (at >= 0) & (at + steps < len(square))
        sums = np.concatenate([[0.0], np.cumsum(square)])
        # A sum of squares that is all but none may come out a hair below it.
        mean = np.maximum(sums[at[within] + steps + 1] - sums[at[within]], 0.0) / (steps + 1)
        out[within] = np.sqrt(np.where(mean > 1e-12, mean, 0.0))
    return out


def _moment(held: _Held, place: int, settings: MomentsSettings) -> Moment:
    counts, start_s, one = held.counts[:, place], round(float(held.starts_s[place]), 3), held.evidence
    lead = held.moved[int(np.argmax(counts if counts.any() else held.unrest[:, place]))]
    values, mark = _inside(lead, start_s, settings.window_s)
    amplitude_mm = 0.0
    if mark.any():
        low, high = np.percentile(values[mark], [5, 95])
        amplitude_mm = float(high) if lead.features.name == _REACH else float(high - low) / 2
    return Moment(
        file=one.file,
        input_sha256=one.input_sha256,
        region=one.region,
        signal=lead.features.name,
        start_s=start_s,
        end_s=round(start_s + settings.window_s, 3),
        amplitude_mm=amplitude_mm,
        percent_time_moving=100 * float(mark.mean()),
        detection_limit_mm=lead.features.noise_floor,
    )


def _inside(moved: _Moved, start_s: float, window_s: float) -> tuple[Floats, Bools]:
    """Give a signal and its marks within a stretch in which it was seen throughout."""
    rate_hz = moved.counted.rate_hz
    steps = round(window_s * rate_hz)
    for span, mark in zip(moved.counted.spans, moved.marks, strict=True):
        first = round((start_s - span.start_s) * rate_hz)
        if first >= 0 and first + steps < len(span.values):
            return span.values[first : first + steps + 1], mark[first : first + steps + 1]
    raise ValueError(
        f"{moved.features.name} was not seen throughout the {window_s:g} s from {start_s:g} s on."
    )
