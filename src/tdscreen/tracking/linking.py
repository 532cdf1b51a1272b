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

MAX_SHARED_FRAMES = 5
"""A thing found anew may be reported at its old place as well for so many frames (assumed)."""
MIN_DETECTIONS = 3
"""What is seen in fewer pictures, 0.1 s at the usual rate, was seen by mistake, or too briefly to measure (assumed)."""
MIN_FACE_SHARE = 0.1
"""A face seen in a smaller share of the pictures says nothing of whose the hands are (assumed)."""
FIRM_VOTE = 2.9
"""Mean log odds from which a hand's side is not doubted: a probability of 0.95 (assumed)."""
_FORBIDDEN = 1e6
"""The cost of a step that is not allowed, above any sum of those that are."""


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

    detections: list[Detection]
    vote: float = field(init=False)
    """Sum of the votes: positive for a right hand. Kept as it grows, since it is asked for in every frame."""

    def __post_init__(self) -> None:
        self.vote = sum(detection.vote for detection in self.detections)

    def add(self, detection: Detection) -> None:
        """Go on with the next detection."""
        self.detections.append(detection)
        self.vote += detection.vote

    @property
    def weight(self) -> float:
        """Sum of the sizes: long-seen and near counts most."""
        return sum(detection.size_px for detection in self.detections)

    @property
    def size_px(self) -> float:
        """Median size."""
        return float(np.median([detection.size_px for detection in self.detections]))

    @property
    def centres_px(self) -> NDArray[np.float64]:
        """Places, shape (n, 2)."""
        return np.array([detection.centre_px for detection in self.detections])

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
    max_size_ratio: float = np.inf,
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
    max_size_ratio : float
        Largest ratio of sizes from one sighting to the next.
    vote_weight : float
        How many sizes of distance a detection whose vote contradicts the tracklet's costs. This is what keeps hands
        apart where they cross. 0: votes do not count.

    Returns
    -------
    list of Tracklet
        In the order in which they began.
    """
    tracklets: list[Tracklet] = []
    live: list[Tracklet] = []
    for number, detections in enumerate(frames):
        if not detections:
            continue
        now_s = detections[0].time_s
        live = [t for t in live if now_s - t.detections[-1].time_s <= max_absence_s]
        taken: set[int] = set()
        if live:
            cost = np.empty((len(live), len(detections)))
            allowed = np.empty(cost.shape, dtype=np.bool_)
            for row, tracklet in enumerate(live):
                last = tracklet.detections[-1]
                place = tracklet.predicted_centre_px(now_s)
                just_seen = last.frame == number - 1
                for column, detection in enumerate(detections):
                    small, large = sorted((last.size_px, detection.size_px))
                    step = np.hypot(*(detection.centre_px - place)) / large
                    contradicts = vote_weight > 0 and tracklet.vote * detection.vote < 0
                    cost[row, column] = step + vote_weight * contradicts
                    # A vote that turns while a hand is in view is an error; after an absence it is the other hand.
                    allowed[row, column] = (
                        step < max_jump and large <= max_size_ratio * small and (just_seen or not contradicts)
                    )
            cost[~allowed] = _FORBIDDEN
            for row, column in zip(*linear_sum_assignment(cost), strict=True):
                if allowed[row, column]:
                    live[row].add(detections[column])
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
            np.hypot(*(detection.centre_px - other.centre_px)) >= min_distance * other.size_px
            for other in kept
        ):
            kept.append(detection)
    return sorted(kept, key=lambda d: d.index)


def follow_person(
    tracklets: Sequence[Tracklet],
    *,
    size_ratio: float,
    max_distance: float,
    max_step: float,
    max_absence_s: float,
) -> list[Tracklet]:
    """Choose the tracklets of the one person whom the clip is about.

    The person is the one seen longest and nearest. Earlier and later tracklets join if they can be the same person,
    come back: at another time, of about the same size, and mostly at the same place or going on where the person was
    lost. What looks like a face for a moment only is nobody.

    Parameters
    ----------
    tracklets : sequence of Tracklet
    size_ratio : float
        Largest ratio between the sizes of two tracklets of one person.
    max_distance : float
        The same place is nearer than this, in sizes.
    max_step, max_absence_s : float
        A tracklet goes on where another ended if it begins nearer than this, in sizes, and sooner.

    Returns
    -------
    list of Tracklet
        No two of them with a detection in the same frame.
    """
    chosen: list[Tracklet] = []
    for tracklet in sorted(tracklets, key=lambda t: (-t.weight, t.detections[0].frame)):
        if len(tracklet.detections) < MIN_DETECTIONS:
            continue
        if not chosen:
            chosen.append(tracklet)
            continue
        person = chosen[0]
        ratio = tracklet.size_px / person.size_px
        if not 1 / size_ratio <= ratio <= size_ratio:
            continue
        distances = np.hypot(*(tracklet.centres_px - np.median(person.centres_px, axis=0)).T) / person.size_px
        same_place = float(np.median(distances)) <= max_distance
        goes_on = any(
            _follows(one, other, max_step=max_step, max_absence_s=max_absence_s)
            for part in chosen
            for one, other in ((part, tracklet), (tracklet, part))
        )
        if same_place or goes_on:
            _join(chosen, tracklet)
    return chosen


def own_hands(
    tracklets: Sequence[Tracklet],
    face_centre_px: NDArray[np.float64],
    face_width_px: NDArray[np.float64],
    *,
    reach_faces: float,
    palm_to_face: tuple[float, float],
) -> list[Tracklet]:
    """Leave out hands that cannot belong to the face that is followed: out of reach, or of a size that does not fit.

    Parameters
    ----------
    tracklets : sequence of Tracklet
    face_centre_px, face_width_px : ndarray, shape (n, 2) and (n,)
        In each frame of the clip; all NaN if no face was followed, and then every hand may be the patient's.
    reach_faces : float
        Farthest middle distance of a hand from the face, in face widths.
    palm_to_face : (float, float)
        Least and greatest length of the palm, where it is seen flat, in face widths.
    """
    if not np.isfinite(face_width_px).any():
        return list(tracklets)
    own = []
    for tracklet in tracklets:
        frames = [detection.frame for detection in tracklet.detections]
        width = face_width_px[frames]
        distance = np.median(np.hypot(*(tracklet.centres_px - face_centre_px[frames]).T) / width)
        sizes = np.array([detection.size_px for detection in tracklet.detections])
        flat_palm = np.percentile(sizes / width, 90)
        if distance <= reach_faces and palm_to_face[0] <= flat_palm <= palm_to_face[1]:
            own.append(tracklet)
    return own


def sides(tracklets: Sequence[Tracklet]) -> tuple[list[Tracklet], list[Tracklet]]:
    """Give each tracklet of a hand to the left or the right side.

    The tracklet with the clearest vote goes first. A tracklet that overlaps in time with one already on its side goes
    to the other side if that is free and its vote leaves room for doubt; else it is a third hand and is left out. So
    is what was seen for a moment only: too short to measure, and its vote too short to believe.

    Returns
    -------
    left, right : list of Tracklet
        No two on one side with a detection in the same frame.
    """
    placed: tuple[list[Tracklet], list[Tracklet]] = ([], [])
    for tracklet in sorted(tracklets, key=lambda t: (-abs(t.vote), t.detections[0].frame)):
        if len(tracklet.detections) < MIN_DETECTIONS:
            continue
        wished = int(tracklet.vote > 0)
        firm = abs(tracklet.vote) / len(tracklet.detections) > FIRM_VOTE
        if not _join(placed[wished], tracklet) and not firm:
            _join(placed[1 - wished], tracklet)
    return placed


def _join(chosen: list[Tracklet], tracklet: Tracklet) -> bool:
    """Add what a tracklet has outside of the others' frames, unless it shares too many with them to be the same."""
    shared = frozenset().union(*(other.frames for other in chosen)) & tracklet.frames
    if len(shared) > MAX_SHARED_FRAMES or len(tracklet.detections) - len(shared) < len(shared):
        return False
    chosen.append(Tracklet([d for d in tracklet.detections if d.frame not in shared]))
    return True


def _follows(before: Tracklet, after: Tracklet, *, max_step: float, max_absence_s: float) -> bool:
    """Whether a tracklet begins where and soon after another ended."""
    last, first = before.detections[-1], after.detections[0]
    step = np.hypot(*(first.centre_px - last.centre_px)) / max(first.size_px, last.size_px)
    return bool(0 < first.time_s - last.time_s <= max_absence_s and step <= max_step)
