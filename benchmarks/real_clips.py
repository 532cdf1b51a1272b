"""Hold the tool against recordings of real people: pass or fail, line by line.

The clips are not part of the project. Run it over a folder that holds them::

    python benchmarks/real_clips.py FOLDER [--out docs/real-clips.md]

A clip that is missing is reported as such and counts as a failure.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tdscreen import __version__, api
from tdscreen.geometry.face import head_frame
from tdscreen.measurement.clip import ClipMeasurement
from tdscreen.phantom.clip import write_clip
from tdscreen.phantom.warp import Movement, sine_trajectory, warp_sequence
from tdscreen.tracking.tracks import Tracks
from tdscreen.video.reader import open_video
from tdscreen.vocabulary import MovementType, Region, TriageLevel, Verdict

RESTING_MAN = "openwillis_baseline.mp4"
WITHOUT_FACE = ("pyfeat_no_face.mp4", "pyfeat_face_noface.mov", "pyfeat_noface_face.mov")
TALKING = tuple(f"GRID_{name}.mpg" for name in ("bbaf2n", "id2_swwp2s", "lbax4n", "pwij3p", "sbia1a"))
SMILING = (
    "pyfeat_single_face.mp4",
    "pyfeat_face_noface.mov",
    "pyfeat_noface_face.mov",
    "pyfeat_WolfgangLanger_Pexels.mp4",
)
SPELLING_HAND = "tfjs_asl_hand.25fps.mp4"
SPELLING_TRUTH = "tfjs_asl_hand.full.json"
LIPS = (13, 14)
WARP_MM, WARP_HZ, WARP_SIGMA_MM = 1.0, 1.5, 15.0


@dataclass(frozen=True)
class Line:
    """One line of the table."""

    clip: str
    expected: str
    found: str
    passed: bool


def main() -> int:
    """Run every check and print the table; the exit status is 0 if all passed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, help="write the table as Markdown, too")
    arguments = parser.parse_args()
    lines: list[Line] = []
    for check in (resting_man, talking, without_face, spelling_hand, no_tongue):
        try:
            lines += check(arguments.folder)
        except FileNotFoundError as missing:
            lines.append(Line(str(missing), "to be there", "missing", passed=False))
    table = as_markdown(lines)
    print(table)
    if arguments.out:
        arguments.out.write_text(table, encoding="utf-8")
    return 0 if all(line.passed for line in lines) else 1


def the_clip(folder: Path, name: str) -> Path:
    """Find a clip by its name."""
    path = folder / name
    if not path.is_file():
        raise FileNotFoundError(name)
    return path


def resting_man(folder: Path) -> Iterator[Line]:
    """Expect no movement of a man at rest, and to find it once his lips are moved by a known warp."""
    path = the_clip(folder, RESTING_MAN)
    tracks = api.track(path)
    at_rest = api.measure(tracks)
    moving = {r: m.amplitude_mm for r, m in at_rest.regions.items() if m.assessed and m.amplitude_mm}
    seen = [r for r, m in at_rest.regions.items() if m.assessed]
    yield Line(
        RESTING_MAN,
        "no movement in any region seen",
        f"none in {', '.join(seen)}" if not moving else f"movement: {moving}",
        passed=not moving and set(seen) >= {Region.UPPER_FACE, Region.LIPS, Region.JAW},
    )
    for name, direction in (("sideways", (1.0, 0.0)), ("up and down", (0.0, 1.0))):
        lips = warped(path, tracks, direction).regions[Region.LIPS]
        rate, amplitude = lips.peak_frequency_hz, lips.amplitude_mm
        yield Line(
            RESTING_MAN,
            f"lips moved {name} by {WARP_MM:g} mm at {WARP_HZ:g} Hz: found, rate within 0.1 Hz",
            "not found"
            if not amplitude or rate is None
            else f"{amplitude:.2f} mm at {rate:.2f} Hz in {lips.percent_time_moving:.0f}% of the time "
            f"(detection limit {lips.noise_floor_mm:.2f} mm)",
            passed=bool(amplitude) and rate is not None and abs(rate - WARP_HZ) <= 0.1,
        )


def warped(path: Path, tracks: Tracks, direction: tuple[float, float]) -> ClipMeasurement:
    """Move the lips of a clip by a known sine and measure the result from the file on."""
    px_per_mm = 1 / head_frame(tracks.face_px.astype(float)).mm_per_px
    movement = Movement(
        centres_px=tracks.face_px[:, list(LIPS), :2].astype(float).mean(axis=1, keepdims=True),
        sigma_px=WARP_SIGMA_MM * px_per_mm,
        displacement_px=sine_trajectory(
            tracks.times_s, frequency_hz=WARP_HZ, amplitude_px=WARP_MM * px_per_mm, direction=direction
        ),
    )
    with tempfile.TemporaryDirectory() as folder, open_video(path) as clip:
        out = Path(folder) / "warped.mp4"
        write_clip(out, warp_sequence((frame.rgb for frame in clip), [movement]), tracks.times_s, crf=18)
        return api.measure(api.track(out))


def talking(folder: Path) -> Iterator[Line]:
    """Expect mouths that talk, though nobody said that they do, to look speech-like and to be scored for nothing."""
    for name in TALKING:
        regions = api.measure(api.track(the_clip(folder, name))).regions
        mouth = [regions[region] for region in (Region.LIPS, Region.JAW)]
        said = ", ".join(
            f"{part.region} {part.amplitude_mm or 0.0:.1f} mm, "
            + (" and ".join(kind.replace("_", " ") for kind in part.movement_types) or "still")
            + (
                f", {part.scored_amplitude_mm:.1f} mm scored"
                if part.scored_amplitude_mm
                else ", nothing scored"
            )
            for part in mouth
        )
        yield Line(
            name,
            "speech-like, and nothing of lips and jaw scored",
            said,
            passed=any(MovementType.SPEECH_LIKE in part.movement_types for part in mouth)
            and not any(part.scored_amplitude_mm for part in mouth),
        )


def without_face(folder: Path) -> Iterator[Line]:
    """Expect a clip without a face for most of the time to be unusable, for that reason."""
    for name in WITHOUT_FACE:
        assessment = api.score(the_clip(folder, name))
        measured = assessment.clips[0]
        failed = [c for c in measured.quality.checks if not c.passed and c.severity is Verdict.UNUSABLE]
        yield Line(
            name,
            "unusable, because the face is not to be seen",
            f"{assessment.triage.level}: " + ", ".join(f"{c.name} {c.value:.0f} {c.unit}" for c in failed),
            passed=assessment.triage.level is TriageLevel.UNUSABLE
            and [c.name for c in failed] == ["face_visible"],
        )


def spelling_hand(folder: Path) -> Iterator[Line]:
    """Compare landmarks with those that were published with a clip."""
    truth = np.array(json.loads(the_clip(folder, SPELLING_TRUTH).read_text()))[:, :, :2]
    tracks = api.track(the_clip(folder, SPELLING_HAND))
    side = int(tracks.hands_valid[:, 1].sum() > tracks.hands_valid[:, 0].sum())
    seen = tracks.hands_valid[:, side]
    error = np.abs(tracks.hands_px[seen, side, :, :2] - truth[seen])
    median, mean = float(np.median(error)), float(error.mean())
    yield Line(
        SPELLING_HAND,
        f"published landmarks of {len(truth)} pictures: median within 0.1 px, mean within 0.25 px",
        f"median {median:.3f}, mean {mean:.3f} px a coordinate, in {int(seen.sum())} pictures",
        passed=median <= 0.1 and mean <= 0.25 and int(seen.sum()) == len(truth),
    )


def no_tongue(folder: Path) -> Iterator[Line]:
    """Expect no tongue past the lips of people who talk, smile or rest: none of these clips shows one."""
    for name in (RESTING_MAN, *TALKING, *SMILING):
        out = api.measure(api.track(the_clip(folder, name))).regions[Region.TONGUE].protrusions or ()
        found = f"{len(out)} times, {max(one.reach_mm for one in out):.0f} mm" if out else "none"
        yield Line(name, "no tongue past the lips", found, passed=not out)


def as_markdown(lines: list[Line]) -> str:
    """Lay out the table."""
    as_marks: Callable[[bool], str] = lambda passed: "pass" if passed else "FAIL"  # noqa: E731
    rows = [f"| {line.clip} | {line.expected} | {line.found} | {as_marks(line.passed)} |" for line in lines]
    passed = sum(line.passed for line in lines)
    return "\n".join(
        [
            "# Real clips",
            "",
            f"tdscreen {__version__}, `python benchmarks/real_clips.py FOLDER`: {passed} of {len(lines)} pass.",
            "",
            "| clip | expected | found | |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
