"""Tongue and hands: what is counted, how far it reaches, and which side it is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tdscreen.verification.figure import (
    Figure,
    Target,
    make_figure,
    not_assessed,
    pictures_figure,
    share_figure,
)
from tdscreen.verification.results import ClipResult, HandResult, of_section
from tdscreen.verification.sections.conditions import MIN_FOUND_PERCENT
from tdscreen.verification.sections.movement import ALL
from tdscreen.verification.sections.stillness import SHOWN_SEVERITY

COUNT_PER_S = 15.0
"""Counts may be off by 1 in so many seconds."""
MAX_REACH_ERROR_MM = 3.0
MAX_TAP_RATE_ERROR_HZ = 0.1


def _near(count: int | None, true: int, duration_s: float) -> bool:
    return count is not None and abs(count - true) <= max(duration_s / COUNT_PER_S, 1.0)


def tongue_figures(results: Sequence[ClipResult]) -> list[Figure]:
    """Return how well the tongue is counted and its reach measured, and where it must not be seen."""
    out = of_section(results, "tongue")
    errors = [(clip, error) for clip in out for error in clip.tongue.reach_errors_mm]
    figures = [
        share_figure(
            "tongue.count",
            "Times that the tongue comes out: within 1 of the truth in 15 s",
            [_near(clip.tongue.count, clip.tongue.true_count, clip.duration_s) for clip in out],
            [clip.person for clip in out],
            target=Target(low=95.0),
        ),
        share_figure(
            "tongue.reach",
            "Its reach past the lip: within 3 mm of the truth, each time that it was found out",
            [abs(error) <= MAX_REACH_ERROR_MM for _, error in errors],
            [clip.person for clip, _ in errors],
            target=ALL,
        ),
        make_figure(
            "tongue.reach_error",
            "Its reach past the lip: median of the error (above zero: too far)",
            value=float(np.median([error for _, error in errors])) if errors else None,
            n=len(errors),
            persons=len({clip.person for clip, _ in errors}),
            unit="mm",
        ),
    ]
    tones = sorted({clip.monk_tone for clip in out})
    by_tone = {
        tone: [
            _near(clip.tongue.count, clip.tongue.true_count, clip.duration_s)
            for clip in out
            if clip.monk_tone == tone
        ]
        for tone in tones
    }
    figures.append(
        share_figure(
            "tongue.every_tone",
            "Skin tones (Monk scale) in which every clip is counted within 1 in 15 s"
            + (
                f"; not in {', '.join(str(t) for t in tones if not all(by_tone[t]))}"
                if not all(map(all, by_tone.values()))
                else ""
            ),
            [all(hits) for hits in by_tone.values()],
            tones,
            target=ALL,
        )
    )
    none = of_section(results, "no_tongue")
    figures.append(
        _false_tongue(
            "tongue.false",
            "Talking, smiling, biting the lip, red lipstick: clips in which a tongue is reported",
            none,
            target=Target(high=0.0),
        )
    )
    for group in sorted({clip.group for clip in none}):
        clips = [clip for clip in none if clip.group == group]
        figures.append(_false_tongue(f"tongue.false_{group}", f"Of these: {group.replace('_', ' ')}", clips))
    hidden = of_section(results, "hidden_tongue")
    figures.append(
        share_figure(
            "tongue.hidden",
            "A tongue that moves behind closed lips: said not to be known, with a reason, and never zero",
            [not clip.tongue.assessed and bool(clip.tongue.reason) for clip in hidden],
            [clip.person for clip in hidden],
            target=ALL,
        )
    )
    return figures


def _false_tongue(
    name: str, words: str, clips: Sequence[ClipResult], *, target: Target | None = None
) -> Figure:
    """Make a figure of the mouths that were looked at: where none came out the tongue is "not assessed", and not zero.

    What the tool could not look at shows nothing of what it sees.
    """
    looked_at = [clip for clip in clips if clip.tongue.count is not None]
    return share_figure(
        name,
        words + not_assessed(len(clips) - len(looked_at)),
        [bool(clip.tongue.count) for clip in looked_at],
        [clip.person for clip in looked_at],
        target=target,
    )


def hand_figures(results: Sequence[ClipResult]) -> list[Figure]:
    """Return how well taps are counted, whether sides are exchanged, and what a moving arm does to still fingers."""
    taps: list[tuple[ClipResult, HandResult]] = [
        (clip, hand)
        for clip in of_section(results, "taps")
        for hand in clip.hands
        if hand.true_taps is not None
    ]
    crossing = [
        (clip, hand) for clip in of_section(results, "sides") for hand in clip.hands if hand.seen_pictures
    ]
    arms = of_section(results, "arm")
    held_up = [
        (clip, hand)
        for clip in of_section(results, "fingers")
        for hand in clip.hands
        if hand.in_view_pictures
    ]
    return [
        pictures_figure(
            "hands.found",
            "Hands held up, head to waist: pictures in which a hand is followed, of those that truly show it whole",
            # A hand may be followed in a picture that cuts its fingers off.
            [(min(hand.seen_pictures, hand.in_view_pictures), hand.in_view_pictures) for _, hand in held_up],
            [clip.person for clip, _ in held_up],
            target=Target(low=MIN_FOUND_PERCENT),
        ),
        share_figure(
            "hands.taps",
            "Taps of finger and thumb: counted within 1 of the truth in 15 s",
            [_near(hand.taps, hand.true_taps or 0, clip.duration_s) for clip, hand in taps],
            [clip.person for clip, _ in taps],
            target=ALL,
        ),
        share_figure(
            "hands.tap_rate",
            "Their rate: within 0.1 Hz",
            [
                hand.tap_rate_hz is not None
                and hand.true_tap_rate_hz is not None
                and abs(hand.tap_rate_hz - hand.true_tap_rate_hz) <= MAX_TAP_RATE_ERROR_HZ
                for _, hand in taps
            ],
            [clip.person for clip, _ in taps],
            target=ALL,
        ),
        share_figure(
            "hands.never_exchanged",
            "Left and right in crossing, leaving and returning: hands that are taken for the other one in any picture",
            [hand.exchanged_pictures > 0 for _, hand in crossing],
            [clip.person for clip, _ in crossing],
            target=Target(high=0.0),
        ),
        pictures_figure(
            "hands.exchanged",
            "The same: pictures in which a hand is taken for the other one",
            [(hand.exchanged_pictures, hand.seen_pictures) for _, hand in crossing],
            [clip.person for clip, _ in crossing],
        ),
        share_figure(
            "hands.arm",
            "An arm that is carried about with fingers at rest: clips that raise the item of the upper limbs, by "
            "whichever signal",
            [
                any(item.item == "upper_limbs" for item in clip.raised(from_severity=SHOWN_SEVERITY))
                for clip in arms
            ],
            [clip.person for clip in arms],
            target=Target(high=0.0),
        ),
        share_figure(
            "hands.fingers",
            "Fingers that move at rest while the arm is still: found",
            [
                any(
                    bool(region.amplitude_mm)
                    for region in clip.regions
                    if region.region.endswith("_hand") and region.moves
                )
                for clip in of_section(results, "fingers")
            ],
            [clip.person for clip in of_section(results, "fingers")],
        ),
    ]
