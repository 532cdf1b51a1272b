"""Far away, nuisance, and the quality checks themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tdscreen.verification.figure import Figure, Target, make_figure, pictures_figure, share_figure
from tdscreen.verification.results import ClipResult, of_section
from tdscreen.verification.sections.movement import ALL

FOLLOWED_SHARE = 90.0
"""Percent of pictures in which a face must be followed to count as found (assumed)."""
MAX_ITEM_STEP = 0.5
MIN_FOUND_PERCENT = 99.0
"""Of the pictures of the standard set-up that show a face or a hand."""


def far_figures(results: Sequence[ClipResult]) -> list[Figure]:
    """Return how often the face is found of a person who is far away, from the head to the knees."""
    clips = of_section(results, "far")
    stated = [
        (region.noise_floor_mm / 2, clip.person)
        for clip in clips
        for region in clip.regions
        if region.region in ("lips", "jaw") and region.noise_floor_mm is not None
    ]
    return [
        share_figure(
            "far.found",
            "A person from head to knees, 1.5 m away and more: the face is followed in 90% of pictures or more",
            [clip.face_share >= FOLLOWED_SHARE for clip in clips],
            [clip.person for clip in clips],
            target=ALL,
        ),
        share_figure(
            "far.says_what_it_shows",
            "The same clips: the tool states what that distance can show of lips and jaw, or says why nothing",
            [
                all(
                    region.noise_floor_mm is not None or bool(region.reason)
                    for region in clip.regions
                    if region.region in ("lips", "jaw")
                )
                for clip in clips
            ],
            [clip.person for clip in clips],
            target=ALL,
        ),
        make_figure(
            "far.limit",
            "The same clips: median of the stated detection limit of lips and jaw (half the range)",
            value=float(np.median([limit_mm for limit_mm, _ in stated])) if stated else None,
            n=len(stated),
            persons=len({person for _, person in stated}),
            unit="mm",
        ),
    ]


@dataclass(frozen=True)
class Variation:
    """One clip held against the one that it varies.

    Attributes
    ----------
    clip : ClipResult
    base : ClipResult
    largest_step : float
        Largest change of an item that both assess, in points.
    refused : bool
        The quality checks call it unusable, or an item that the base assesses is not assessed, with a reason.
    """

    clip: ClipResult
    base: ClipResult
    largest_step: float
    refused: bool

    @property
    def holds(self) -> bool:
        """Items move by no more than half a point, or the tool says why it cannot score."""
        return self.largest_step <= MAX_ITEM_STEP


def variations(results: Sequence[ClipResult]) -> list[Variation]:
    """Return every clip that varies another one, beside it."""
    by_name = {clip.name: clip for clip in results}
    found = []
    for clip in of_section(results, "nuisance"):
        base = by_name.get(clip.base or "")
        if base is None:
            continue
        before = {item.item: item for item in base.items if item.expected is not None}
        after = {item.item: item for item in clip.items if item.expected is not None}
        if not before:
            # Of a clip whose own base shows no item nothing can have moved: it says neither yes nor no.
            continue
        unscored = [item for item in clip.items if item.item in before and item.item not in after]
        steps = (
            [
                abs((after[name].expected or 0.0) - (before[name].expected or 0.0))
                for name in before
                if name in after
            ]
            if clip.usable
            else []
        )
        silent = any(not item.reason for item in unscored)
        found.append(
            Variation(
                clip,
                base,
                largest_step=4.0 if silent else max(steps, default=0.0),
                refused=not clip.usable or bool(unscored),
            )
        )
    return found


def nuisance_figures(results: Sequence[ClipResult]) -> list[Figure]:
    """Return how far items move when the same movement is filmed otherwise."""
    found = variations(results)
    missing = len(of_section(results, "nuisance")) - len(found)
    persons = [one.clip.person for one in found]
    figures = [
        share_figure(
            "nuisance.items",
            "The same movement filmed otherwise: every item within half a point of the usual clip, or the tool says "
            "why it cannot score"
            + (
                f" ({missing} more vary a clip that itself was not measured, or shows no item)"
                if missing
                else ""
            ),
            [one.holds for one in found],
            persons,
            target=ALL,
        ),
        share_figure(
            "nuisance.refused",
            "The same clips: not scored, in whole or in part, with the reason given",
            [one.refused for one in found],
            persons,
        ),
    ]
    for variant in sorted({one.clip.variant or "" for one in found}):
        these = [one for one in found if one.clip.variant == variant]
        figures.append(
            make_figure(
                f"nuisance.{variant}",
                f"{variant.replace('_', ' ')}: largest change of an item"
                + (
                    f" ({sum(one.refused for one in these)} of {len(these)} not scored in part or whole)"
                    if any(one.refused for one in these)
                    else ""
                ),
                value=max(one.largest_step for one in these),
                n=len(these),
                persons=len({one.clip.person for one in these}),
                unit="points",
            )
        )
    return figures


def quality_figures(results: Sequence[ClipResult]) -> list[Figure]:
    """Return how often clips degraded past use are refused with the right reason, and good ones are."""
    bad = of_section(results, "degraded")
    part = of_section(results, "spoilt_in_part")
    good = of_section(results, "good")
    figures = [
        pictures_figure(
            "quality.face_found",
            "Good clips: pictures in which the face is followed",
            [(clip.face_share / 100.0 * clip.pictures, clip.pictures) for clip in good],
            [clip.person for clip in good],
            target=Target(low=MIN_FOUND_PERCENT),
        ),
        share_figure(
            "quality.degraded",
            "Clips degraded past use: unusable, with the right reason",
            [clip.degraded in clip.unusable_checks for clip in bad],
            [clip.person for clip in bad],
            target=Target(low=95.0),
        ),
        share_figure(
            "quality.refused",
            "The same clips: unusable, whatever the reason",
            [not clip.usable for clip in bad],
            [clip.person for clip in bad],
        ),
        share_figure(
            "quality.in_part",
            "Clips of which a part is spoilt (mask, hand on the mouth, a second person, much shaking, no hands for a "
            "task of the hands): said by the right check",
            [clip.degraded in clip.failed_checks for clip in part],
            [clip.person for clip in part],
            target=Target(low=95.0),
        ),
        share_figure(
            "quality.good",
            "Good clips that are refused",
            [not clip.usable for clip in good],
            [clip.person for clip in good],
            target=Target(high=2.0),
        ),
    ]
    for group in sorted({clip.group for clip in (*bad, *part)}):
        these = [clip for clip in (*bad, *part) if clip.group == group]
        figures.append(
            share_figure(
                f"quality.{group}",
                f"Of the spoilt: {group.replace('_', ' ')}, said by the right check",
                [
                    clip.degraded in (clip.failed_checks if clip in part else clip.unusable_checks)
                    for clip in these
                ],
                [clip.person for clip in these],
            )
        )
    return figures
