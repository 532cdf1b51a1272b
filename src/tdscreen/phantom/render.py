"""A hand before a soft background, drawn without a display by VTK (by way of PyVista)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from tdscreen.phantom.hand import Hand

FloatArray = NDArray[np.float64]

_OVERSAMPLING = 2
_SKIN_RGB = np.array([222.0, 172.0, 144.0])
_SLEEVE_RGB = (0.24, 0.31, 0.42)


def render_hand(
    hand: Hand,
    poses_mm: Iterable[FloatArray],
    *,
    width_px: int,
    height_px: int,
    mm_per_px: float,
    distance_mm: float = 600.0,
    turn_deg: float = 0.0,
) -> Iterator[NDArray[np.uint8]]:
    """Draw a left hand, palm to the camera and fingers up, out of a sleeve.

    Parameters
    ----------
    hand : Hand
        Its triangles, and its place at rest, which the camera is set by.
    poses_mm : iterable of ndarray, shape (v, 3)
        Vertices in each picture.
    width_px, height_px : int
    mm_per_px : float
        Scale at the palm.
    distance_mm : float
        From the camera to the palm.
    turn_deg : float
        By how much the hand is turned about its long axis, away from facing the camera.

    Yields
    ------
    ndarray, shape (height_px, width_px, 3), uint8
        RGB.
    """
    import pyvista as pv

    faces = np.hstack([np.full((len(hand.triangles), 1), 3), hand.triangles]).ravel()
    plotter = pv.Plotter(
        off_screen=True, lighting="none", window_size=[width_px * _OVERSAMPLING, height_px * _OVERSAMPLING]
    )
    low, high = hand.vertices_mm.min(axis=0), hand.vertices_mm.max(axis=0)
    # The palm looks along +x, the fingers point along -y and the thumb along -z.
    middle = np.array([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2 + 8.0, (low[2] + high[2]) / 2])
    turn = np.deg2rad(turn_deg)
    towards = np.array([np.cos(turn), 0.0, np.sin(turn)])
    right = np.array([-np.sin(turn), 0.0, np.cos(turn)])
    up = np.array([0.0, -1.0, 0.0])
    plotter.camera.position = middle + distance_mm * towards
    plotter.camera.focal_point = middle
    plotter.camera.up = up
    plotter.camera.view_angle = float(np.rad2deg(2 * np.arctan(height_px * mm_per_px / 2 / distance_mm)))
    for offset, strength in (
        (900 * towards - 500 * right + 700 * up, 0.75),
        (800 * towards + 900 * right + 100 * up, 0.3),
        (200 * towards + 300 * right + 900 * up, 0.15),
    ):
        plotter.add_light(pv.Light(position=middle + offset, focal_point=middle, intensity=strength))
    plotter.add_light(pv.Light(light_type="headlight", intensity=0.12))
    plotter.renderer.set_background("#878f91", top="#b8bab8")

    sleeve = pv.Cylinder(
        center=(0, 0, 0), direction=(0, 1, 0), radius=1.0, height=120.0, resolution=96, capping=False
    )
    cut = hand.vertices_mm[hand.vertices_mm[:, 1] > high[1] - 12.0]
    half = np.ptp(cut, axis=0) / 2 * [1.5, 1.0, 1.25]
    sleeve.points = np.asarray(sleeve.points) * [half[0], 1.0, half[2]]
    sleeve.points += (cut.max(axis=0) + cut.min(axis=0)) / 2 * [1, 0, 1] + [0, high[1] - 14.0 + 60.0, 0]
    plotter.add_mesh(sleeve, color=_SLEEVE_RGB, ambient=0.3, diffuse=0.7, specular=0.0, smooth_shading=False)

    colour = _skin(hand.vertices_mm)
    actor = None
    rest_wrist = cut.mean(axis=0)
    sleeve_actor = list(plotter.actors.values())[-1]
    for vertices in poses_mm:
        surface = pv.PolyData(vertices, faces)
        surface["skin"] = colour
        surface = surface.clean(tolerance=1e-6).subdivide(2, subfilter="loop")
        surface["skin"] = np.clip(surface["skin"], 0, 255).astype(np.uint8)
        if actor is not None:
            plotter.remove_actor(actor, render=False)
        actor = plotter.add_mesh(
            surface,
            scalars="skin",
            rgb=True,
            smooth_shading=True,
            ambient=0.25,
            diffuse=0.8,
            specular=0.12,
            specular_power=12,
            render=False,
        )
        moved = vertices[hand.vertices_mm[:, 1] > high[1] - 12.0].mean(axis=0) - rest_wrist
        sleeve_actor.position = tuple(moved)
        plotter.render()
        large = np.asarray(plotter.screenshot(return_img=True), dtype=np.uint8)
        small = cv2.resize(large, (width_px, height_px), interpolation=cv2.INTER_AREA)
        yield np.asarray(small, dtype=np.uint8)
    plotter.close()


def _skin(vertices_mm: FloatArray) -> FloatArray:
    """Colour of each vertex: skin that is blotched a little, redder towards the fingertips; shape (v, 3)."""
    x, y, z = vertices_mm.T
    blotch = np.sin(x / 9 + 1) * np.sin(y / 11) + np.sin(z / 7 + 2) * np.sin(y / 6 + x / 8)
    towards_tip = np.clip(-y / 130, 0, 1)
    return np.asarray(
        _SKIN_RGB + blotch[:, None] * [5.0, 6.0, 5.0] + towards_tip[:, None] * np.array([2.0, -14.0, -12.0])
    )
