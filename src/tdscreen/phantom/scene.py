"""A person before a camera: a pose becomes a picture, and the place of every mark in it.

The camera is a pinhole: a point at (x, y, z) millimetres in its own frame (x to the right, y down, z away) appears at
``width / 2 + focal_px * x / z``, ``height / 2 + focal_px * y / z``, counted from the outer corner of the first pixel.
``focal_px`` is 0.74 of the picture's longer side, as in the front cameras of phones (68 degrees across the longer
side); no lens distortion.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from tdscreen.phantom.body import Body, turn
from tdscreen.phantom.drawing import LIGHTS, Canvas, Surface
from tdscreen.phantom.looks import Looks
from tdscreen.phantom.person import Person
from tdscreen.phantom.pose import Pose, Vector

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
PictureArray = NDArray[np.uint8]

Framing = Literal["face", "seated", "lap"]
LABELS = ("other", "skin", "lip", "teeth", "tongue", "mouth")
"""What :meth:`Scene.labels` tells apart; the label is the place in this list."""

_LABEL_STEP = 40
FOCAL_SHARE = 0.74
_SHOWN_MM: dict[Framing, float] = {"face": 430.0, "seated": 800.0, "lap": 1180.0}
"""Height of the picture at the face."""
_EYES_AT: dict[Framing, float] = {"face": 0.40, "seated": 0.36, "lap": 0.27}
"""Where down the picture the bridge of the nose lies."""


@dataclass(frozen=True)
class Camera:
    """The camera and where it stands.

    Attributes
    ----------
    width_px, height_px : int
    focal_px : float
    turn : ndarray, shape (3, 3)
        From the body's frame to the camera's.
    place_mm : ndarray, shape (3,)
        Of the camera in the body's frame.
    """

    width_px: int
    height_px: int
    focal_px: float
    turn: FloatArray
    place_mm: FloatArray

    def see(self, points: FloatArray) -> FloatArray:
        """Bring points of the body's frame, shape (n, 3), into the camera's."""
        return np.asarray((points - self.place_mm) @ self.turn.T)

    def project(self, points: FloatArray) -> FloatArray:
        """Where points of the body's frame, shape (n, 3), appear, shape (n, 2), pixels."""
        seen = self.see(points)
        middle = np.array([self.width_px / 2, self.height_px / 2])
        return np.asarray(middle + self.focal_px * seen[:, :2] / seen[:, 2:])


class Scene:
    """One person, one room, one camera.

    Use it as a context manager, or call :meth:`close`.

    Parameters
    ----------
    person : Person
    width_px, height_px : int
    framing : {"face", "seated", "lap"}
        Head and shoulders; head to waist; head to knees, for hands at rest and stretched arms.
    distance_mm : float, optional
        From the camera to the bridge of the nose; what the framing asks for if not given.
    light : str
        One of :data:`tdscreen.phantom.drawing.LIGHTS`.
    tilt_deg : tuple of float
        Turn, nod and tilt of the camera, about itself; the face stays where the framing wants it.
    room_seed : int
        Of what is behind the person.
    oversampling : float
        Pixels are averaged from so many, each way.
    """

    def __init__(
        self,
        person: Person,
        width_px: int,
        height_px: int,
        *,
        framing: Framing = "seated",
        distance_mm: float | None = None,
        light: str = "room",
        tilt_deg: Vector = (0.0, 0.0, 0.0),
        room_seed: int = 0,
        oversampling: float = 1.5,
    ) -> None:
        self.person, self.body = person, Body(person)
        focal = FOCAL_SHARE * max(width_px, height_px)
        if distance_mm is None:
            distance_mm = focal * _SHOWN_MM[framing] / height_px
        looking = turn(tilt_deg).T
        seen = np.array([0.0, (_EYES_AT[framing] - 0.5) * height_px / focal * distance_mm, distance_mm])
        self.camera = Camera(width_px, height_px, focal, looking, -looking.T @ seen)
        size = round(width_px * oversampling), round(height_px * oversampling)
        self._canvas = Canvas(*size, focal * oversampling)
        self._looks = Looks(self.body, LIGHTS[light], room_seed)
        self._surfaces: dict[str, Surface] = {}
        for name, look in self._looks.items.items():
            texture = _as_fine_as(look.texture, look.texel_mm, distance_mm / focal / oversampling)
            surface = Surface(look.triangles, look.uv, texture, two_sided=look.two_sided)
            surface.shade(look.shades)
            surface.look(LIGHTS[light], cut=look.cut, fine=name.endswith("_eye"))
            self._surfaces[name] = surface
            self._canvas.add(surface)
        self._wall_seen: tuple[bytes, bytes] | None = None
        self._wall_picture: PictureArray = np.zeros((0, 0, 3), np.uint8)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the memory of the pictures back."""
        self._canvas.close()

    def draw(
        self, pose: Pose, *, camera_mm: Vector = (0.0, 0.0, 0.0), camera_deg: Vector = (0.0, 0.0, 0.0)
    ) -> PictureArray:
        """Draw a picture.

        Parameters
        ----------
        pose : Pose
        camera_mm, camera_deg : tuple of float
            By how much the camera has moved and turned from where the scene put it, as a hand shakes.

        Returns
        -------
        ndarray, shape (height_px, width_px, 3), uint8
            RGB.
        """
        camera = self.moved(camera_mm, camera_deg)
        self._place(pose, camera, self._surfaces)
        drawn = self._canvas.draw()
        size = (camera.width_px, camera.height_px)
        if drawn.shape[1::-1] != size:
            drawn = np.asarray(cv2.resize(drawn, size, interpolation=cv2.INTER_AREA), np.uint8)
        return _over(np.ascontiguousarray(drawn), self._wall(camera))

    def marks_px(
        self, pose: Pose, *, camera_mm: Vector = (0.0, 0.0, 0.0), camera_deg: Vector = (0.0, 0.0, 0.0)
    ) -> dict[str, FloatArray]:
        """Where each mark appears, shape (2,) each, whether or not something hides it."""
        marks = self.body.marks_in_body(pose)
        places = self.moved(camera_mm, camera_deg).project(np.stack(list(marks.values())))
        return dict(zip(marks, places, strict=True))

    def labels(
        self, pose: Pose, *, camera_mm: Vector = (0.0, 0.0, 0.0), camera_deg: Vector = (0.0, 0.0, 0.0)
    ) -> PictureArray:
        """Say of each pixel what it shows, at its middle.

        Returns
        -------
        ndarray, shape (height_px, width_px), uint8
            Places in :data:`LABELS`.
        """
        size = (self.camera.width_px, self.camera.height_px)
        canvas = Canvas(*size, self.camera.focal_px)
        surfaces = {}
        for name, look in self._looks.items.items():
            texture = self._looks.lip_map if name == "skin" else np.full((2, 2, 3), 255, np.uint8)
            surface = Surface(look.triangles, look.uv, texture, two_sided=look.two_sided)
            surface.shade(look.shades)
            surface.tell(LABELS.index(look.label) * _LABEL_STEP, cut=look.cut)
            surfaces[name] = surface
            canvas.add(surface)
        self._place(pose, self.moved(camera_mm, camera_deg), surfaces)
        told = canvas.draw()[:, :, 0] // _LABEL_STEP
        canvas.close()
        return np.ascontiguousarray(told)

    def moved(self, camera_mm: Vector, camera_deg: Vector) -> Camera:
        """Give the camera after a movement of its own."""
        still = self.camera
        turned = turn(camera_deg).T @ still.turn
        place = still.place_mm + still.turn.T @ np.asarray(camera_mm)
        return Camera(still.width_px, still.height_px, still.focal_px, turned, place)

    def _wall(self, camera: Camera) -> PictureArray:
        """Warp what is behind the person to how the camera sees it."""
        seen = (camera.turn.tobytes(), camera.place_mm.tobytes())
        if self._wall_seen != seen:
            corners, picture = self._looks.wall
            rows, columns = picture.shape[:2]
            ends = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float32)
            warp = cv2.getPerspectiveTransform(ends, camera.project(corners).astype(np.float32))
            warped = cv2.warpPerspective(
                picture,
                warp,
                (camera.width_px, camera.height_px),
                flags=cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_REPLICATE,
            )
            self._wall_seen, self._wall_picture = seen, np.asarray(warped, np.uint8)
        return self._wall_picture

    def _place(self, pose: Pose, camera: Camera, surfaces: dict[str, Surface]) -> None:
        for name, placed in self._looks.placed(pose).items():
            surface = surfaces[name]
            surface.actor.SetVisibility(placed is not None)
            if placed is not None:
                surface.place(camera.see(placed[0]), placed[1] @ camera.turn.T)


def _over(drawn: PictureArray, behind: PictureArray) -> PictureArray:
    """Lay a picture whose uncovered parts are black over another, shape (h, w, 3)."""
    cover = drawn[:, :, 3]
    picture = behind.copy()
    cv2.copyTo(np.ascontiguousarray(drawn[:, :, :3]), cover, picture)
    partly = np.flatnonzero((cover > 0) & (cover < 255))
    if len(partly):
        rest = 1 - cover.ravel()[partly, None] / 255.0
        flat = drawn.reshape(-1, 4)[partly, :3] + rest * behind.reshape(-1, 3)[partly]
        picture.reshape(-1, 3)[partly] = np.rint(flat).clip(0, 255)
    return picture


def _as_fine_as(texture: PictureArray, texel_mm: float, pixel_mm: float) -> PictureArray:
    """Make a texture as coarse as the picture's pixels: what is finer would flicker, and cost time."""
    share = 1.25 * texel_mm / pixel_mm
    if share >= 1 or min(texture.shape[:2]) < 64:
        return texture
    size = (max(int(texture.shape[1] * share), 32), max(int(texture.shape[0] * share), 32))
    return np.asarray(cv2.resize(texture, size, interpolation=cv2.INTER_AREA), np.uint8)
