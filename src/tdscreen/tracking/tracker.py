"""A clip becomes tracks: one person's face and hands, with their times."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tdscreen import __version__
from tdscreen.displacement.log import DisplacementLog
from tdscreen.isolation import Progress
from tdscreen.settings import MOUTH, TRACKING, VIDEO, TrackingSettings, VideoSettings
from tdscreen.tracking import linking
from tdscreen.tracking.background import BackgroundFollower
from tdscreen.tracking.detector import LandmarkDetector, SeenHand
from tdscreen.tracking.linking import Detection
from tdscreen.tracking.mouth import MOUTH_COLUMNS, MouthReader
from tdscreen.tracking.pipeline import Stage, overlap
from tdscreen.tracking.tracks import (
    HANDS_LEFT_OUT,
    LEFT,
    N_FACE_POINTS,
    N_HAND_POINTS,
    RIGHT,
    FloatArray,
    Tracks,
)
from tdscreen.video.reader import VideoFrame, file_sha256, open_video

FACE_LEFT_EDGE, FACE_RIGHT_EDGE = 234, 454
WRIST, MIDDLE_MCP = 0, 9
HAND_CENTRE = (0, 5, 9, 13, 17)


def track_video(
    path: Path,
    *,
    mirrored: bool = False,
    hands: bool = True,
    video: VideoSettings = VIDEO,
    tracking: TrackingSettings = TRACKING,
    report: Callable[[Progress], None] | None = None,
) -> Tracks:
    """Decode a clip and follow one person's face and hands through it.

    This runs native decoders and models on a file that may be hostile: call :func:`tdscreen.api.track`, which does
    it in a process of its own.

    Parameters
    ----------
    path : Path
    mirrored : bool
        The recording is a mirror image (a selfie view), so that a hand with the shape of a right hand is a left one.
    hands : bool
        Follow the hands, too. Left out, they are not assessed, and one that lies before the face goes unnoticed.
    video, tracking : settings
    report : callable, optional
        Called after each frame.

    Returns
    -------
    Tracks

    Raises
    ------
    InputError, VideoError, LimitError
        If the file cannot be read; see :func:`tdscreen.video.reader.open_video`.
    """
    times_s: list[float] = []
    repeated: list[bool] = []
    luminance: list[float] = []
    pallor: list[float] = []
    background: list[tuple[float, float, float]] = []
    room = BackgroundFollower()
    displacement = DisplacementLog()
    reader = MouthReader()
    mouths: list[list[FloatArray]] = []
    faces = _FaceLog()
    seen_hands: list[list[SeenHand]] = []
    with (
        _one_thread_each(),
        open_video(path, settings=video) as clip,
        LandmarkDetector(settings=tracking) as detector,
        closing(
            overlap(
                clip,
                stages_of(detector, room=room, displacement=displacement, reader=reader, hands=hands),
                ahead=tracking.pictures_ahead,
            )
        ) as steps,
    ):
        for frame, found in steps:
            faces.append(frame.time_s, found["faces"])
            seen_hands.append(found["hands"] if hands else [])
            background.append(found["background"])
            mouths.append(found["mouths"])
            times_s.append(frame.time_s)
            repeated.append(frame.repeated)
            light, pale = found["light"]
            luminance.append(light)
            pallor.append(pale)
            if report is not None:
                report(Progress(len(times_s), frame.time_s, clip.info.declared_duration_s))
        info, timing = clip.info, clip.timing()

    times = np.asarray(times_s, dtype=np.float64)
    face_px, faces_seen, choice = _follow_face(faces, settings=tracking)
    face_valid = np.isfinite(face_px[:, 0, 0])
    patches_px, patches_error_px, iris_px = displacement.of_face(face_px)
    hands_px, hands_world_m = _follow_hands(times, seen_hands, face_px, mirrored=mirrored, settings=tracking)
    return Tracks(
        times_s=times,
        face_px=face_px,
        face_valid=face_valid,
        hands_px=hands_px,
        hands_world_m=hands_world_m,
        hands_valid=np.isfinite(hands_px[:, :, 0, 0]),
        faces_seen=faces_seen,
        luminance=np.asarray(luminance, dtype=np.float32),
        pallor=np.asarray(pallor, dtype=np.float32),
        repeated=np.asarray(repeated, dtype=np.bool_),
        background=np.asarray(background, dtype=np.float32),
        patches_px=patches_px,
        patches_error_px=patches_error_px,
        iris_px=iris_px,
        mouth=_chosen_mouths(mouths, choice),
        image_width_px=info.width,
        image_height_px=info.height,
        rotation_deg=info.rotation_deg,
        mirrored=mirrored,
        timing=timing,
        file=path.name,
        input_sha256=file_sha256(path),
        provenance=versions() if hands else {**versions(), **HANDS_LEFT_OUT},
    )


def stages_of(
    detector: LandmarkDetector,
    *,
    room: BackgroundFollower,
    displacement: DisplacementLog,
    reader: MouthReader,
    hands: bool = True,
) -> tuple[Stage[VideoFrame], ...]:
    """Say what is done with every picture, and what of it needs which."""

    def follow_room(
        frame: VideoFrame, faces: list[FloatArray], seen_hands: Sequence[SeenHand] = ()
    ) -> tuple[float, float, float]:
        return room.follow(
            frame.rgb, frame.time_s, faces=faces, hands=[hand.points_px for hand in seen_hands]
        )

    of_hands: Stage[VideoFrame] = Stage(
        "hands", lambda frame, faces: detector.hands(frame.rgb, frame.time_s, faces), ("faces",)
    )
    return (
        Stage("faces", lambda frame: detector.faces(frame.rgb, frame.time_s)),
        *((of_hands,) if hands else ()),
        Stage(
            "patches", lambda frame, faces: displacement.append(frame.rgb, faces, frame.time_s), ("faces",)
        ),
        Stage("mouths", lambda frame, faces: [reader.numbers(frame.rgb, one) for one in faces], ("faces",)),
        Stage(
            "light",
            lambda frame, faces: (_luminance(frame.rgb, faces), _pallor(frame.rgb, faces)),
            ("faces",),
        ),
        Stage("background", follow_room, ("faces", "hands") if hands else ("faces",)),
    )


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Keep OpenCV from threads of its own: the stages share the cores already, and its idle threads would spin."""
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(threads)


def versions() -> dict[str, str]:
    """Versions of what makes tracks, and the beginning of the SHA-256 of the mouth's model."""
    from importlib.metadata import version

    return {
        "tdscreen": __version__,
        "mediapipe": version("mediapipe"),
        "av": version("av"),
        "mouth_model": MOUTH.model_sha256[:12],
    }


def _luminance(rgb: NDArray[np.uint8], faces: Sequence[FloatArray]) -> float:
    """Mean luma (BT.601 weights), 0 to 1, of the largest face, or of the whole picture. Every fourth pixel will do."""
    part = rgb
    if faces:
        face = max(faces, key=_face_width)
        height, width = rgb.shape[:2]
        left, top = np.clip(face[:, :2].min(axis=0), 0, (width - 1, height - 1)).astype(int)
        right, bottom = np.clip(face[:, :2].max(axis=0), 0, (width - 1, height - 1)).astype(int)
        part = rgb[top : bottom + 1, left : right + 1]
    return float(part[::4, ::4].reshape(-1, 3).mean(axis=0) @ (0.299, 0.587, 0.114)) / 255.0


MASKED = (1, 4, 2, 98, 327, 205, 425, 165, 391)
"""Tip and wings of the nose, the cheeks beside it, and above the lip: where a mask lies and mostly no beard."""
UNMASKED = (9, 151, 108, 337, 50, 280, 118, 347, 6)
"""Forehead, bridge of the nose and the cheeks below the eyes."""


def _pallor(rgb: NDArray[np.uint8], faces: Sequence[FloatArray]) -> float:
    """Compare the redness of the largest face's middle with that of what a mask leaves free; NaN without a face."""
    if not faces:
        return float("nan")
    face = max(faces, key=_face_width)
    step = max(0.01 * _face_width(face), 1.0)
    around = step * np.stack(np.meshgrid([-1, 0, 1], [-1, 0, 1]), axis=-1).reshape(1, 9, 2)

    def redness(points: tuple[int, ...]) -> float:
        at = (face[list(points), None, :2] + around).astype(int)
        columns, rows = np.clip(at, 0, (rgb.shape[1] - 1, rgb.shape[0] - 1)).T
        colour = rgb[rows, columns].mean(axis=0)
        luma = np.maximum(colour @ (0.299, 0.587, 0.114), 1.0)
        return float(np.median(colour[:, 0] / luma))

    return redness(UNMASKED) - redness(MASKED)


def _face_width(face: FloatArray) -> float:
    return float(np.hypot(*(face[FACE_RIGHT_EDGE, :2] - face[FACE_LEFT_EDGE, :2])))


class _FaceLog:
    """The faces of a clip, frame by frame, in hardly more memory than the tracks that come of them.

    A clip shows one face most of the time: the first face of each frame lies where the tracks will lie, and only
    further ones are kept beside.
    """

    _FRAMES_AT_ONCE = 1024

    def __init__(self) -> None:
        self._first = np.empty((0, N_FACE_POINTS, 3), dtype=np.float32)
        self._further: dict[tuple[int, int], FloatArray] = {}
        self.detections: list[list[Detection]] = []

    def append(self, time_s: float, found: Sequence[FloatArray]) -> None:
        """Add a frame."""
        frame = len(self.detections)
        if frame == len(self._first):
            # In place: a copy would need twice the memory while it is made.
            self._first.resize((frame + self._FRAMES_AT_ONCE, N_FACE_POINTS, 3), refcheck=False)
        self._first[frame] = found[0] if found else np.nan
        self._further |= {(frame, index): face for index, face in enumerate(found) if index > 0}
        self.detections.append(
            [
                Detection(
                    frame, time_s, face[:, :2].mean(axis=0).astype(float), _face_width(face), 0.0, index
                )
                for index, face in enumerate(found)
            ]
        )

    def chosen(self, choice: dict[int, int]) -> FloatArray:
        """Give the face chosen in each frame, by its index; NaN where none was. To be called once, at the end."""
        n = len(self.detections)
        self._first.resize((n, N_FACE_POINTS, 3), refcheck=False)
        for frame in range(n):
            index = choice.get(frame)
            if index is None:
                self._first[frame] = np.nan
            elif index > 0:
                self._first[frame] = self._further[frame, index]
        return self._first


def _chosen_mouths(mouths: Sequence[Sequence[FloatArray]], choice: Mapping[int, int]) -> FloatArray:
    """Give what was seen of the followed person's mouth in each frame; NaN where the person was not seen."""
    chosen = np.full((len(mouths), len(MOUTH_COLUMNS)), np.nan, dtype=np.float32)
    for frame, index in choice.items():
        chosen[frame] = mouths[frame][index]
    return chosen


def _follow_face(
    faces: _FaceLog, *, settings: TrackingSettings
) -> tuple[FloatArray, NDArray[np.uint8], dict[int, int]]:
    """Choose one person's face through the clip; count the faces of each frame, and say which was chosen."""
    detections = [
        linking.drop_duplicates(found, min_distance=settings.duplicate_distance) for found in faces.detections
    ]
    tracklets = linking.link(
        detections,
        max_jump=settings.face_max_jump,
        max_absence_s=settings.face_max_absence_s,
        max_size_ratio=settings.person_size_ratio,
    )
    person = linking.follow_person(
        tracklets,
        size_ratio=settings.person_size_ratio,
        max_distance=settings.person_max_distance,
        max_step=settings.face_max_jump,
        max_absence_s=settings.person_max_absence_s,
    )
    choice = {detection.frame: detection.index for tracklet in person for detection in tracklet.detections}
    followed = faces.chosen(choice)
    return followed, np.array([len(found) for found in detections], dtype=np.uint8), choice


def _follow_hands(
    times_s: NDArray[np.float64],
    hands: Sequence[Sequence[SeenHand]],
    face_px: FloatArray,
    *,
    mirrored: bool,
    settings: TrackingSettings,
) -> tuple[FloatArray, FloatArray]:
    """Give the patient's own hands their sides."""
    face_centre, face_width = _face_place(face_px)
    detections = []
    for i, found in enumerate(hands):
        candidates = []
        for k, hand in enumerate(found):
            points = hand.points_px[:, :2].astype(float)
            right = 1.0 - hand.looks_right if mirrored else hand.looks_right
            right = float(np.clip(right, 0.02, 0.98))
            candidates.append(
                Detection(
                    i,
                    float(times_s[i]),
                    points[list(HAND_CENTRE)].mean(axis=0),
                    float(np.hypot(*(points[MIDDLE_MCP] - points[WRIST]))) or 1.0,
                    float(np.log(right / (1.0 - right))),
                    k,
                )
            )
        detections.append(linking.drop_duplicates(candidates, min_distance=settings.duplicate_distance))
    tracklets = linking.link(
        detections,
        max_jump=settings.hand_max_jump,
        max_absence_s=settings.hand_max_absence_s,
        vote_weight=settings.hand_vote_weight,
    )
    own = linking.own_hands(
        tracklets,
        face_centre,
        face_width,
        reach_faces=settings.hand_reach_faces,
        palm_to_face=(settings.palm_to_face_min, settings.palm_to_face_max),
    )
    hands_px = np.full((len(times_s), 2, N_HAND_POINTS, 3), np.nan, dtype=np.float32)
    hands_world_m = np.full_like(hands_px, np.nan)
    for side, chosen in zip((LEFT, RIGHT), linking.sides(own), strict=True):
        for tracklet in chosen:
            for detection in tracklet.detections:
                hand = hands[detection.frame][detection.index]
                hands_px[detection.frame, side] = hand.points_px
                hands_world_m[detection.frame, side] = hand.points_world_m
    return hands_px, hands_world_m


def _face_place(face_px: FloatArray) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Centre and width of the face in each frame; where it was not seen, those of the nearest frame in which it was.

    All NaN if it was seen too rarely to say whose the hands are.
    """
    n = len(face_px)
    seen = np.flatnonzero(np.isfinite(face_px[:, 0, 0]))
    if seen.size <= linking.MIN_FACE_SHARE * n:
        return np.full((n, 2), np.nan), np.full(n, np.nan)
    after = np.clip(np.searchsorted(seen, np.arange(n)), 0, seen.size - 1)
    before = np.clip(after - 1, 0, seen.size - 1)
    frames = np.arange(n)
    nearest = np.where(
        np.abs(seen[after] - frames) < np.abs(seen[before] - frames), seen[after], seen[before]
    )
    # Summed in double precision without a copy of every point in it, which would outweigh the tracks themselves.
    centre = face_px[:, :, :2].mean(axis=1, dtype=np.float64)
    edges = face_px[:, (FACE_LEFT_EDGE, FACE_RIGHT_EDGE), :2].astype(float)
    width = np.hypot(*(edges[:, 1] - edges[:, 0]).T)
    return centre[nearest], width[nearest]
