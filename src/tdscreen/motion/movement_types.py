"""What a movement looks like, from its features: the movements that must be told from tardive dyskinesia."""

from __future__ import annotations

from collections.abc import Mapping

from tdscreen.motion.features import SignalFeatures
from tdscreen.settings import MOTION, MotionSettings
from tdscreen.vocabulary import MovementType, Region, Task

ASKED_FOR: dict[Task, frozenset[Region]] = {
    Task.REST: frozenset(),
    Task.MOUTH_OPEN: frozenset({Region.LIPS, Region.JAW}),
    Task.TONGUE_OUT: frozenset({Region.LIPS, Region.JAW, Region.TONGUE}),
    Task.FINGER_TAPPING_LEFT: frozenset({Region.LEFT_HAND}),
    Task.FINGER_TAPPING_RIGHT: frozenset({Region.RIGHT_HAND}),
    Task.ARMS_OUT: frozenset(),
    Task.HANDS_HANGING: frozenset(),
    Task.SPEECH: frozenset({Region.LIPS, Region.JAW, Region.TONGUE, Region.LEFT_HAND, Region.RIGHT_HAND}),
    Task.UNSTRUCTURED: frozenset(),
}
"""The regions that each task asks to move, or that move with it on purpose: hands go with talking. Arms held out and
hands hanging are postures: they ask for no movement."""

_MOUTH = (Region.LIPS, Region.JAW)


def movement_types(
    features: SignalFeatures,
    *,
    region: Region,
    task: Task,
    others: Mapping[Region, SignalFeatures] | None = None,
    settings: MotionSettings = MOTION,
) -> tuple[MovementType, ...]:
    """Name what a region's movement looks like.

    Parameters
    ----------
    features : SignalFeatures
        Of the signal that speaks for the region.
    region : Region
    task : Task
        What the person was asked to do.
    others : mapping of Region to SignalFeatures, optional
        The signals that speak for the other regions of the same clip. Speech moves lips and jaw together:
        without the one, or where the one is seen to be still, the other is never called speech-like.

    Returns
    -------
    tuple of MovementType
        In the order of :class:`MovementType`; empty if nothing moves. Several may hold: a tremor, and what is
        left when it is set aside. Jaw and lips that a clip shows in fast, broad movement look speech-like
        whatever the task; a narrow, regular 5 Hz is tremor-like (rabbit syndrome) and never speech.
    """
    if features.percent_time_moving == 0:
        return ()
    found = set()
    if region in ASKED_FOR[task]:
        found.add(MovementType.VOLUNTARY_TASK)
    rest: SignalFeatures | None = features
    if features.tremor is not None:
        found.add(MovementType.TREMOR_LIKE)
        rest = features.without_tremor if features.tremor.separable else None
    if rest is not None and rest.percent_time_moving > _chance_percent(features, settings):
        rhythmic = _is_rhythmic(rest, settings)
        found.add(MovementType.RHYTHMIC if rhythmic else MovementType.IRREGULAR)
        if region is Region.JAW and rhythmic and _chews(rest, settings):
            found.add(MovementType.CHEWING_LIKE)
        if rest.repeats < settings.min_repeats and region not in ASKED_FOR[task]:
            found.add(MovementType.NOT_REPEATED)
        if not rhythmic and _is_speech_like(rest, region, others or {}, settings):
            found.add(MovementType.SPEECH_LIKE)
    elif features.tremor is not None:
        found.add(MovementType.RHYTHMIC)
    return tuple(kind for kind in MovementType if kind in found)


def _chance_percent(features: SignalFeatures, settings: MotionSettings) -> float:
    """Return the share of time up to which what is left beside a tremor is noise."""
    return settings.chance_percent if features.tremor is not None else 0.0


def _is_rhythmic(features: SignalFeatures, settings: MotionSettings) -> bool:
    return (
        features.peak_regularity is not None and features.peak_regularity >= settings.rhythmic_min_regularity
    )


def _chews(features: SignalFeatures, settings: MotionSettings) -> bool:
    rate_hz = features.peak_frequency_hz
    return rate_hz is not None and settings.chewing_low_hz <= rate_hz <= settings.chewing_high_hz


def _is_speech_like(
    features: SignalFeatures,
    region: Region,
    others: Mapping[Region, SignalFeatures],
    settings: MotionSettings,
) -> bool:
    """Return whether this part of the mouth moves as in talking: a good share of power from 3 Hz up, in both parts.

    A partner that shows nothing counts as still only where its share in talking would have shown. Where it would
    not, this part speaks for both, if its fast movement stands above what stillness shows.
    """
    if region not in _MOUTH or _fast_share(features) < settings.speech_min_fast_share:
        return False
    partner = others.get(_MOUTH[1 - _MOUTH.index(region)])
    if partner is None or partner.tremor is not None:
        return False
    if partner.percent_time_moving > 0:
        return _fast_share(partner) >= settings.speech_min_fast_share
    unseen = partner.noise_floor > settings.speech_partner_share * 2 * features.amplitude
    return unseen and _fast_power(features) > features.noise_sd**2


def _fast_power(features: SignalFeatures) -> float:
    """Return the power from 3 Hz up to 7 Hz, or as high as the clip can show."""
    return sum(features.band_power[band] or 0.0 for band in ("3-4", "4-7"))


def _fast_share(features: SignalFeatures) -> float:
    """Return the share of power from 3 Hz up, of that up to 7 Hz or as high as the clip can show."""
    slow = features.band_power["0.5-3"] or 0.0
    fast = _fast_power(features)
    return fast / (slow + fast) if slow + fast > 0 else 0.0
