"""The signals of one region become the measurement of that region."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tdscreen.measurement.clip import RegionMeasurement
from tdscreen.motion.bouts import percent_time_moving
from tdscreen.motion.face_signals import Blinks
from tdscreen.motion.features import Interval, SignalFeatures, signal_features
from tdscreen.motion.movement_types import movement_types
from tdscreen.motion.signals import Signal
from tdscreen.motion.windows import NOISE_RANGE_IN_SD
from tdscreen.printing import rounded_down
from tdscreen.settings import MOTION, QUALITY, MotionSettings
from tdscreen.vocabulary import HAND_REGION, MovementType, Region, Task

NORMAL_95 = 1.96
MOUTH_PARTNER = {Region.LIPS: Region.JAW, Region.JAW: Region.LIPS}
VOLUNTARY_REASON = "The movement was asked for in this task, or goes with it."
SPEECH_REASON = "This looks like talking, and other movement of the mouth cannot be told apart from it here."
ARM_REASON = (
    "The whole arm moves here, as in reaching, pointing or gesturing, and purpose cannot be seen. "
    "Film the hands at rest, in the lap or held up."
)
TAPPING = (Task.FINGER_TAPPING_LEFT, Task.FINGER_TAPPING_RIGHT)
TOO_FAST_REASON = "Most of this movement is as fast as a tremor, and cannot be told apart from one."
TOO_FAINT_REASON = (
    "This movement is hardly larger than the smallest that this clip can show, so that nobody can tell how much of the "
    "time it goes on. Please record again, nearer, in good light and with the camera at rest."
)
UNSURE_REASON = (
    "The lips have too few marks in this clip that can be followed, so that nobody can tell how far they move. Please "
    "record again, nearer and in good light."
)


@dataclass(frozen=True)
class Ruler:
    """How far a region's millimetres can be trusted.

    Attributes
    ----------
    uncertainty : float
        Standard uncertainty of the millimetre, as a share.
    body_length_mm : float
        The body's own unit: the inter-ocular distance for the face, the palm's length for a hand.
    witness : mapping of str to float
        Standard uncertainty of what each signal's witness shows of a movement, as a share; by the signal's name, 0
        for one that is not named.
    """

    uncertainty: float
    body_length_mm: float
    witness: Mapping[str, float] = field(default_factory=dict)


def region_features(
    signals: Sequence[Signal], limits: Mapping[str, float], *, highest_frequency_hz: float
) -> tuple[SignalFeatures, ...]:
    """Measure the signals of one region.

    Parameters
    ----------
    signals : sequence of Signal
    limits : mapping of str to float
        Detection limit of each signal, by name; NaN where the clip is too short for one, and then the signal is
        left out.
    highest_frequency_hz : float

    Returns
    -------
    tuple of SignalFeatures
    """
    hand = dataclasses.replace(MOTION, tremor_low_hz=MOTION.hand_tremor_low_hz)
    return tuple(
        signal_features(
            signal.name,
            signal.unit,
            signal.values,
            signal.times_s,
            settings=hand if signal.region in HAND_REGION.values() else MOTION,
            noise_floor=limits[signal.name],
            noise_sd=limits[signal.name] / NOISE_RANGE_IN_SD,
            highest_frequency_hz=highest_frequency_hz,
        )
        for signal in signals
        if math.isfinite(limits[signal.name])
    )


def speaking_signal(found: Sequence[SignalFeatures]) -> SignalFeatures | None:
    """Choose the signal that speaks for a region: the one in mm that moves most.

    Movement is counted in detection limits, first with tremor set aside, then as it is.

    Returns
    -------
    SignalFeatures or None
        None if no signal in mm was seen for two seconds.
    """
    return max(_in_mm(found), key=_prominence, default=None)


def measure_region(
    region: Region,
    found: Sequence[SignalFeatures],
    ruler: Ruler,
    *,
    task: Task,
    speaking: Mapping[Region, SignalFeatures],
    blinks: Blinks | None = None,
) -> RegionMeasurement:
    """Measure one region.

    Parameters
    ----------
    region : Region
    found : sequence of SignalFeatures
        Of all its signals.
    ruler : Ruler
    task : Task
    speaking : mapping of Region to SignalFeatures
        The signal that speaks for each region of the clip.
    blinks : Blinks, optional
        For the upper face.

    Returns
    -------
    RegionMeasurement
        Its figures are those of the signal that speaks for it; its share of time moving is that of any of its
        signals in mm.
    """
    in_mm = _in_mm(found)
    assessed_s = max((features.assessed_s for features in in_mm), default=0.0)
    reason = _why_not_assessed(region, in_mm, assessed_s)
    if reason is not None:
        return RegionMeasurement(
            region, assessed=False, reason=reason, assessed_s=assessed_s, signals=tuple(found)
        )
    main = speaking[region]
    moves = main.amplitude > 0
    others = {other: features for other, features in speaking.items() if other is not region}
    found_kinds = set(movement_types(main, region=region, task=task, others=others))
    # A wrist may tremble while it is the fingers that speak for the hand.
    if any(features.tremor is not None for features in in_mm):
        found_kinds.add(MovementType.TREMOR_LIKE)
    if task in TAPPING and MovementType.VOLUNTARY_TASK in found_kinds:
        # Whoever taps fast and evenly as asked does not tremble.
        found_kinds.discard(MovementType.TREMOR_LIKE)
    kinds = tuple(kind for kind in MovementType if kind in found_kinds)
    main_scored = main.without_tremor or main
    not_scored = _why_not_scored(kinds, in_mm)
    if not_scored is None and _arm_moves(region, in_mm, task):
        not_scored = ARM_REASON
    if not_scored is None and _talks(region, task, speaking):
        not_scored = SPEECH_REASON
    if not_scored is None and _too_fast(main_scored):
        not_scored = TOO_FAST_REASON
    if not_scored is None and _too_faint(main):
        not_scored = TOO_FAINT_REASON
    if not_scored is None and region is Region.LIPS and _unsure(main_scored):
        not_scored = UNSURE_REASON
    if not_scored is None:
        not_scored = _why_not_still(in_mm)
    quietest = main if moves else max(in_mm, key=lambda features: features.noise_floor)
    measured = RegionMeasurement(
        region=region,
        assessed=True,
        reason=None,
        signal=main.name if moves else None,
        peak_frequency_hz=main.peak_frequency_hz,
        peak_frequency_interval_hz=main.peak_frequency_interval_hz,
        amplitude_mm=main.amplitude,
        amplitude_interval_mm=_amplitude_interval(main, ruler),
        amplitude_body=main.amplitude / ruler.body_length_mm,
        percent_time_moving=_percent_moving(in_mm, assessed_s),
        noise_floor_mm=quietest.noise_floor,
        noise_sd_mm=quietest.noise_sd,
        assessed_s=assessed_s,
        movement_types=kinds,
        scored_amplitude_mm=None if not_scored else 0.0 if _scored(main) is None else main_scored.amplitude,
        scored_percent_time_moving=(
            None
            if not_scored
            else _percent_moving([f for f in map(_scored, in_mm) if f is not None], assessed_s)
        ),
        not_scored_reason=not_scored,
        signals=tuple(found),
    )
    return _with_blinks(measured, blinks, ruler)


def _in_mm(found: Sequence[SignalFeatures]) -> list[SignalFeatures]:
    return [features for features in found if features.unit == "mm" and features.assessed_s > 0]


def _why_not_assessed(region: Region, in_mm: Sequence[SignalFeatures], assessed_s: float) -> str | None:
    if assessed_s < QUALITY.min_region_s:
        seen_s = rounded_down(assessed_s)
        return f"Seen without a break for only {seen_s} seconds; {QUALITY.min_region_s:.0f} are needed."
    limit_mm = QUALITY.max_hand_limit_mm if region in HAND_REGION.values() else QUALITY.max_face_limit_mm
    blindest_mm = max(features.noise_floor for features in in_mm)
    if blindest_mm > limit_mm and not any(features.amplitude > 0 for features in in_mm):
        return f"The picture is too unsteady: movement below {blindest_mm:.0f} mm could not be seen."
    return None


def _why_not_still(in_mm: Sequence[SignalFeatures], *, settings: MotionSettings = MOTION) -> str | None:
    """Say why a region in which nothing clearly moves is not known to be still; None if it is, or if it moves.

    What is not repeated raises no item, and says as little of what went unseen beside it as stillness does.
    """
    if any(
        features.percent_time_moving > settings.chance_percent or features.amplitude > features.noise_floor
        for features in in_mm
        if features.repeats >= settings.min_repeats
    ):
        return None
    for name, unseen_mm in QUALITY.unseen_mm:
        if any(features.name == name and features.noise_floor > 2.0 * unseen_mm for features in in_mm):
            return (
                "Nothing was clearly seen to move again and again, but this clip cannot tell "
                f"{unseen_mm:g} mm of it from stillness. Please record again, nearer, in good light and with the "
                "camera at rest."
            )
    return None


def _prominence(features: SignalFeatures) -> tuple[float, float]:
    """How clearly a signal moves: first without its tremor and again and again, then as it is, in detection limits."""
    left = _scored(features)
    repeated = 0.0 if left is None else left.amplitude / left.noise_floor
    return repeated, features.amplitude / features.noise_floor


def _scored(features: SignalFeatures, *, settings: MotionSettings = MOTION) -> SignalFeatures | None:
    """Give what of a signal an item may be scored from: without its tremor, and only if it is repeated."""
    left = features.without_tremor or features
    if features.tremor is not None and left.percent_time_moving <= settings.chance_percent:
        return None
    return left if left.repeats >= settings.min_repeats else None


def _with_blinks(
    measured: RegionMeasurement, blinks: Blinks | None, ruler: Ruler, *, settings: MotionSettings = MOTION
) -> RegionMeasurement:
    """Count lids that close far too often as movement of the face; what is usual was taken out and stays out."""
    if blinks is None:
        return measured
    counted = dataclasses.replace(measured, blinks_per_minute=blinks.per_minute)
    share = max(blinks.percent_of_time, measured.scored_percent_time_moving or 0.0)
    size_mm = blinks.half_travel_mm
    if (
        not _blinks_too_often(blinks, settings)
        or measured.scored_amplitude_mm is None
        or size_mm < measured.scored_amplitude_mm
    ):
        return counted
    lids = max((f for f in measured.signals if f.name.endswith("_opening")), key=lambda f: f.noise_floor)
    return dataclasses.replace(
        counted,
        signal=lids.name,
        peak_frequency_hz=None,
        peak_frequency_interval_hz=None,
        amplitude_mm=size_mm,
        amplitude_interval_mm=_interval(size_mm, ruler.uncertainty, lids.noise_sd),
        amplitude_body=size_mm / ruler.body_length_mm,
        percent_time_moving=max(share, measured.percent_time_moving or 0.0),
        scored_amplitude_mm=size_mm,
        scored_percent_time_moving=share,
    )


def _blinks_too_often(blinks: Blinks, settings: MotionSettings) -> bool:
    """Say whether somebody blinks more often than is usual, and than chance brings in the time that was watched."""
    usual = settings.usual_blinks_per_minute * blinks.watched_s / 60.0
    count = blinks.per_minute * blinks.watched_s / 60.0
    return (
        blinks.per_minute > settings.excess_blinks_per_minute
        and count > usual + settings.blink_chance_sd * math.sqrt(usual)
    )


def _arm_moves(
    region: Region, in_mm: Sequence[SignalFeatures], task: Task, *, settings: MotionSettings = MOTION
) -> bool:
    """Say whether a hand is carried about by its arm, so far that nobody can say whether on purpose."""
    if region not in HAND_REGION.values():
        return False
    least_mm = settings.arm_gestures_mm if task is Task.UNSTRUCTURED else settings.arm_moves_mm
    wrist = [(f.without_tremor or f).amplitude for f in in_mm if ".wrist" in f.name]
    return max(wrist, default=0.0) > least_mm


def _percent_moving(signals: Sequence[SignalFeatures], assessed_s: float) -> float:
    """Share of time, 0 to 100, in which any of the signals moves."""
    return percent_time_moving((bout for features in signals for bout in features.bouts), assessed_s)


def _amplitude_interval(features: SignalFeatures, ruler: Ruler) -> Interval:
    """95% interval from the ruler, from what the witness may lose or add, and from the noise."""
    share = math.hypot(ruler.uncertainty, ruler.witness.get(features.name, 0.0))
    return _interval(features.amplitude, share, features.noise_sd)


def _interval(size_mm: float, share: float, noise_sd: float) -> Interval:
    """95% interval of a size that may be wrong by a factor, and by noise.

    What scales a movement errs by a factor: a witness that shows 0.7 of it must name 1.4 times what was found to hold
    the truth, not 1.3 times.
    """
    factor, noise_mm = math.exp(NORMAL_95 * share), NORMAL_95 * noise_sd
    low_mm = size_mm - math.hypot(size_mm - size_mm / factor, noise_mm)
    return max(low_mm, 0.0), size_mm + math.hypot(size_mm * factor - size_mm, noise_mm)


def _talks(region: Region, task: Task, speaking: Mapping[Region, SignalFeatures]) -> bool:
    """Say whether the other part of the mouth looks like talking: this one then talks along, seen or not."""
    partner = MOUTH_PARTNER.get(region)
    return partner is not None and partner in speaking and _looks_like_talking(partner, task, speaking)


def talking(task: Task, speaking: Mapping[Region, SignalFeatures]) -> bool:
    """Say whether lips or jaw look like talking.

    Parameters
    ----------
    task : Task
    speaking : mapping of Region to SignalFeatures
        The signal that speaks for each region of the clip.
    """
    return any(_looks_like_talking(part, task, speaking) for part in MOUTH_PARTNER if part in speaking)


def _looks_like_talking(part: Region, task: Task, speaking: Mapping[Region, SignalFeatures]) -> bool:
    others = {other: features for other, features in speaking.items() if other is not part}
    return MovementType.SPEECH_LIKE in movement_types(speaking[part], region=part, task=task, others=others)


def _too_fast(features: SignalFeatures, *, settings: MotionSettings = MOTION) -> bool:
    """Say whether most of what moves is as fast as tremor, though not steady enough to be set aside as one."""
    # Up to 12 Hz: of a tremor at 8 to 10 Hz the band of dyskinesia shows the lower edge only.
    power = [features.band_power[band] or 0.0 for band in ("0.5-3", "3-4", "4-7", "7-12")]
    fast = power[2] + power[3] > max(settings.too_fast_share * sum(power), features.noise_sd**2)
    return fast and features.percent_time_moving > settings.chance_percent


def _too_faint(main: SignalFeatures, *, settings: MotionSettings = MOTION) -> bool:
    """Say whether what would be scored goes on for a share of time that cannot be told: no other signal moves more."""
    scored = _scored(main)
    return (
        scored is not None
        and scored.percent_time_moving > settings.chance_percent
        and 2.0 * scored.amplitude < QUALITY.min_range_in_limits * scored.noise_floor
    )


def _unsure(lips: SignalFeatures) -> bool:
    """Say whether lips move in a clip that shows them so poorly that less than a large movement may be none."""
    wide_limit = lips.noise_floor > QUALITY.unsure_lips_limit_mm
    return wide_limit and 0 < 2.0 * lips.amplitude < QUALITY.sure_lips_in_limits * lips.noise_floor


def _why_not_scored(kinds: Sequence[MovementType], signals: Sequence[SignalFeatures]) -> str | None:
    if MovementType.VOLUNTARY_TASK in kinds:
        return VOLUNTARY_REASON
    if MovementType.SPEECH_LIKE in kinds:
        return SPEECH_REASON
    return next(
        (f.tremor.reason for f in signals if f.tremor is not None and f.tremor.reason is not None), None
    )
