"""Measured clips, described in physical words."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping

from tdscreen.measurement.clip import ClipMeasurement, QualityCheck, QualityReport, RegionMeasurement
from tdscreen.motion.features import SignalFeatures
from tdscreen.video.timing import TimingReport
from tdscreen.vocabulary import MovementType, Region, Task, Verdict

FACE = (Region.UPPER_FACE, Region.LIPS, Region.JAW)
LEADING_MEASURE = {
    Region.UPPER_FACE: "brows",
    Region.LIPS: "opening",
    Region.JAW: "opening",
    Region.TONGUE: "reach",
    Region.HEAD: "nod",
    Region.LEFT_HAND: "index_tip",
    Region.RIGHT_HAND: "index_tip",
}


def features(
    name: str, *, amplitude_mm: float, percent: float, noise_floor_mm: float = 0.4, rate_hz: float = 1.5
) -> SignalFeatures:
    """Make one signal that moves by so much, for so much of 20 s."""
    moves = amplitude_mm > 0
    return SignalFeatures(
        name=name,
        unit="mm",
        assessed_s=20.0,
        noise_floor=noise_floor_mm,
        noise_sd=noise_floor_mm / 4.0,
        amplitude=amplitude_mm,
        percent_time_moving=percent,
        peak_frequency_hz=rate_hz if moves else None,
        peak_frequency_interval_hz=(rate_hz - 0.05, rate_hz + 0.05) if moves else None,
        peak_width_hz=0.8 if moves else None,
        peak_dominance=0.7 if moves else None,
        bouts=((2.0, 2.0 + 0.2 * percent),) if moves else (),
        band_power={"0.5-3": 1.0 if moves else 0.01, "3-4": 0.1, "4-7": 0.05, "7-12": None},
        spectral_entropy=0.4,
        sample_entropy=0.8,
        submovements_per_s=3.0 if moves else 0.0,
        speed_median=amplitude_mm * 4.0,
        speed_p95=amplitude_mm * 8.0,
        log_dimensionless_jerk=-6.0 if moves else None,
    )


def moving(
    region: Region,
    *,
    amplitude_mm: float,
    percent: float,
    measure: str | None = None,
    noise_floor_mm: float = 0.4,
    types: tuple[MovementType, ...] = (MovementType.IRREGULAR,),
) -> RegionMeasurement:
    """Make a region that moves by so much (half the range), for so much of the time."""
    name = f"{region}.{measure or LEADING_MEASURE[region]}"
    signal = features(name, amplitude_mm=amplitude_mm, percent=percent, noise_floor_mm=noise_floor_mm)
    return RegionMeasurement(
        region=region,
        assessed=True,
        reason=None,
        signal=name,
        peak_frequency_hz=signal.peak_frequency_hz,
        peak_frequency_interval_hz=signal.peak_frequency_interval_hz,
        amplitude_mm=amplitude_mm,
        amplitude_interval_mm=(amplitude_mm * 0.9, amplitude_mm * 1.1),
        amplitude_body=amplitude_mm / 63.0,
        percent_time_moving=percent,
        noise_floor_mm=noise_floor_mm,
        noise_sd_mm=noise_floor_mm / 4.0,
        assessed_s=20.0,
        movement_types=types,
        scored_amplitude_mm=amplitude_mm,
        scored_percent_time_moving=percent,
        signals=(signal,),
    )


def still(region: Region, *, noise_floor_mm: float = 0.4) -> RegionMeasurement:
    """Make a region that was seen and did not move."""
    name = f"{region}.{LEADING_MEASURE[region]}"
    return RegionMeasurement(
        region=region,
        assessed=True,
        reason=None,
        signal=None,
        amplitude_mm=0.0,
        amplitude_interval_mm=(0.0, noise_floor_mm),
        amplitude_body=0.0,
        percent_time_moving=0.0,
        noise_floor_mm=noise_floor_mm,
        noise_sd_mm=noise_floor_mm / 4.0,
        assessed_s=20.0,
        scored_amplitude_mm=0.0,
        scored_percent_time_moving=0.0,
        signals=(features(name, amplitude_mm=0.0, percent=0.0, noise_floor_mm=noise_floor_mm),),
    )


def trembling(
    region: Region, *, amplitude_mm: float, percent: float, left_mm: float = 0.0, left_percent: float = 0.0
) -> RegionMeasurement:
    """Make a region with a tremor; what is left when it is set aside moves by ``left_mm``."""
    measured = moving(region, amplitude_mm=amplitude_mm, percent=percent, types=(MovementType.TREMOR_LIKE,))
    return dataclasses.replace(measured, scored_amplitude_mm=left_mm, scored_percent_time_moving=left_percent)


def inseparable(region: Region) -> RegionMeasurement:
    """Make a region whose tremor cannot be told from another movement."""
    measured = moving(region, amplitude_mm=6.0, percent=90.0, types=(MovementType.TREMOR_LIKE,))
    return dataclasses.replace(
        measured,
        scored_amplitude_mm=None,
        scored_percent_time_moving=None,
        not_scored_reason="A tremor and another movement cannot be told apart here.",
    )


def asked_for(region: Region, *, amplitude_mm: float, percent: float) -> RegionMeasurement:
    """Make a region that moves because the task asks for it."""
    measured = moving(
        region, amplitude_mm=amplitude_mm, percent=percent, types=(MovementType.VOLUNTARY_TASK,)
    )
    return dataclasses.replace(
        measured,
        scored_amplitude_mm=None,
        scored_percent_time_moving=None,
        not_scored_reason="The movement was asked for.",
    )


def unseen(region: Region, reason: str = "It was out of the picture.") -> RegionMeasurement:
    """Make a region that was not seen."""
    return RegionMeasurement(region=region, assessed=False, reason=reason)


def clip(
    *regions: RegionMeasurement,
    file: str = "clip.mp4",
    task: Task = Task.REST,
    duration_s: float = 20.0,
    verdict: Verdict = Verdict.GOOD,
) -> ClipMeasurement:
    """Make a clip that shows these regions; the others were not seen."""
    shown: Mapping[Region, RegionMeasurement] = {entry.region: entry for entry in regions}
    dark = verdict is Verdict.UNUSABLE
    return ClipMeasurement(
        file=file,
        task=task,
        frames=int(duration_s * 30),
        duration_s=duration_s,
        effective_fps=30.0,
        width=720,
        height=1280,
        rotation_deg=0,
        mirrored=False,
        timing=TimingReport(
            frames=int(duration_s * 30),
            duration_s=duration_s,
            effective_fps=30.0,
            interval_median_s=1 / 30,
            interval_p05_s=1 / 30,
            interval_p95_s=1 / 30,
            repeated_frames=0,
            dropped_stamps=0,
            gaps_s=((3.0, 3.25),),
            highest_frequency_hz=12.0,
            truncated=False,
            decoded_share=1.0,
        ),
        quality=QualityReport(
            verdict=verdict,
            checks=(
                QualityCheck(
                    name="light",
                    value=12.0 if dark else 120.0,
                    limit=40.0,
                    bound="at least",
                    unit="of 255",
                    passed=not dark,
                    severity=Verdict.UNUSABLE,
                    advice="The face is too dark. Please turn on a light." if dark else "",
                ),
            ),
        ),
        regions={region: shown.get(region, unseen(region)) for region in Region},
        moving_together=(),
        input_sha256=hashlib.sha256(file.encode()).hexdigest(),
        provenance={"mediapipe": "0.10.21"},
    )


def quiet_face(*, tongue: bool) -> tuple[RegionMeasurement, ...]:
    """Make an upper face, lips and jaw that do not move, with or without a tongue that lies still."""
    return tuple(still(region) for region in (*FACE, *((Region.TONGUE,) if tongue else ())))
