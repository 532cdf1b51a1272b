"""Simulated examinations: programmed movement in mm over time, measured by the very code that measures real clips.

Nobody is drawn. The courses are those of the virtual people (:mod:`tdscreen.phantom.trajectories`), what the camera
and the tracker do to them is :mod:`tdscreen.training.tracking_noise`, and everything from named signals on is the
tool's own: bouts, tremor, what looks like talking or is not repeated, and what is not assessed. How people are
sampled is told and argued in ``docs/virtual-cohort.md``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tdscreen.measurement.clip import ClipMeasurement, QualityReport, RegionMeasurement
from tdscreen.measurement.regions import Ruler, measure_region, region_features, speaking_signal
from tdscreen.measurement.tongue import measure_tongue
from tdscreen.motion.features import SignalFeatures
from tdscreen.motion.signals import Signal
from tdscreen.motion.tongue_signals import find_protrusions
from tdscreen.motion.windows import NOISE_RANGE_IN_SD
from tdscreen.phantom import trajectories
from tdscreen.scoring.rating_rule import SCALES
from tdscreen.settings import FUSION, MOTION
from tdscreen.training.tracking_noise import (
    NOISE,
    SCALE_ERROR,
    WANDER_HZ,
    WANDER_IN_BAND,
    WHITE_IN_BAND,
    WHITE_SHARE,
    SignalNoise,
)
from tdscreen.video.timing import TimingReport
from tdscreen.vocabulary import Region, Task, Verdict

Floats = NDArray[np.float64]

FPS = 30
HIGHEST_FREQUENCY_HZ = 12.0
DURATIONS_S = (10.2, 15.0, 20.0)
_EVERY = round(trajectories.GRID_HZ / FPS)

GROUPS: dict[str, float] = {
    "dyskinesia": 0.50,
    "still": 0.15,
    "restless": 0.06,
    "hand tremor": 0.06,
    "rabbit syndrome": 0.05,
    "talking": 0.05,
    "smiling": 0.05,
    "chewing gum": 0.03,
    "tremor with dyskinesia": 0.05,
}
"""What people of the cohort do, and how many of them (assumed: half have dyskinesia, so that every severity is seen
often enough; a clinic's own prevalence enters later, in the predictive values)."""

SIGNAL_OF: dict[str, tuple[Region, str]] = {
    "facial_expression": (Region.UPPER_FACE, "upper_face.brow_left_height"),
    "lips": (Region.LIPS, "lips.opening"),
    "jaw": (Region.JAW, "jaw.opening"),
    "tongue": (Region.TONGUE, "tongue.reach"),
    "upper_limbs.fingers": (Region.RIGHT_HAND, "right_hand.index_tip"),
    "upper_limbs.wrist": (Region.RIGHT_HAND, "right_hand.wrist_up_down"),
}
"""For each scale, the signal that is simulated."""

TD_RATES_HZ = (0.5, 3.0)
"""Orofacial dyskinesia (assumed); of the hands 1 to 2 Hz (Wirshing 1991)."""
HAND_RATES_HZ = (0.7, 2.2)
OUTINGS_HZ = (0.5, 1.6)
OUTING_S = 0.5
"""How often a tongue comes out within a bout, and for how long (assumed; a fly-catcher's darts take 0.2 to 1 s)."""
MOST_OF_MODERATE = 2.5
"""Sizes are drawn up to this multiple of the scale's edge of "large" ..."""
LEAST_OF_SLIGHT = 0.15
"""... and down to this share of the edge of "slight" (assumed)."""


@dataclass(frozen=True)
class TruePart:
    """What one part of a simulated person does.

    Attributes
    ----------
    amplitude_mm : float
        Half the range; of a tongue, the reach past the lip. 0 at rest.
    percent_time_moving : float
        0 to 100.
    counts : bool
        Whether a rater would count it: not tremor, talking, smiling or chewing.
    """

    amplitude_mm: float
    percent_time_moving: float
    counts: bool


STILL = TruePart(0.0, 0.0, counts=True)


@dataclass(frozen=True)
class SimulatedExamination:
    """One simulated person, looked at once.

    Attributes
    ----------
    number : int
    group : str
        One of :data:`GROUPS`.
    truth : dict of str to TruePart
        By scale.
    clips : tuple of ClipMeasurement
        At rest, and with the mouth open, in which the tongue is seen.
    """

    number: int
    group: str
    truth: dict[str, TruePart]
    clips: tuple[ClipMeasurement, ...]


def simulate(number: int, *, seed: int) -> SimulatedExamination:
    """Simulate one person; the same on every run, whoever else is simulated.

    Parameters
    ----------
    number : int
        Of the person.
    seed : int
        Of the cohort.

    Returns
    -------
    SimulatedExamination
    """
    rng = np.random.default_rng([seed, 11, number])
    group = str(rng.choice(list(GROUPS), p=list(GROUPS.values())))
    duration_s = float(rng.choice(DURATIONS_S))
    truth, paths = _movements(group, duration_s, rng)
    scale_error = float(np.exp(SCALE_ERROR * rng.normal()))
    steadiness = float(rng.normal())
    signals: dict[str, Signal] = {}
    limits: dict[str, float] = {}
    times_s = np.arange(round(duration_s * FPS) + 1) / FPS
    for scale, (region, name) in SIGNAL_OF.items():
        path = paths.get(scale, np.zeros(times_s.size))
        values, limit = _seen(path * scale_error, NOISE[scale], steadiness, rng)
        if scale == "tongue":
            # No tongue is seen where none is out.
            values = np.where(path > 0, np.maximum(values, 0.0), 0.0)
        signals[name], limits[name] = Signal(name, region, "mm", times_s, values), limit
    side = np.zeros(times_s.size)
    values, limit = _seen(side, NOISE["tongue.side"], steadiness, rng)
    signals["tongue.side"] = Signal("tongue.side", Region.TONGUE, "mm", times_s, values)
    limits["tongue.side"] = limit
    clips = (
        _clip(number, duration_s, Task.REST, _measured(signals, limits, Task.REST, tongue=False)),
        _clip(number, duration_s, Task.MOUTH_OPEN, _measured(signals, limits, Task.MOUTH_OPEN, tongue=True)),
    )
    return SimulatedExamination(number, group, truth, clips)


def examinations(count: int, *, seed: int, first: int = 0) -> Iterator[SimulatedExamination]:
    """Simulate people one after the other.

    Parameters
    ----------
    count : int
    seed : int
    first : int
        Number of the first.
    """
    for number in range(first, first + count):
        yield simulate(number, seed=seed)


def _movements(
    group: str, duration_s: float, rng: np.random.Generator
) -> tuple[dict[str, TruePart], dict[str, Floats]]:
    """Draw what each part does, and its path in mm at the times of the pictures; parts at rest have none."""
    grid_s = trajectories.grid(duration_s)
    truth = dict.fromkeys(SCALES, STILL)
    paths: dict[str, Floats] = {}
    whole = ((0.0, duration_s),)

    def add(scale: str, course: Floats, size_mm: float, percent: float, *, counts: bool) -> None:
        count = round(duration_s * FPS) + 1
        path = size_mm * course[::_EVERY][:count]
        if scale in paths:
            path = paths[scale] + path
        paths[scale] = path
        if counts or truth[scale] is STILL:
            truth[scale] = TruePart(size_mm, percent, counts)

    match group:
        case "dyskinesia" | "tremor with dyskinesia":
            parts = [str(part) for part in rng.permutation(list(SCALES))[: int(rng.integers(1, 4))]]
            if group == "tremor with dyskinesia" and "upper_limbs.fingers" not in parts:
                parts.append("upper_limbs.fingers")
            for part in parts:
                size_mm, share = _size(part, rng), float(rng.uniform(0.08, 1.0))
                add(
                    part, _dyskinesia(part, grid_s, duration_s, share, rng), size_mm, 100 * share, counts=True
                )
            if group == "tremor with dyskinesia":
                tremor = trajectories.tremor(grid_s, float(rng.uniform(4.0, 6.5)), rng)
                add("upper_limbs.fingers", tremor, float(rng.uniform(2.0, 8.0)), 100.0, counts=False)
        case "restless":
            # What a living body at rest shows at most: well under "slight", at times.
            for part in ("facial_expression", "lips", "jaw", "upper_limbs.fingers"):
                share = float(rng.uniform(0.05, 0.3))
                size_mm = SCALES[part].slight_to_mm * float(rng.uniform(0.05, 0.2))
                add(
                    part,
                    _dyskinesia(part, grid_s, duration_s, share, rng),
                    size_mm,
                    100 * share,
                    counts=False,
                )
        case "hand tremor":
            tremor = trajectories.tremor(grid_s, float(rng.uniform(4.0, 9.0)), rng)
            add("upper_limbs.fingers", tremor, float(rng.uniform(2.0, 10.0)), 100.0, counts=False)
            add("upper_limbs.wrist", tremor, float(rng.uniform(1.0, 6.0)), 100.0, counts=False)
        case "rabbit syndrome":
            tremor = trajectories.tremor(grid_s, float(rng.uniform(4.5, 5.5)), rng)
            add("jaw", tremor, float(rng.uniform(0.6, 2.5)), 100.0, counts=False)
            add("lips", tremor, float(rng.uniform(0.5, 1.5)), 100.0, counts=False)
        case "talking":
            talk = trajectories.speech(grid_s, (3.0, 5.0), whole, rng)
            # Speech goes from closed to open: half the range is half of it.
            add("jaw", 2 * talk, float(rng.uniform(1.5, 4.0)), 100.0, counts=False)
            add("lips", 2 * talk, float(rng.uniform(0.8, 2.5)), 100.0, counts=False)
        case "smiling":
            start_s = float(rng.uniform(1.0, duration_s - 6.0))
            smile = trajectories.step(grid_s, start_s, start_s + float(rng.uniform(2.5, 5.0)), 0.5)
            add("lips", 2 * smile, float(rng.uniform(0.5, 2.0)), 30.0, counts=False)
            add("facial_expression", 2 * smile, float(rng.uniform(0.2, 0.6)), 30.0, counts=False)
        case "chewing gum":
            chew = trajectories.sine(grid_s, float(rng.uniform(0.94, 2.17)), 0.0)
            add("jaw", chew, float(rng.uniform(1.5, 4.0)), 100.0, counts=False)
    return truth, paths


def _size(scale: str, rng: np.random.Generator) -> float:
    """Half a range between hardly anything and far more than "large" needs; small ones as often as large ones."""
    low = LEAST_OF_SLIGHT * SCALES[scale].slight_to_mm
    high = MOST_OF_MODERATE * SCALES[scale].moderate_to_mm
    if scale == "upper_limbs.wrist":
        # What moves farther is an arm that is carried about, which the tool does not score.
        high = MOTION.arm_moves_mm
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _dyskinesia(
    scale: str, grid_s: Floats, duration_s: float, share: float, rng: np.random.Generator
) -> Floats:
    """Draw a course between -1 and 1 in bouts; of the tongue one that goes out and back, between 0 and 1."""
    bouts_s = trajectories.bouts(duration_s, share, rng)
    if scale == "tongue":
        rate_hz, regular = float(rng.uniform(*OUTINGS_HZ)), bool(rng.random() < 0.3)
        starts_s = trajectories.event_times(duration_s, rate_hz, bouts_s, OUTING_S, rng, regular=regular)
        return trajectories.pulses(grid_s, starts_s, OUTING_S)
    low_hz, high_hz = HAND_RATES_HZ if scale.startswith("upper_limbs") else TD_RATES_HZ
    if rng.random() < 0.35:
        course = trajectories.sine(
            grid_s, float(rng.uniform(low_hz, high_hz)), float(rng.uniform(0, 2 * np.pi))
        )
    else:
        middle_hz = float(rng.uniform(low_hz + 0.2, high_hz - 0.4))
        course = trajectories.irregular(grid_s, (0.6 * middle_hz, 1.4 * middle_hz), bouts_s, rng)
    one_way = float(rng.random() < 0.6)
    return np.asarray((course + one_way) * trajectories.envelope(grid_s, bouts_s))


def _seen(
    path: Floats, noise: SignalNoise, steadiness: float, rng: np.random.Generator
) -> tuple[Floats, float]:
    """Return a path as tracking would give it, and the detection limit that stillness of the clip would give."""
    limit_mm = max(noise.limit_mm * np.exp(noise.limit_spread * steadiness), noise.least_limit_mm)
    share = noise.share * np.exp(noise.share_spread * rng.normal())
    sd_mm = share * limit_mm / NOISE_RANGE_IN_SD
    wander = trajectories.band_noise(trajectories.grid(path.size / FPS), WANDER_HZ, rng)[::_EVERY]
    slow = np.sqrt(1.0 - WHITE_SHARE) * WANDER_IN_BAND * wander[: path.size]
    jitter = np.sqrt(WHITE_SHARE) * WHITE_IN_BAND * rng.normal(size=path.size)
    gain = noise.gain * np.exp(noise.gain_spread * rng.normal())
    return np.asarray(gain * path + sd_mm * (slow + jitter)), float(limit_mm)


def _measured(
    signals: Mapping[str, Signal], limits: Mapping[str, float], task: Task, *, tongue: bool
) -> dict[Region, RegionMeasurement]:
    """Measure what a clip shows, as the tool does: the tongue, or everything else."""
    shown = [signal for signal in signals.values() if (signal.region is Region.TONGUE) == tongue]
    features: dict[Region, tuple[SignalFeatures, ...]] = {
        region: region_features(
            [signal for signal in shown if signal.region is region],
            limits,
            highest_frequency_hz=HIGHEST_FREQUENCY_HZ,
        )
        for region in dict.fromkeys(signal.region for signal in shown)
    }
    chosen = {region: speaking_signal(found) for region, found in features.items()}
    speaking = {region: one for region, one in chosen.items() if one is not None}
    regions = {
        region: RegionMeasurement(region, assessed=False, reason="Not part of this simulated clip.")
        for region in Region
    }
    for region, found in features.items():
        witness = {
            one.name: FUSION.mesh_loss
            if region is Region.RIGHT_HAND
            else next(share for end, share in FUSION.witness_error if one.name.endswith(end))
            for one in found
            if "wrist" not in one.name
        }
        ruler = Ruler(SCALE_ERROR, 63.0, witness)
        if region is Region.TONGUE:
            reach = signals["tongue.reach"]
            outings = find_protrusions(reach.values, reach.times_s)
            regions[region] = measure_tongue(found, outings, ruler, task=task, speaking=speaking)
        else:
            regions[region] = measure_region(region, found, ruler, task=task, speaking=speaking)
    return regions


def _clip(
    number: int, duration_s: float, task: Task, regions: dict[Region, RegionMeasurement]
) -> ClipMeasurement:
    frames = round(duration_s * FPS) + 1
    file = f"simulated-{number:05d}-{task}"
    return ClipMeasurement(
        file=file,
        task=task,
        frames=frames,
        duration_s=frames / FPS,
        effective_fps=float(FPS),
        width=720,
        height=1280,
        rotation_deg=0,
        mirrored=False,
        timing=TimingReport(
            frames=frames,
            duration_s=frames / FPS,
            effective_fps=float(FPS),
            interval_median_s=1 / FPS,
            interval_p05_s=1 / FPS,
            interval_p95_s=1 / FPS,
            repeated_frames=0,
            dropped_stamps=0,
            gaps_s=(),
            highest_frequency_hz=HIGHEST_FREQUENCY_HZ,
            truncated=False,
            decoded_share=1.0,
        ),
        quality=QualityReport(Verdict.GOOD, ()),
        regions=regions,
        moving_together=(),
        input_sha256=hashlib.sha256(file.encode()).hexdigest(),
        provenance={},
    )
