"""Surfaces drawn by VTK into a picture, without a display: vertices and colours in, pixels out.

The light is computed here and not by VTK: colours are taken out of sRGB, lit by a key light that wraps around as it
does in skin, a fill and the surroundings, given a highlight, and put back into sRGB.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
PictureArray = NDArray[np.uint8]

_NEAR_MM, _FAR_MM = 60.0, 6000.0


@dataclass(frozen=True)
class Light:
    """What a face is lit by; directions point from the face to the light, as the camera sees it.

    Attributes
    ----------
    key_from, fill_from : tuple of float
        x to the right, y up, z to the camera.
    key, fill, above, below : tuple of float
        Linear red, green and blue of the two lights and of the surroundings over and under the person.
    background : float
        How bright what is behind the person is.
    """

    key_from: tuple[float, float, float]
    key: tuple[float, float, float]
    fill_from: tuple[float, float, float]
    fill: tuple[float, float, float]
    above: tuple[float, float, float]
    below: tuple[float, float, float]
    background: float = 1.0


LIGHTS = {
    "room": Light(
        key_from=(-0.35, 0.6, 0.75), key=(0.92, 0.88, 0.82),
        fill_from=(0.8, 0.1, 0.6), fill=(0.20, 0.21, 0.24),
        above=(0.30, 0.30, 0.31), below=(0.17, 0.15, 0.14),
    ),
    "window": Light(
        key_from=(-0.85, 0.3, 0.5), key=(1.05, 1.05, 1.08),
        fill_from=(0.8, 0.1, 0.6), fill=(0.16, 0.15, 0.14),
        above=(0.26, 0.27, 0.30), below=(0.15, 0.14, 0.13),
    ),
    "overhead": Light(
        key_from=(0.1, 0.95, 0.45), key=(0.90, 0.90, 0.84),
        fill_from=(-0.6, 0.0, 0.8), fill=(0.22, 0.22, 0.22),
        above=(0.30, 0.30, 0.29), below=(0.16, 0.16, 0.16),
    ),
    "lamp": Light(
        key_from=(0.6, 0.35, 0.7), key=(0.85, 0.70, 0.52),
        fill_from=(-0.8, 0.1, 0.6), fill=(0.16, 0.14, 0.12),
        above=(0.22, 0.19, 0.16), below=(0.13, 0.11, 0.09), background=0.7,
    ),
    "backlight": Light(
        key_from=(0.3, 0.6, -0.7), key=(0.90, 0.92, 0.95),
        fill_from=(-0.5, 0.2, 0.8), fill=(0.12, 0.12, 0.12),
        above=(0.14, 0.14, 0.15), below=(0.08, 0.08, 0.08), background=2.2,
    ),
}  # fmt: skip
"""A room with a lamp ahead, a window at the side, light from the ceiling, a warm lamp, a window behind the person."""

_LIGHT = """
  const vec3 keyFrom = normalize(vec3(%(key_from)s));
  const vec3 fillFrom = normalize(vec3(%(fill_from)s));
  vec3 wrap = mood.b * vec3(0.45, 0.22, 0.16);
  vec3 keyed = clamp((vec3(dot(n, keyFrom)) + wrap) / (1.0 + wrap), 0.0, 1.0) * vec3(%(key)s);
  float filled = clamp(dot(n, fillFrom) * 0.7 + 0.3, 0.0, 1.0);
  vec3 around = mix(vec3(%(below)s), vec3(%(above)s), n.y * 0.5 + 0.5);
  float away = 1.0 - clamp(dot(n, toEye), 0.0, 1.0);
  float shine = clamp(dot(n, normalize(keyFrom + toEye)), 0.0, 1.0);
  shine *= shine; shine *= shine; shine *= shine;
  float sharp = shine * shine; sharp *= sharp; sharp *= sharp; sharp *= sharp;
  shine = mix(shine * 0.055, sharp * 1.3, mood.g * mood.g);
  away *= away;
  vec3 lit = keyed * mix(0.35, 1.0, mood.r) + (filled * vec3(%(fill)s) + around) * mood.r;
  vec3 glare = (shine * vec3(%(key)s) + away * away * 0.05 * vec3(%(above)s)) * (mood.r * min(mood.g * 4.0, 1.0));
"""
_AT_VERTEX = """
  vec3 n = normalMC * vec3(1.0, -1.0, -1.0);
  vec3 toEye = normalize(-vertexMC.xyz) * vec3(1.0, -1.0, -1.0);
  vec3 mood = scalarColor.rgb;
"""
_AT_PIXEL = """
  vec3 n = normalVCVSOutput;
  vec3 toEye = normalize(-vertexVC.xyz);
  vec3 mood = vertexColorVSOutput.rgb;
"""
_COLOUR = """
  vec3 albedo = texture(actortexture, tcoordVCVSOutput.st).rgb;
  fragOutput0 = vec4(sqrt(clamp(albedo * albedo * lit + glare, 0.0, 1.0)), 1.0);
"""
_CUT = """
  if (vertexColorVSOutput.b < 0.5) discard;
"""
_TOLD = """
  float told = texture(actortexture, tcoordVCVSOutput.st).r > 0.5 ? %(value)d.0 : %(dark)d.0;
  fragOutput0 = vec4(vec3(told / 255.0), 1.0);
"""


class Surface:
    """One mesh that is drawn, whose vertices change from picture to picture.

    Parameters
    ----------
    triangles : ndarray, shape (t, 3), int64
    uv : ndarray, shape (v, 2)
        Where each vertex lies in the texture, v downwards, both from 0 to 1.
    texture : ndarray, shape (h, w, 3), uint8
    two_sided : bool
        Whether it is seen from behind, too.
    """

    def __init__(
        self, triangles: IntArray, uv: FloatArray, texture: PictureArray, *, two_sided: bool = False
    ) -> None:
        from vtkmodules.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray
        from vtkmodules.vtkCommonCore import vtkPoints
        from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
        from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper

        n = len(uv)
        self._places = np.zeros((n, 3), np.float32)
        self._normals = np.zeros((n, 3), np.float32)
        self._shades = np.full((n, 3), 255, np.uint8)
        self._arrays: list[Any] = [numpy_to_vtk(a) for a in (self._places, self._normals, self._shades)]
        self._points = vtkPoints()
        self._points.SetData(self._arrays[0])
        mesh = vtkPolyData()
        mesh.SetPoints(self._points)
        self._arrays[1].SetName("normals")
        self._arrays[2].SetName("shades")
        mesh.GetPointData().SetNormals(self._arrays[1])
        mesh.GetPointData().SetScalars(self._arrays[2])
        downwards = np.stack([uv[:, 0], 1 - uv[:, 1]], axis=1).astype(np.float32)
        mesh.GetPointData().SetTCoords(numpy_to_vtk(downwards, deep=True))
        cells = vtkCellArray()
        cells.SetData(3, numpy_to_vtkIdTypeArray(np.ascontiguousarray(triangles).ravel(), deep=True))
        mesh.SetPolys(cells)
        self._mesh = mesh
        mapper = vtkPolyDataMapper()
        mapper.SetInputData(mesh)
        self.actor = vtkActor()
        self.actor.SetMapper(mapper)
        self.actor.ForceOpaqueOn()
        self.actor.GetProperty().SetBackfaceCulling(not two_sided)
        self._texture = _texture(texture)
        self.actor.SetTexture(self._texture)

    def place(self, vertices: FloatArray, normals: FloatArray) -> None:
        """Put the vertices, shape (v, 3), and the directions in which the surface faces there."""
        self._places[:] = vertices
        self._normals[:] = normals
        for array in self._arrays[:2]:
            array.Modified()
        self._points.Modified()
        self._mesh.Modified()

    def shade(self, shades: PictureArray) -> None:
        """Set how open to light, glossy and translucent each vertex is, shape (v, 3)."""
        self._shades[:] = shades
        self._arrays[2].Modified()
        self._mesh.Modified()

    def look(self, light: Light, *, cut: bool = False, fine: bool = False) -> None:
        """Light the surface.

        Parameters
        ----------
        light : Light
        cut : bool
            Leave out what is marked as cut, and let nothing shine through.
        fine : bool
            Reckon the light at every pixel and not only at the vertices: for highlights smaller than the mesh.
        """
        code = _LIGHT % {name: _glsl(getattr(light, name)) for name in _LIGHT_NAMES}
        if cut:
            code = code.replace("mood.b", "0.15")
        properties = self.actor.GetShaderProperty()
        properties.ClearAllShaderReplacements()
        if fine:
            self._fragment((_CUT if cut else "") + _AT_PIXEL + code + _COLOUR)
            return
        here, tag = "//VTK::Normal::Dec", "//VTK::Normal::Impl"
        passed = ("vec3 litVSOutput;", "vec3 glareVSOutput;")
        properties.AddVertexShaderReplacement(
            here, True, "\n".join([here, *(f"out {p}" for p in passed)]), False
        )
        properties.AddFragmentShaderReplacement(
            here, True, "\n".join([here, *(f"in {p}" for p in passed)]), False
        )
        handed = "litVSOutput = lit; glareVSOutput = glare;\n"
        properties.AddVertexShaderReplacement(tag, True, f"{tag}\n{{\n{_AT_VERTEX}{code}{handed}}}\n", False)
        self._fragment(
            (_CUT if cut else "") + "vec3 lit = litVSOutput; vec3 glare = glareVSOutput;" + _COLOUR
        )

    def tell(self, value: int, *, cut: bool = False) -> None:
        """Draw the surface in one flat value; one step higher where its texture is dark (as lips are, in skin)."""
        self.actor.GetShaderProperty().ClearAllShaderReplacements()
        self._fragment((_CUT if cut else "") + _TOLD % {"value": value, "dark": 2 * value})

    def _fragment(self, code: str) -> None:
        properties = self.actor.GetShaderProperty()
        properties.AddFragmentShaderReplacement("//VTK::Light::Impl", True, code, False)
        properties.AddFragmentShaderReplacement("//VTK::TCoord::Impl", True, "", False)


_LIGHT_NAMES = ("key_from", "key", "fill_from", "fill", "above", "below")


class Canvas:
    """A picture that surfaces are drawn on by a pinhole camera at the origin, looking along z with y down.

    Parameters
    ----------
    width_px, height_px : int
    focal_px : float
        Pixels per unit of x/z. The axis passes through the middle of the picture.
    """

    def __init__(self, width_px: int, height_px: int, focal_px: float) -> None:
        from vtkmodules.vtkRenderingCore import vtkRenderer

        self.width_px, self.height_px = width_px, height_px
        self._window = _window()
        self._window.SetOffScreenRendering(1)
        self._window.SetMultiSamples(0)
        self._window.SetSize(width_px, height_px)
        self._renderer = vtkRenderer()
        self._window.SetAlphaBitPlanes(1)
        self._renderer.SetBackground(0, 0, 0)
        self._renderer.SetBackgroundAlpha(0.0)
        self._window.AddRenderer(self._renderer)
        camera = self._renderer.GetActiveCamera()
        camera.SetPosition(0, 0, 0)
        camera.SetFocalPoint(0, 0, 1)
        camera.SetViewUp(0, -1, 0)
        camera.SetViewAngle(float(np.degrees(2 * np.arctan(height_px / 2 / focal_px))))
        camera.SetClippingRange(_NEAR_MM, _FAR_MM)

    def add(self, surface: Surface) -> None:
        """Draw a surface from now on."""
        self._renderer.AddActor(surface.actor)

    def draw(self) -> PictureArray:
        """Draw, shape (height_px, width_px, 4), uint8, RGB and how much is covered; black where nothing is."""
        from vtkmodules.util.numpy_support import vtk_to_numpy
        from vtkmodules.vtkCommonCore import vtkUnsignedCharArray

        self._window.Render()
        pixels = vtkUnsignedCharArray()
        self._window.GetRGBACharPixelData(0, 0, self.width_px - 1, self.height_px - 1, 1, pixels)
        flat: PictureArray = vtk_to_numpy(pixels)
        return flat.reshape(self.height_px, self.width_px, 4)[::-1]

    def close(self) -> None:
        """Give the memory back."""
        self._window.Finalize()


def _window() -> Any:
    from vtkmodules import vtkRenderingOpenGL2
    from vtkmodules.vtkRenderingCore import vtkRenderWindow

    without_display = sys.platform.startswith("linux") and not os.environ.get("DISPLAY")
    if without_display and hasattr(vtkRenderingOpenGL2, "vtkEGLRenderWindow"):
        return vtkRenderingOpenGL2.vtkEGLRenderWindow()
    return vtkRenderWindow()


def _texture(picture: PictureArray) -> Any:
    from vtkmodules.util.numpy_support import numpy_to_vtk
    from vtkmodules.vtkCommonDataModel import vtkImageData
    from vtkmodules.vtkRenderingCore import vtkTexture

    image = vtkImageData()
    image.SetDimensions(picture.shape[1], picture.shape[0], 1)
    image.GetPointData().SetScalars(numpy_to_vtk(picture[::-1].reshape(-1, 3).copy(), deep=True))
    texture = vtkTexture()
    texture.SetInputData(image)
    texture.InterpolateOn()
    return texture


def _glsl(numbers: tuple[float, float, float]) -> str:
    return ", ".join(f"{number:.6f}" for number in numbers)
