"""Hold the tool against the sample clips, whose movement is known: rate, size and share of time side by side.

Run from anywhere::

    python benchmarks/sample_clips.py [--out docs/sample-clips.md]
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from tdscreen import __version__, api
from tdscreen.measurement.clip import ClipMeasurement
from tdscreen.vocabulary import Region

SAMPLES = Path(__file__).parent.parent / "sample_videos"


def main() -> None:
    """Measure every sample clip and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, help="write the table as Markdown, too")
    arguments = parser.parse_args()
    truth = json.loads((SAMPLES / "truth.json").read_text(encoding="utf-8"))
    rows = []
    for clip in truth["clips"]:
        measured = api.measure(api.track(SAMPLES / clip["file"]), task=api.as_task(clip["task"]))
        rows += rows_of(clip, measured)
    table = "\n".join(
        [
            "# Sample clips: truth and measurement",
            "",
            f"tdscreen {__version__}, `python benchmarks/sample_clips.py`. Sizes are half the range, in millimetres by "
            "the ruler; those of the face are apparent ([why](measurement-method.md)).",
            "",
            "| clip | region | true rate | found | true size | found | true time moving | found | kind |",
            "|---|---|---|---|---|---|---|---|---|",
            *rows,
            "",
        ]
    )
    print(table)
    if arguments.out:
        arguments.out.write_text(table, encoding="utf-8")


def rows_of(clip: dict[str, Any], measured: ClipMeasurement) -> list[str]:
    """One row for each movement that is true of a clip, and one for all that is still in it."""
    if clip["refused"]:
        return [f"| {clip['file']} | | refused: {clip['refused']} | {measured.quality.verdict} | | | | | |"]
    rows = []
    for movement in clip["movements"]:
        found = measured.regions[Region(movement["region"])]
        rate = "none" if found.peak_frequency_hz is None else f"{found.peak_frequency_hz:.2f} Hz"
        size = "not assessed" if found.amplitude_mm is None else f"{found.amplitude_mm:.1f} mm"
        share = "" if found.percent_time_moving is None else f"{found.percent_time_moving:.0f}%"
        rows.append(
            f"| {clip['file']} | {found.region} | {movement['frequency_hz']:.2f} Hz | {rate} "
            f"| {movement['amplitude_mm']:.1f} mm | {size} | {movement['percent_time_moving']:.0f}% | {share} "
            f"| {', '.join(found.movement_types)} |"
        )
    for name in clip["still"]:
        found = measured.regions[Region(name)]
        size = "not assessed" if found.amplitude_mm is None else f"{found.amplitude_mm:.1f} mm"
        share = "" if found.percent_time_moving is None else f"{found.percent_time_moving:.0f}%"
        rows.append(f"| {clip['file']} | {name} | still | | 0 mm | {size} | 0% | {share} | |")
    return rows


if __name__ == "__main__":
    main()
