"""Who is who from frame to frame: detections become tracklets, tracklets become the patient.

A tracker that returns several faces or hands returns them in an order of its own, which changes when one leaves. The
functions here see only places, sizes and votes, so that they can be tested without a picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment


@dataclass(frozen=True)
class Detection:
    """One face or hand in one frame.

    Attributes
    ----------
    frame : int
    time_s : float
    centre_px : ndarray, shape (2,), float64
    size_px : float
        A length that belongs to the thing seen: the face's width, the palm's length.
    vote : float
        For a hand: log odds that it is the patient's right one. 0 for a face.
    index : int
        Where the detection stands among those of its frame.
    """

    frame: int
    time_s: float
    centre_px: NDArray[np.float64]
    size_px: float
    vote: float
    index: int


@dataclass
class Tracklet:
    """Detections of one thing that follow each other closely in time and place."""

    detections: list[Detection] = field(default_factory=list)

    @property
    def vote(self) -> float:
        """Sum of the votes: positive for a right hand."""
        return sum(detection.vote for detection in self.detections)

    @property
    def weight(self) -> float:
        """Sum of the sizes: long-seen and near counts most."""
        return sum(detection.size_px for detection in self.detections)

    @property
    def size_px(self) -> float:
        """Median size."""
        return float(np.median([detection.size_px for detection in self.detections]))

    @property
    def frames(self) -> frozenset[int]:
        """Frames in which it was seen."""
        return frozenset(detection.frame for detection in self.detections)

    def predicted_centre_px(self, time_s: float) -> NDArray[np.float64]:
        """Where it should be by now, from its last two sightings, at constant velocity."""
        last = self.detections[-1]
        if len(self.detections) < 2:
            return last.centre_px
        before = self.detections[-2]
        step_s = last.time_s - before.time_s
        ahead_s = min(time_s - last.time_s, 2 * step_s)
        return last.centre_px + (last.centre_px - before.centre_px) * (ahead_s / step_s)


def link(
    frames: Sequence[Sequence[Detection]],
    *,
    max_jump: float,
    max_absence_s: float,
    vote_weight: float = 0.0,
) -> list[Tracklet]:
    """Chain detections into tracklets.

    Parameters
    ----------
    frames : sequence of sequences of Detection
        The detections of each frame, in time order.
    max_jump : float
        Farthest step from the predicted place, in sizes of the thing.
    max_absence_s : float
        A tracklet not seen for longer is over.
    vote_weight : float
        How many sizes of distance a detection whose vote contradicts the tracklet's costs. This is what keeps hands
        apart where they cross.

    Returns
    -------
    list of Tracklet
        In the order in which they began.
    """
    tracklets: list[Tracklet] = []
    live: list[Tracklet] = []
    for detections in frames:
        if not detections:
            continue
        now_s = detections[0].time_s
        live = [t for t in live if now_s - t.detections[-1].time_s <= max_absence_s]
        taken: set[int] = set()
        if live:
            cost = np.empty((len(live), len(detections)))
            for row, tracklet in enumerate(live):
                place = tracklet.predicted_centre_px(now_s)
                for column, detection in enumerate(detections):
                    size = max(tracklet.detections[-1].size_px, detection.size_px)
                    cost[row, column] = np.hypot(*(detection.centre_px - place)) / size
                    if vote_weight and tracklet.vote * detection.vote < 0:
                        cost[row, column] += vote_weight
            for row, column in zip(*linear_sum_assignment(np.minimum(cost, 10 * max_jump)), strict=True):
                if cost[row, column] <= max_jump:
                    live[row].detections.append(detections[column])
                    taken.add(int(column))
        for column, detection in enumerate(detections):
            if column not in taken:
                begun = Tracklet([detection])
                tracklets.append(begun)
                live.append(begun)
    return tracklets


def drop_duplicates(detections: Sequence[Detection], *, min_distance: float) -> list[Detection]:
    """Leave out detections that lie on a larger one: the same thing found twice.

    Parameters
    ----------
    detections : sequence of Detection
        Of one frame.
    min_distance : float
        Least distance between centres, in sizes of the larger.
    """
    kept: list[Detection] = []
    for detection in sorted(detections, key=lambda d: (-d.size_px, d.index)):
        if all(
            np.hypot(*(detection.centre_px - other.centre_px)) >= min_distance * other.size_px for other in kept
        ):
            kept.append(detection)
    return sorted(kept, key=lambda d: d.index)


def follow_person(tracklets: Sequence[Tracklet], *, size_ratio: float) -> list[Tracklet]:
    """Choose the tracklets of the one person whom the clip is about.

    The person is the one seen longest and nearest. Later or earlier tracklets join if they do not overlap in time
    with those chosen and have about the same size: the same person who left and came back.

    Parameters
    ----------
    tracklets : sequence of Tracklet
    size_ratio : float
        Largest ratio between the sizes of two tracklets of one person.
    """
    chosen: list[Tracklet] = []
    for tracklet in sorted(tracklets, key=lambda t: (-t.weight, t.detections[0].frame)):
        if not chosen:
            chosen.append(tracklet)
            continue
        ratio = tracklet.size_px / chosen[0].size_px
        alike = 1 / size_ratio <= ratio <= size_ratio
        if alike and all(tracklet.frames.isdisjoint(other.frames) for other in chosen):
            chosen.append(tracklet)
    return chosen


def sides(tracklets: Sequence[Tracklet]) -> tuple[list[Tracklet], list[Tracklet]]:
    """Give each tracklet of a hand to the left or the right side.

    The tracklet with the clearest vote goes first. A tracklet that overlaps in time with one already on its side
    goes to the other side if that is free; else it is a third hand and is left out.

    Returns
    -------
    left, right : list of Tracklet
    """
    placed: tuple[list[Tracklet], list[Tracklet]] = ([], [])
    for tracklet in sorted(tracklets, key=lambda t: (-abs(t.vote), t.detections[0].frame)):
        wished = int(tracklet.vote > 0)
        for side in (wished, 1 - wished):
            if all(tracklet.frames.isdisjoint(other.frames) for other in placed[side]):
                placed[side].append(tracklet)
                break
    return placed
