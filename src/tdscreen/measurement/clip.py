"""One clip, measured: its timing, its quality and the movement of each region."""

from __future__ import annotations

from dataclasses import dataclass

from tdscreen.motion.coupling import Coupling
from tdscreen.motion.features import Interval, SignalFeatures
from tdscreen.motion.tongue_signals import Protrusion
from tdscreen.video.timing import TimingReport
from tdscreen.vocabulary import MovementType, Region, Task, Verdict


@dataclass(frozen=True)
class QualityCheck:
    """One check of a clip: what was observed beside its rule, and what to do about it.

    Attributes
    ----------
    name : str
        As ``face_visible``.
    value : float or None
        What was observed; None if it could not be (no face to measure the light of).
    limit : float
        The rule's bound, in the same unit.
    bound : str
        ``at least`` or ``at most``: on which side of the limit a clip passes.
    unit : str
        As ``% of frames``, ``px``, ``s``; empty for a plain number.
    passed : bool
    severity : Verdict
        What the clip's verdict becomes if the check fails: ``LIMITED`` or ``UNUSABLE``.
    advice : str
        One plain sentence: what is so, and what to do about it. Empty if passed.
    """

    name: str
    value: float | None
    limit: float
    bound: str
    unit: str
    passed: bool
    severity: Verdict
    advice: str


@dataclass(frozen=True)
class QualityReport:
    """What a clip can be used for, and why."""

    verdict: Verdict
    checks: tuple[QualityCheck, ...]


@dataclass(frozen=True)
class RegionMeasurement:
    """The movement of one region in one clip. What was not assessed is None and ``reason`` says why.

    Attributes
    ----------
    region : Region
    assessed : bool
    reason : str or None
        Why the region was not assessed, as a sentence; None if it was.
    signal : str or None
        The signal that the figures below come from: the one that moves most above its detection limit.
    peak_frequency_hz : float or None
        None if not assessed or nothing moves.
    peak_frequency_interval_hz : (float, float) or None
    amplitude_mm : float or None
        0 if assessed and nothing moves.
    amplitude_interval_mm : (float, float) or None
        Scale (the iris or the palm as a ruler) and noise.
    amplitude_body : float or None
        The amplitude as a share of the inter-ocular distance (face) or of the palm's length (hands).
    percent_time_moving : float or None
        0 to 100, of the assessed time.
    noise_floor_mm, noise_sd_mm : float or None
    assessed_s : float
    movement_types : tuple of MovementType
        Empty: none.
    scored_amplitude_mm, scored_percent_time_moving : float or None
        What is left when tremor is set aside; this is what an item is scored from. None if nothing may be scored,
        and then ``not_scored_reason`` says why.
    not_scored_reason : str or None
        As "the movement was asked for", or "a tremor and another movement cannot be told apart here".
    signals : tuple of SignalFeatures
        Every signal of the region.
    taps : int or None
        How often fingers met the thumb, in a hand that was asked to tap; None for others.
    taps_per_s : float or None
        While it tapped; None for fewer than three taps.
    blinks_per_minute : float or None
        Of the upper face, kept apart from its other movement; None for other regions.
    protrusions : tuple of Protrusion or None
        Of the tongue, each time it came out past the lips; None for other regions, and where the mouth could not be
        looked at.
    """

    region: Region
    assessed: bool
    reason: str | None
    signal: str | None = None
    peak_frequency_hz: float | None = None
    peak_frequency_interval_hz: Interval | None = None
    amplitude_mm: float | None = None
    amplitude_interval_mm: Interval | None = None
    amplitude_body: float | None = None
    percent_time_moving: float | None = None
    noise_floor_mm: float | None = None
    noise_sd_mm: float | None = None
    assessed_s: float = 0.0
    movement_types: tuple[MovementType, ...] = ()
    scored_amplitude_mm: float | None = None
    scored_percent_time_moving: float | None = None
    not_scored_reason: str | None = None
    signals: tuple[SignalFeatures, ...] = ()
    taps: int | None = None
    taps_per_s: float | None = None
    blinks_per_minute: float | None = None
    protrusions: tuple[Protrusion, ...] | None = None


@dataclass(frozen=True)
class MovingTogether:
    """How the movements of two parts go together in one clip.

    Attributes
    ----------
    first, second : str
        Names of the two signals, as ``left_hand.index_tip`` and ``right_hand.index_tip``.
    coupling : Coupling
    """

    first: str
    second: str
    coupling: Coupling


@dataclass(frozen=True)
class ClipMeasurement:
    """Everything that was measured in one clip.

    Attributes
    ----------
    file : str
        Name without folder.
    task : Task
    frames, duration_s, effective_fps, width, height, rotation_deg
        Of the decoded clip; width and height of the upright picture in pixels.
    mirrored : bool
    timing : TimingReport
    quality : QualityReport
    regions : dict of Region to RegionMeasurement
        One for each region, assessed or not.
    moving_together : tuple of MovingTogether
        Each pair of regions that move, by the signals that speak for them (left and right hand, face and hand), and
        the two brows.
    input_sha256 : str
    provenance : dict of str to str
    """

    file: str
    task: Task
    frames: int
    duration_s: float
    effective_fps: float
    width: int
    height: int
    rotation_deg: int
    mirrored: bool
    timing: TimingReport
    quality: QualityReport
    regions: dict[Region, RegionMeasurement]
    moving_together: tuple[MovingTogether, ...]
    input_sha256: str
    provenance: dict[str, str]
