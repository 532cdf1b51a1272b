"""MediaPipe's face mesh and hands, as they are: no smoothing, nothing downloaded.

Only :mod:`~tdscreen.tracking.graph`, :mod:`~tdscreen.tracking.mesh`, :mod:`~tdscreen.tracking.far_faces` and this
module know MediaPipe. Why version
0.10.21 and its Solutions API: docs/why-mediapipe-0.10.21.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from tdscreen.settings import TRACKING, TrackingSettings
from tdscreen.tracking.change import SceneChange
from tdscreen.tracking.far_faces import FarFaces
from tdscreen.tracking.graph import Search, SearchingGraph
from tdscreen.tracking.mesh import face_mesh, faces_px, to_pixels

FloatArray = NDArray[np.float32]

_HANDS = "modules/hand_landmark/hand_landmark_tracking_cpu.binarypb"


@dataclass(frozen=True)
class SeenHand:
    """One hand in one picture.

    Attributes
    ----------
    points_px : ndarray, shape (21, 3), float32
    points_world_m : ndarray, shape (21, 3), float32
    looks_right : float
        Probability that the hand has the shape of a right hand *in the picture as it is*.
    """

    points_px: FloatArray
    points_world_m: FloatArray
    looks_right: float


class LandmarkDetector:
    """Face and hand landmarks of one clip, picture after picture.

    Each clip needs a detector of its own: the trackers inside carry state from one picture to the next, and a
    clip's numbers must not depend on what was seen before it.
    """

    def __init__(self, *, settings: TrackingSettings = TRACKING) -> None:
        self._settings = settings
        self._face_mesh = face_mesh(max_faces=settings.max_faces, settings=settings)
        self._far: FarFaces | None = None
        self._unseen = settings.far_patience
        self._since_whole = 0
        self._hands: SearchingGraph | None = None
        self._change = SceneChange(settings=settings)
        self._followed: list[FloatArray] = []
        self._face_search, self._hand_search = (
            Search(every_s=settings.search_every_s, moving_s=moving_s, on_s=settings.search_on_s)
            for moving_s in (settings.search_every_s, settings.search_moving_s)
        )

    def _hand_graph(self) -> SearchingGraph:
        settings = self._settings
        return SearchingGraph(
            _HANDS,
            searched="palm_detection_image",
            side_inputs={"num_hands": settings.max_hands, "model_complexity": 1, "use_prev_landmarks": True},
            calculator_params={
                "palmdetectioncpu__TensorsToDetectionsCalculator.min_score_thresh": (
                    settings.min_detection_confidence
                ),
                "handlandmarkcpu__ThresholdingCalculator.threshold": settings.min_tracking_confidence,
            },
            outputs=["multi_hand_landmarks", "multi_hand_world_landmarks", "multi_handedness"],
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._face_mesh.close()
        if self._hands is not None:
            self._hands.close()
        if self._far is not None:
            self._far.close()

    def faces(self, rgb: NDArray[np.uint8], time_s: float | None = None) -> list[FloatArray]:
        """Find the faces in a picture: near ones, and one far away where these are none.

        Parameters
        ----------
        rgb : ndarray, shape (height, width, 3), uint8
        time_s : float, optional
            Time of the picture, by which it is known when to look for further faces; without it, now.

        Returns
        -------
        list of ndarray, shape (478, 3), float32
            Pixels.
        """
        far = self._far.look(rgb) if self._far is not None and self._far.follows else None
        # Whoever is followed far away may come near, and others may; but to look in every picture would take as long
        # as all the rest.
        self._since_whole += 1
        near: list[FloatArray] = []
        if far is None or self._since_whole >= self._settings.far_look_up_every:
            near = self._near(rgb, time_s)
            self._since_whole = self._settings.far_look_up_every if near else 0
        if far is not None:
            if any(_is_within(face, far) for face in near):
                self._far_finder().let_go()
                return near
            return [far, *near]
        self._unseen = 0 if near else self._unseen + 1
        if near or self._unseen <= self._settings.far_patience:
            return near
        far = self._far_finder().look(rgb)
        return [] if far is None else [far]

    def _near(self, rgb: NDArray[np.uint8], time_s: float | None) -> list[FloatArray]:
        if time_s is None:
            return faces_px(self._face_mesh, rgb)
        # While nobody is followed the picture is looked through every time: the face is what a clip is about.
        search = self._face_search.is_due(time_s) or not self._face_search.follows
        found = faces_px(self._face_mesh, rgb, search=search)
        self._face_search.saw(len(found), time_s)
        return found

    def _far_finder(self) -> FarFaces:
        if self._far is None:
            self._far = FarFaces(settings=self._settings)
        return self._far

    def hands(
        self, rgb: NDArray[np.uint8], time_s: float | None = None, faces: Sequence[FloatArray] = ()
    ) -> list[SeenHand]:
        """Find the hands in a picture.

        Parameters
        ----------
        rgb : ndarray, shape (height, width, 3), uint8
        time_s : float, optional
            Time of the picture, by which it is known when to look for further hands; without it, now.
        faces : sequence of ndarray, shape (478, 3), float32
            Found in this picture: what moves in a face is no hand that comes in.
        """
        if self._hands is None:
            # Where hands are left out, their models are not read.
            self._hands = self._hand_graph()
        search = True
        if time_s is not None:
            moving = self._change.is_seen(rgb, [*faces, *self._followed])
            search = self._hand_search.is_due(time_s, moving=moving)
            if search:
                self._change.looked()
        seen = _seen_hands(self._hands.process(rgb, search=search), rgb)
        if time_s is not None:
            self._hand_search.saw(len(seen), time_s)
            self._followed = [hand.points_px for hand in seen]
        return seen


def _seen_hands(result: Any, rgb: NDArray[np.uint8]) -> list[SeenHand]:
    """Bring what the graph gave for a picture into our form."""
    if not result.multi_hand_landmarks:
        return []
    seen = []
    for image, world, handedness in zip(
        result.multi_hand_landmarks,
        result.multi_hand_world_landmarks,
        result.multi_handedness,
        strict=True,
    ):
        best = handedness.classification[0]
        # The model was trained on mirrored pictures: what it calls left has the shape of a right hand here.
        looks_right = best.score if best.label == "Left" else 1.0 - best.score
        points_m = np.array([(p.x, p.y, p.z) for p in world.landmark], dtype=np.float32)
        seen.append(SeenHand(to_pixels(image.landmark, rgb), points_m, float(looks_right)))
    return seen


def _is_within(face: FloatArray, other: FloatArray) -> bool:
    """Say whether the middle of a face lies within another: the same one, found twice."""
    middle = face[:, :2].mean(axis=0)
    return bool(((middle > other[:, :2].min(axis=0)) & (middle < other[:, :2].max(axis=0))).all())
