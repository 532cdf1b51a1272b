"""A person, a programme and a phone become a clip, with what is true of it beside it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tdscreen.errors import InputError
from tdscreen.phantom import extras, truth
from tdscreen.phantom.body import Body
from tdscreen.phantom.calibration import Calibration
from tdscreen.phantom.clip import write_clip
from tdscreen.phantom.drawing import LIGHTS
from tdscreen.phantom.performance import Performance, perform
from tdscreen.phantom.person import Person, sample_person
from tdscreen.phantom.phone import Phone, Sensor, phone_from_json, picture_times
from tdscreen.phantom.pose import Pose
from tdscreen.phantom.presets import programme_of
from tdscreen.phantom.programme import Programme, from_json, to_json
from tdscreen.phantom.scene import Scene
from tdscreen.phantom.true_signals import face_signals, hand_signals, head_signals
from tdscreen.vocabulary import Side

FloatArray = NDArray[np.float64]
Picture = NDArray[np.uint8]

GENERATION = 4
"""Raised when the same specification gives another clip than before, so that old ones are not taken for it."""
Framing = Literal["face", "seated", "lap"]
_TRUTH_HZ = 40.0
_SIDEWAYS = ("side_shift", "head.sideways", "head.turn", "head.tilt", "wrist_sideways")
"""Signals that a mirror turns round."""
_LINEAR = ((np.arange(256) / 255.0) ** 2.2).astype(np.float32)


@dataclass(frozen=True)
class ClipSpec:
    """Everything that a clip is made from.

    Attributes
    ----------
    name : str
        Of the files, without an ending.
    preset : str or None
        One of :data:`tdscreen.phantom.presets.PRESETS`; not read if there is a programme, which it may then describe.
    programme : Programme or None
    person_seed : int
        0 to 499 for development and thresholds; from 1000 on for the measurement card.
    person_fixed : mapping of str to object
        Attributes of the person that are not left to chance.
    phone : Phone
    seed : int
        Of the courses, the noise and the hand that holds the phone.
    duration_s : float
        Of a preset; a programme has its own.
    degraded : str or None
        The quality check that must refuse the clip.
    extra : {"mask", "hand_on_mouth", "second_person"} or None
        What spoils a clip beside the phone.
    """

    name: str
    preset: str | None = None
    programme: Programme | None = None
    person_seed: int = 0
    person_fixed: Mapping[str, Any] = field(default_factory=dict)
    phone: Phone = field(default_factory=Phone)
    seed: int = 0
    duration_s: float = 15.0
    degraded: str | None = None
    extra: extras.Extra | None = None

    def __post_init__(self) -> None:
        if not self.name or Path(self.name).name != self.name:
            raise InputError(f"A clip's name is a file's name without a folder, not {self.name!r}.")
        if (self.preset is None) and (self.programme is None):
            raise InputError("A clip needs a preset or a programme.")

    def what(self) -> Programme:
        """Give the programme: its own, or the preset's."""
        if self.programme is not None:
            return self.programme
        assert self.preset is not None
        return programme_of(self.preset, duration_s=self.duration_s, seed=self.seed)

    def to_json(self) -> dict[str, Any]:
        """Give all of it as plain JSON."""
        plain = dataclasses.asdict(self)
        plain["programme"] = None if self.programme is None else to_json(self.programme)
        return plain

    def sha256(self) -> str:
        """Give a hash of everything that the pictures and the truth depend on; the name is not among it."""
        plain = self.to_json() | {"programme": to_json(self.what()), "generation": GENERATION}
        del plain["name"]
        return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


def spec_from_json(plain: Mapping[str, Any]) -> ClipSpec:
    """Read a specification from plain JSON.

    Raises
    ------
    InputError
        If a field is unknown or out of range.
    """
    known = {one.name for one in dataclasses.fields(ClipSpec)}
    unknown = sorted(set(plain) - known)
    if unknown:
        raise InputError(f"A clip has no {unknown[0]!r}. It has {', '.join(sorted(known))}.")
    given = dict(plain)
    if given.get("programme") is not None:
        given["programme"] = from_json(given["programme"])
    given["phone"] = phone_from_json(given.get("phone", {}))
    return ClipSpec(**given)


@dataclass(frozen=True)
class ClipPaths:
    """The files of one clip."""

    clip: Path
    truth: Path
    tracks: Path


def paths_of(name: str, folder: Path) -> ClipPaths:
    """Say where the files of a clip are, made or not."""
    return ClipPaths(folder / f"{name}.mp4", folder / f"{name}.truth.json", folder / f"{name}.truth.parquet")


def is_made(spec: ClipSpec, folder: Path) -> bool:
    """Tell whether a clip is there already, made from just this specification."""
    paths = paths_of(spec.name, folder)
    if not (paths.clip.is_file() and paths.truth.is_file() and paths.tracks.is_file()):
        return False
    return _is_filmed(spec, paths) and _told(paths).get("told_by") == truth.EDITION


def _is_filmed(spec: ClipSpec, paths: ClipPaths) -> bool:
    """Tell whether a clip that is there was filmed from this specification, whatever is told of it."""
    return bool(_told(paths).get("spec_sha256") == spec.sha256())


def is_another(spec: ClipSpec, folder: Path) -> bool:
    """Tell whether a finished clip of this name is there that was filmed from another specification."""
    paths = paths_of(spec.name, folder)
    return paths.clip.is_file() and "spec_sha256" in _told(paths) and not _is_filmed(spec, paths)


def _told(paths: ClipPaths) -> dict[str, Any]:
    """Read what is told of a clip; nothing if it was cut short while it was written, and the clip is then made anew."""
    try:
        return dict(json.loads(paths.truth.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError):
        return {}


def make_clip(
    spec: ClipSpec, folder: Path, *, on_progress: Callable[[int, int], None] | None = None
) -> ClipPaths:
    """Make a clip and its truth; one that is there already, from just this specification, is kept.

    Parameters
    ----------
    spec : ClipSpec
    folder : Path
        Made if it is not there.
    on_progress : callable, optional
        Told how many pictures are done, and of how many.

    Returns
    -------
    ClipPaths

    Raises
    ------
    InputError
        If the person cannot do what the programme asks, or the files cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _made(spec, folder, on_progress)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise InputError(
            f"{spec.name}.mp4 could not be written to the folder {folder}: {why}. Is the disk full, or is there "
            "no right to write there? Make room or choose another folder, and run the same again."
        ) from error


def _made(spec: ClipSpec, folder: Path, on_progress: Callable[[int, int], None] | None) -> ClipPaths:
    paths = paths_of(spec.name, folder)
    if is_made(spec, folder):
        return paths
    try:
        person = sample_person(spec.person_seed, **spec.person_fixed)
    except (ValueError, TypeError) as error:
        raise InputError(f"There is no such person: {error}.") from error
    programme = spec.what()
    if paths.clip.is_file() and paths.tracks.is_file() and _is_filmed(spec, paths):
        body = Body(person)
        _write_truth(
            paths,
            _what_is_true(spec, person, body, _performance(spec, programme, body)),
            camera=_told(paths)["camera"],
        )
        return paths
    phone = spec.phone
    if phone.lighting not in LIGHTS:
        raise InputError(f"There is no light {phone.lighting!r}. There is {', '.join(LIGHTS)}.")
    times_s = picture_times(phone, programme.duration_s, np.random.default_rng([spec.seed, 5]))
    framing = phone.framing or framing_of(programme)
    wide = phone.width // 2 if spec.extra == "second_person" else phone.width
    with Scene(
        person,
        wide,
        phone.height,
        framing=framing,
        distance_mm=phone.distance_mm,
        light=phone.lighting,
        tilt_deg=phone.tilt_deg,
        room_seed=phone.room_seed,
    ) as scene:
        performance = _performance(spec, programme, scene.body)
        distance_mm = float(np.linalg.norm(scene.camera.place_mm))
        sensor = Sensor(phone, times_s, distance_mm=distance_mm, rng=np.random.default_rng([spec.seed, 6]))
        film = _Film(spec, scene, sensor, performance, times_s)
        # The truth is written last: a clip without it was not finished.
        paths.truth.unlink(missing_ok=True)
        part = paths.clip.with_suffix(".part.mp4")
        try:
            write_clip(
                part,
                film.pictures(on_progress),
                times_s,
                codec=phone.codec,
                bit_rate=phone.bits_per_s,
                rotation_deg=phone.rotation_deg,
            )
            part.replace(paths.clip)
        finally:
            # Stopped or failed in the middle, what there is of it is of no use to anybody.
            part.unlink(missing_ok=True)
    table = _table(spec, scene.body, performance, times_s) | film.marks_px()
    pq.write_table(pa.table(table), paths.tracks)  # type: ignore[no-untyped-call]
    camera = dataclasses.asdict(phone) | {
        "fps": phone.fps,
        "distance_mm": distance_mm,
        "framing": framing,
        "mm_per_px": distance_mm / scene.camera.focal_px,
        "bit_rate": phone.bits_per_s,
        "shake": "none" if phone.shake_mm == 0 else "hand",
    }
    _write_truth(paths, _what_is_true(spec, person, scene.body, performance), camera=camera)
    return paths


def _write_truth(paths: ClipPaths, told: dict[str, Any], *, camera: dict[str, Any]) -> None:
    paths.truth.write_text(json.dumps(told | {"camera": camera}, indent=1, default=str), encoding="utf-8")


def framing_of(programme: Programme) -> Framing:
    """Say what must be in the picture for the hands to be seen."""
    places = {programme.left_hand.place, programme.right_hand.place}
    if places & {"on_knees", "stretched"}:
        return "lap"
    return "seated" if "raised" in places else "face"


def _performance(spec: ClipSpec, programme: Programme, body: Body) -> Performance:
    if spec.extra == "hand_on_mouth":
        programme = extras.with_hand_on_mouth(programme, body.marks)
    calibration = Calibration(body.marks, left=programme.left_hand.place, right=programme.right_hand.place)
    return perform(programme, calibration, seed=spec.seed)


class _Film:
    """The pictures of a clip, one after the other, and where the marks were in them."""

    def __init__(
        self, spec: ClipSpec, scene: Scene, sensor: Sensor, performance: Performance, times_s: FloatArray
    ) -> None:
        self._spec, self._scene, self._sensor = spec, scene, sensor
        self._performance, self._times_s = performance, times_s
        self._marks: list[dict[str, FloatArray]] = []

    def pictures(self, on_progress: Callable[[int, int], None] | None) -> Iterator[Picture]:
        """Film every picture."""
        phone, count = self._spec.phone, len(self._times_s)
        away = (np.arange(phone.exposures) - (phone.exposures - 1) / 2) / phone.exposures
        moments = self._times_s[:, None] + away * phone.shutter / phone.fps
        poses = self._performance.poses_at(np.maximum(moments.ravel(), 0.0))
        middle = self._performance.poses_at(self._times_s)
        beside = extras.beside(self._spec.extra, self._spec.person_seed, phone)
        try:
            for i in range(count):
                camera_mm, camera_deg = self._sensor.held_at(float(self._times_s[i]))
                marks = self._scene.marks_px(middle[i], camera_mm=camera_mm, camera_deg=camera_deg)
                self._marks.append(marks)
                parts = slice(i * phone.exposures, (i + 1) * phone.exposures)
                drawn = _averaged([self._drawn(p, m) for p, m in zip(poses[parts], moments[i], strict=True)])
                drawn = extras.add(self._spec.extra, drawn, marks, beside, middle[i])
                yield self._sensor.expose(drawn, i)
                if on_progress is not None:
                    on_progress(i + 1, count)
        finally:
            if beside is not None:
                beside.close()

    def _drawn(self, pose: Pose, moment_s: float) -> Picture:
        camera_mm, camera_deg = self._sensor.held_at(moment_s)
        return self._scene.draw(pose, camera_mm=camera_mm, camera_deg=camera_deg)

    def marks_px(self) -> dict[str, FloatArray]:
        """Where the marks were, as columns."""
        mirrored, width = self._spec.phone.mirrored, self._spec.phone.width
        out: dict[str, FloatArray] = {}
        for name, path in _paths(self._marks).items():
            out[f"px.{name}.x"] = width - path[:, 0] if mirrored else path[:, 0]
            out[f"px.{name}.y"] = path[:, 1]
        return out


def _paths(marks: list[dict[str, FloatArray]]) -> dict[str, FloatArray]:
    """Join the marks of all pictures, NaN where a hand is out of view."""
    names = dict.fromkeys(name for one in marks for name in one)
    size = len(next(iter(marks[0].values())))
    nowhere = np.full(size, np.nan)
    return {name: np.array([one.get(name, nowhere) for one in marks], dtype=np.float64) for name in names}


def _averaged(moments: list[Picture]) -> Picture:
    """Average the light of some moments: motion blur."""
    if len(moments) == 1:
        return moments[0]
    light = np.mean([_LINEAR[moment] for moment in moments], axis=0)
    return np.asarray(np.rint(255 * light ** (1 / 2.2)), dtype=np.uint8)


def _table(
    spec: ClipSpec, body: Body, performance: Performance, times_s: FloatArray
) -> dict[str, FloatArray]:
    """Give the true signals and marks at the times of the pictures, as columns."""
    seen, marks = signals_at(performance, body, times_s)
    if spec.phone.mirrored:
        for name in seen:
            if name.endswith(_SIDEWAYS):
                seen[name] = -seen[name]
    table: dict[str, FloatArray] = {"time_s": times_s, **seen}
    for name, path in marks.items():
        table |= {f"mark.{name}.{axis}": path[:, i] for i, axis in enumerate("xyz")}
    return table


def _what_is_true(spec: ClipSpec, person: Person, body: Body, performance: Performance) -> dict[str, Any]:
    """Tell what is true of the clip, but for the camera."""
    programme = performance.programme
    times_s = picture_times(spec.phone, programme.duration_s, np.random.default_rng([spec.seed, 5]))
    # What regions do is read at times of its own, so that it does not depend on when the phone looks.
    even_s = np.arange(round(programme.duration_s * _TRUTH_HZ)) / _TRUTH_HZ
    signals_of = even_signals(performance, body, even_s)
    return {
        "format": truth.FORMAT,
        "file": f"{spec.name}.mp4",
        "preset": spec.preset,
        "task": programme.task,
        "seed": spec.seed,
        "told_by": truth.EDITION,
        "spec_sha256": spec.sha256(),
        "spec": spec.to_json(),
        "person": dataclasses.asdict(person),
        "duration_s": programme.duration_s,
        "frames": len(times_s),
        "degraded": spec.degraded,
        "movements": truth.movements_json(performance),
        "regions": truth.regions_json(performance, even_s, signals_of),
        "tongue": truth.tongue_json(performance, even_s, signals_of(performance.moved)),
        "taps": truth.taps_json(performance),
        "blinks_s": performance.blinks_s.tolist(),
    }


def even_signals(performance: Performance, body: Body, times_s: FloatArray) -> truth.SignalsOf:
    """Say what is true at some times, without life, with the movements of some regions only.

    Parameters
    ----------
    performance : Performance
    body : Body
    times_s : ndarray, shape (n,)

    Returns
    -------
    callable
        Which tells the same choice of regions only once.
    """
    known: dict[frozenset[str], dict[str, FloatArray]] = {}

    def signals_of(moving: Collection[str]) -> dict[str, FloatArray]:
        those = frozenset(moving)
        if those not in known:
            known[those], _ = signals_at(performance, body, times_s, moving=those, life=False)
        return known[those]

    return signals_of


def signals_at(
    performance: Performance,
    body: Body,
    times_s: FloatArray,
    *,
    moving: Collection[str] | None = None,
    life: bool = True,
) -> tuple[dict[str, FloatArray], dict[str, FloatArray]]:
    """Say what is true at some times, without drawing it.

    Parameters
    ----------
    performance : Performance
    body : Body
    times_s : ndarray, shape (n,)
    moving : collection of str, optional
        Only movements of these regions; all without.
    life : bool
        With blinks, breath and sway.

    Returns
    -------
    signals : dict of str to ndarray, shape (n,)
    marks : dict of str to ndarray, shape (n, 3)
        NaN while a hand is out of view.
    """
    poses = performance.poses_at(times_s, moving=moving, life=life)
    # Nothing moves in many pictures, and marks cost a hundredth of a second where hands are in view.
    known: dict[str, dict[str, FloatArray]] = {}
    keys = [repr(pose) for pose in poses]
    for key, pose in zip(keys, poses, strict=True):
        if key not in known:
            known[key] = body.marks(pose)
    paths = _paths([known[key] for key in keys])
    out = face_signals(paths)
    for side in Side:
        if f"{side}_wrist" in paths:
            out |= hand_signals(paths, side)
    head_deg = np.array([pose.head_deg for pose in poses], dtype=np.float64)
    bridge = [
        body.to_body(bridge[None], pose)[0] for bridge, pose in zip(paths["bridge"], poses, strict=True)
    ]
    return out | head_signals(head_deg, np.array(bridge, dtype=np.float64)), paths
