"""What of a full examination the clips showed, and what they did not."""

from __future__ import annotations

from collections.abc import Sequence

from tdscreen.assessment.assessment import Coverage, Part
from tdscreen.assessment.words import REGION_NAMES
from tdscreen.measurement.clip import ClipMeasurement
from tdscreen.scoring.evidence import SetAside, clip_reason, is_usable, join_reasons
from tdscreen.vocabulary import Region

ALWAYS_NOT_SEEN: dict[str, Part] = {
    "legs": Part("legs and feet", (), "Not measured by this version. Please examine them in person."),
    "trunk": Part(
        "trunk (neck, shoulders, hips)", (), "Not measured by this version. Please examine it in person."
    ),
    "rigidity": Part("rigidity", (), "It is felt by hand and cannot be had from a video."),
}


def describe_coverage(clips: Sequence[ClipMeasurement]) -> Coverage:
    """Sort the parts of the body into seen and not seen.

    Parameters
    ----------
    clips : sequence of ClipMeasurement
        At least one.

    Returns
    -------
    Coverage
        A region is seen if a usable clip, of any length, assessed it.
    """
    parts: dict[str, Part] = {}
    in_order = sorted(clips, key=lambda clip: (clip.input_sha256, clip.file, clip.task))
    for region in Region:
        files: list[str] = []
        missing: list[SetAside] = []
        for clip in in_order:
            measured = clip.regions[region]
            if measured.assessed and is_usable(clip):
                files.append(clip.file)
                continue
            reason = measured.reason if is_usable(clip) else clip_reason(clip)
            missing.append(SetAside(clip.file, region, reason or "It was not measured in this clip."))
        parts[str(region)] = Part(
            REGION_NAMES[region], tuple(files), None if files else join_reasons(missing)
        )
    parts |= ALWAYS_NOT_SEEN
    return Coverage(
        seen=tuple(key for key, part in parts.items() if part.reason is None),
        not_seen=tuple(key for key, part in parts.items() if part.reason is not None),
        parts=parts,
    )
