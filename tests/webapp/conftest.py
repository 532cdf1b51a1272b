"""A person filmed for 20 s: lips that move at 1.5 Hz, still brows, hands out of the picture."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from tdscreen.assessment.assess import assess
from tdscreen.geometry.patches import N_PATCHES
from tdscreen.measurement.clip import ClipMeasurement, QualityCheck, QualityReport, RegionMeasurement
from tdscreen.motion.features import SignalFeatures
from tdscreen.motion.signals import Signal
from tdscreen.tracking.mouth import MOUTH_COLUMNS
from tdscreen.tracking.tracks import Tracks
from tdscreen.video.timing import TimingReport
from tdscreen.vocabulary import MovementType, Region, Task, Verdict
from tdscreen.webapp.run import ClipRequest, Examination, MeasuredClip, Run

SAMPLES = Path(__file__).resolve().parents[2] / "sample_videos"

FPS = 30.0
DURATION_S = 20.0
LIPS_HZ = 1.5
LIPS_MM = 3.0

TIMES_S = np.arange(round(DURATION_S * FPS)) / FPS


def _features(name: str, *, amplitude_mm: float) -> SignalFeatures:
    moves = amplitude_mm > 0
    return SignalFeatures(
        name=name,
        unit="mm",
        assessed_s=DURATION_S,
        noise_floor=0.4,
        noise_sd=0.1,
        amplitude=amplitude_mm,
        percent_time_moving=60.0 if moves else 0.0,
        peak_frequency_hz=LIPS_HZ if moves else None,
        peak_frequency_interval_hz=(LIPS_HZ - 0.02, LIPS_HZ + 0.02) if moves else None,
        peak_width_hz=0.4 if moves else None,
        peak_dominance=0.8 if moves else None,
        bouts=((4.0, 16.0),) if moves else (),
        band_power={"0.5-3": 4.0, "3-4": 0.1, "4-7": 0.1, "7-12": 0.1},
        spectral_entropy=0.3,
        sample_entropy=0.6,
        submovements_per_s=3.0,
        speed_median=10.0,
        speed_p95=20.0,
        log_dimensionless_jerk=-6.0,
    )


def _region(region: Region, measure: str, *, amplitude_mm: float) -> RegionMeasurement:
    signal = _features(f"{region}.{measure}", amplitude_mm=amplitude_mm)
    return RegionMeasurement(
        region=region,
        assessed=True,
        reason=None,
        signal=signal.name if amplitude_mm else None,
        peak_frequency_hz=signal.peak_frequency_hz,
        peak_frequency_interval_hz=signal.peak_frequency_interval_hz,
        amplitude_mm=amplitude_mm,
        amplitude_interval_mm=(0.8 * amplitude_mm, 1.2 * amplitude_mm),
        percent_time_moving=signal.percent_time_moving,
        noise_floor_mm=0.4,
        noise_sd_mm=0.1,
        assessed_s=DURATION_S,
        movement_types=(MovementType.RHYTHMIC,) if amplitude_mm else (),
        scored_amplitude_mm=amplitude_mm,
        scored_percent_time_moving=signal.percent_time_moving,
        signals=(signal,),
    )


def _check(
    name: str, *, value: float | None, limit: float, unit: str, passed: bool, advice: str
) -> QualityCheck:
    return QualityCheck(
        name, value, limit, "at least", unit, passed, Verdict.UNUSABLE, "" if passed else advice
    )


def _measurement(*, file: str, task: Task, lips_mm: float, too_dark: bool) -> ClipMeasurement:
    seen = {
        Region.UPPER_FACE: _region(Region.UPPER_FACE, "brow_half_distance", amplitude_mm=0.0),
        Region.LIPS: _region(Region.LIPS, "opening", amplitude_mm=lips_mm),
        Region.JAW: _region(Region.JAW, "opening", amplitude_mm=0.0),
    }
    frames = len(TIMES_S)
    return ClipMeasurement(
        file=file,
        task=task,
        frames=frames,
        duration_s=DURATION_S,
        effective_fps=FPS,
        width=320,
        height=320,
        rotation_deg=0,
        mirrored=False,
        timing=TimingReport(
            frames, DURATION_S, FPS, 1 / FPS, 1 / FPS, 1 / FPS, 0, 0, ((3.0, 3.4),), 12.0, False, 1.0
        ),
        quality=QualityReport(
            Verdict.UNUSABLE if too_dark else Verdict.GOOD,
            (
                _check(
                    "light",
                    value=0.04 if too_dark else 0.5,
                    limit=0.15,
                    unit="of full brightness",
                    passed=not too_dark,
                    advice="It is too dark. Put a lamp in front.",
                ),
            ),
        ),
        regions={
            region: seen.get(region) or RegionMeasurement(region, False, "It was out of the picture.")
            for region in Region
        },
        moving_together=(),
        input_sha256="0" * 64,
        provenance={"mediapipe": "0.10.21"},
    )


def _tracks(file: str) -> Tracks:
    n = len(TIMES_S)
    hands = np.full((n, 2, 21, 3), np.nan, dtype=np.float32)
    return Tracks(
        times_s=TIMES_S,
        face_px=np.full((n, 478, 3), 160.0, dtype=np.float32),
        face_valid=np.ones(n, dtype=np.bool_),
        hands_px=hands,
        hands_world_m=hands,
        hands_valid=np.zeros((n, 2), dtype=np.bool_),
        faces_seen=np.ones(n, dtype=np.uint8),
        luminance=np.full(n, 0.5, dtype=np.float32),
        repeated=np.zeros(n, dtype=np.bool_),
        background=np.zeros((n, 3), dtype=np.float32),
        patches_px=np.full((n, N_PATCHES, 2), np.nan, dtype=np.float32),
        patches_error_px=np.full((n, N_PATCHES, 2), np.nan, dtype=np.float32),
        pallor=np.zeros(n, dtype=np.float32),
        iris_px=np.full((n, 2), np.nan, dtype=np.float32),
        mouth=np.full((n, len(MOUTH_COLUMNS)), np.nan, dtype=np.float32),
        image_width_px=320,
        image_height_px=320,
        rotation_deg=0,
        mirrored=False,
        timing=TimingReport(n, DURATION_S, FPS, 1 / FPS, 1 / FPS, 1 / FPS, 0, 0, (), 12.0, False, 1.0),
        file=file,
        input_sha256="0" * 64,
        provenance={},
    )


@pytest.fixture
def lips_signal() -> Signal:
    values = 12.0 + LIPS_MM * np.sin(2 * np.pi * LIPS_HZ * TIMES_S)
    values[90:102] = np.nan
    return Signal("lips.opening", Region.LIPS, "mm", TIMES_S, values)


@pytest.fixture
def measured_clip(lips_signal: Signal, tmp_path: Path) -> Callable[..., MeasuredClip]:
    """Make a measured clip; ``lips_mm`` is how far the lips move, 0 for a quiet face."""

    def make(
        *, file: str = "rest.mp4", task: Task = Task.REST, lips_mm: float = LIPS_MM, too_dark: bool = False
    ) -> MeasuredClip:
        still = dataclasses.replace(
            lips_signal,
            name="upper_face.brow_half_distance",
            region=Region.UPPER_FACE,
            values=np.full(len(TIMES_S), 30.0),
        )
        return MeasuredClip(
            request=ClipRequest(file, tmp_path / "clip-001", task),
            tracks=_tracks(file),
            signals=(lips_signal, still),
            measurement=_measurement(file=file, task=task, lips_mm=lips_mm, too_dark=too_dark),
        )

    return make


@pytest.fixture
def examination(measured_clip: Callable[..., MeasuredClip]) -> Callable[..., Examination]:
    """Assess one clip made by ``measured_clip``, with the real model."""

    def make(**how: object) -> Examination:
        clip = measured_clip(**how)
        return Examination((clip,), assess([clip.measurement]))

    return make


@pytest.fixture(scope="session")
def short_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cut the beginning of the sample whose lips move into a file of its own: enough for a signal."""
    path = tmp_path_factory.mktemp("clips") / "lips.mp4"
    with av.open(str(SAMPLES / "lips_1.5hz.mp4")) as whole, av.open(str(path), "w") as part:
        stream = part.add_stream_from_template(whole.streams.video[0])
        for packet in whole.demux(video=0):
            if packet.dts is None or packet.pts * packet.time_base >= 1.5:
                continue
            packet.stream = stream
            part.mux(packet)
    return path


@pytest.fixture(scope="session")
def sample() -> Path:
    """Find the sample of 12 s whose lips move from side to side at 1.5 Hz."""
    return SAMPLES / "lips_1.5hz.mp4"


@pytest.fixture(scope="session")
def finished_run(short_clip: Path) -> Run:
    """Measure the short clip once, for tests that only look at what came of it."""
    run = Run([ClipRequest("rest.mp4", short_clip, Task.REST)], together=True)
    run.start()
    assert run.wait(60.0)
    return run
