"""Who a virtual person is: everything that does not change during an examination."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from numbers import Real
from typing import Any, Literal, get_args

import numpy as np

from tdscreen.errors import InputError

Sex = Literal["female", "male"]
Build = Literal["slim", "average", "heavy"]
Origin = Literal["african", "asian", "european", "mixed"]
Hair = Literal["none", "cropped", "short", "bob", "long"]
Beard = Literal["none", "stubble", "full"]

ORIGINS: tuple[str, ...] = ("african", "asian", "european")
IRIS_MM, IRIS_SD_MM = 11.7, 0.5
"""Width of the visible iris in nearly everyone (Ruefer et al. 2005)."""

MONK_TONES = {
    1: "#f6ede4", 2: "#f3e7db", 3: "#f7ead0", 4: "#eadaba", 5: "#d7bd96",
    6: "#a07e56", 7: "#825c43", 8: "#604134", 9: "#3a312a", 10: "#292420",
}  # fmt: skip
"""Monk Skin Tone Scale (Monk 2019, published by Google 2022)."""

_HAIR_COLOURS = {
    "black": "#15110f", "dark brown": "#2b1c14", "brown": "#4a3020", "fair": "#9a7444",
    "red": "#6d3219", "grey": "#8b8884", "white": "#cfccc6",
}  # fmt: skip
_CLOTHES = (
    "#3c4a5c", "#5a6b52", "#7a3b3b", "#8a8f98", "#2e3238", "#b9b2a3", "#476a86", "#6a5374", "#a3764c", "#d6d3cd",
)  # fmt: skip
_IRISES = ("#3b2414", "#4b2f18", "#6b4a22", "#5d6b3c", "#5f7f94", "#7c8a93")
_LIPS = ("#a8574f", "#b5675c", "#9c4f4c", "#b0605f")
_LIPSTICKS = ("#a3202c", "#8e2438", "#b3364a", "#7d1f2a")


@dataclass(frozen=True)
class Person:
    """A virtual person.

    Attributes
    ----------
    seed : int
        Of everything that is drawn at random about the person, texture and shape of the face included.
    age_years : float
    sex, build, origin : str
    origin_shares : tuple of float
        Of :data:`ORIGINS`, summing to 1.
    monk_tone : int
        1 (lightest) to 10, of the Monk scale.
    iris_mm : float
        True diameter of each iris.
    iris_rgb, lip_rgb, hair_rgb, cloth_rgb : str
        Colours as ``#rrggbb``. That of the lips is before the skin's own tone is mixed in.
    lipstick : bool
    teeth : {"full", "none"}
    tongue_redness : float
        0 pale to 1 red.
    beard : {"none", "stubble", "full"}
    glasses : bool
    hair : {"none", "cropped", "short", "bob", "long"}
    brow_strength : float
        0 faint to 1 dark.
    roughness : float
        How strongly the skin is mottled, 1 as in most.
    """

    seed: int
    age_years: float
    sex: Sex
    build: Build
    origin: Origin
    origin_shares: tuple[float, float, float]
    monk_tone: int
    iris_mm: float
    iris_rgb: str
    lip_rgb: str
    lipstick: bool
    teeth: Literal["full", "none"]
    tongue_redness: float
    beard: Beard
    glasses: bool
    hair: Hair
    hair_rgb: str
    brow_strength: float
    cloth_rgb: str
    roughness: float

    def random(self, what: str) -> np.random.Generator:
        """Give the person's own source of chance for one matter, the same each time it is asked for."""
        return np.random.default_rng([self.seed, *what.encode("ascii")])


def sample_person(seed: int, **fixed: Any) -> Person:
    """Draw a person by chance.

    Each attribute has its own source of chance, so fixing one leaves the others as they were.

    Parameters
    ----------
    seed : int
        Not below 0.
    **fixed
        Attributes of :class:`Person` that shall be as given. A fixed ``origin`` fixes its shares, too.

    Raises
    ------
    ValueError
        If there is no such attribute.
    InputError
        If there are no people with such a value of it.
    """
    unknown = sorted(set(fixed) - {field.name for field in fields(Person)} | ({"seed"} & set(fixed)))
    if unknown:
        raise ValueError(f"a person has no attribute {', '.join(unknown)} to fix")
    _refuse_impossible(fixed)

    def draw(what: str, how: Callable[[np.random.Generator], Any]) -> Any:
        return fixed[what] if what in fixed else how(np.random.default_rng([seed, *what.encode("ascii")]))

    age = float(draw("age_years", lambda r: round(r.uniform(20, 85), 1)))
    sex = draw("sex", lambda r: str(r.choice(["female", "male"])))
    tone = int(draw("monk_tone", lambda r: r.integers(1, 11)))
    origin = draw("origin", lambda r: _origin(r, tone))
    grey = float(np.clip((age - 45) / 30, 0, 0.9))
    light = tone <= 4 and origin in ("european", "mixed")
    female, old = sex == "female", age > 60
    return Person(
        seed=seed,
        age_years=age,
        sex=sex,
        build=draw("build", lambda r: str(r.choice(["slim", "average", "heavy"], p=[0.3, 0.45, 0.25]))),
        origin=origin,
        origin_shares=draw("origin_shares", lambda r: _shares(r, origin)),
        monk_tone=tone,
        iris_mm=draw("iris_mm", lambda r: round(float(np.clip(r.normal(IRIS_MM, IRIS_SD_MM), 10.4, 13.0)), 2)),
        iris_rgb=draw("iris_rgb", lambda r: str(r.choice(_IRISES if light else _IRISES[:2]))),
        lip_rgb=draw("lip_rgb", lambda r: str(r.choice(_LIPS))),
        lipstick=draw("lipstick", lambda r: bool(female and r.random() < 0.2)),
        teeth=draw("teeth", lambda r: "none" if r.random() < (0.3 if old else 0.05) else "full"),
        tongue_redness=draw("tongue_redness", lambda r: round(float(r.random()), 3)),
        beard=draw("beard", lambda r: _beard(r, female)),
        glasses=draw("glasses", lambda r: bool(r.random() < 0.2)),
        hair=draw("hair", lambda r: _hair(r, female, old)),
        hair_rgb=draw("hair_rgb", lambda r: _hair_colour(r, grey, light)),
        brow_strength=draw("brow_strength", lambda r: round(float(r.uniform(0.35, 1.0)), 3)),
        cloth_rgb=draw("cloth_rgb", lambda r: str(r.choice(_CLOTHES))),
        roughness=draw("roughness", lambda r: _roughness(r, age)),
    )  # fmt: skip


_ONE_OF: dict[str, tuple[Any, ...]] = {
    "sex": get_args(Sex),
    "build": get_args(Build),
    "origin": get_args(Origin),
    "teeth": ("full", "none"),
    "beard": get_args(Beard),
    "hair": get_args(Hair),
    "glasses": (True, False),
    "lipstick": (True, False),
}
_FROM_TO = {
    "age_years": (18.0, 100.0),
    "iris_mm": (8.0, 16.0),
    "tongue_redness": (0.0, 1.0),
    "brow_strength": (0.0, 1.0),
    "roughness": (0.0, 5.0),
}


def _refuse_impossible(fixed: Mapping[str, Any]) -> None:
    """Say in a sentence which value of an attribute no virtual person has."""
    for what, value in fixed.items():
        if what in _ONE_OF:
            kinds = _ONE_OF[what]
            good = any(type(value) is type(kind) and value == kind for kind in kinds)
            meant = " or ".join(str(kind).lower() if isinstance(kind, bool) else str(kind) for kind in kinds)
        elif what == "monk_tone":
            good = _is_number(value) and value in MONK_TONES
            meant = "a whole number from 1 to 10"
        elif what in _FROM_TO:
            low, high = _FROM_TO[what]
            good = _is_number(value) and low <= value <= high
            meant = f"a number from {low:g} to {high:g}"
        elif what == "origin_shares":
            good = (
                isinstance(value, (list, tuple))
                and len(value) == len(ORIGINS)
                and all(_is_number(share) and 0 <= share <= 1 for share in value)
                and abs(sum(value) - 1) < 1e-3
            )
            meant = f"three numbers that add up to 1, for {', '.join(ORIGINS)}"
        else:
            good = isinstance(value, str) and re.fullmatch("#[0-9a-fA-F]{6}", value) is not None
            meant = "a colour such as #3b2414"
        if not good:
            raise InputError(f"A person's {what} is {meant}, not {value!r}.")


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def _origin(random: np.random.Generator, tone: int) -> str:
    """Darker tones are more often of African faces; every tone occurs with every origin."""
    dark = (tone - 1) / 9
    odds = np.array([0.1 + 0.6 * dark, 0.25, 0.1 + 0.6 * (1 - dark), 0.25])
    return str(random.choice(["african", "asian", "european", "mixed"], p=odds / odds.sum()))


def _shares(random: np.random.Generator, origin: str) -> tuple[float, float, float]:
    drawn = random.dirichlet([1.5, 1.5, 1.5])
    if origin != "mixed":
        drawn = 0.15 * drawn + 0.85 * (np.array(ORIGINS) == origin)
    return float(drawn[0]), float(drawn[1]), float(drawn[2])


def _beard(random: np.random.Generator, female: bool) -> str:
    return "none" if female else str(random.choice(["none", "stubble", "full"], p=[0.5, 0.3, 0.2]))


def _roughness(random: np.random.Generator, age_years: float) -> float:
    """Skins differ by a factor of two or so in real clips, and old skin is rougher."""
    own = np.clip(np.exp(random.normal(0, 0.3)), 0.55, 1.8)
    return round(float(own + 0.2 * max(age_years - 50, 0) / 35), 3)


def _hair(random: np.random.Generator, female: bool, old: bool) -> str:
    if female:
        return str(random.choice(["cropped", "short", "bob", "long"], p=[0.1, 0.25, 0.35, 0.3]))
    bald = 0.35 if old else 0.12
    return str(random.choice(["none", "cropped", "short"], p=[bald, 0.35, 0.65 - bald]))


def _hair_colour(random: np.random.Generator, grey: float, light: bool) -> str:
    if random.random() < grey:
        return _HAIR_COLOURS[str(random.choice(["grey", "white"], p=[0.65, 0.35]))]
    names = ["black", "dark brown", "brown", "fair", "red"]
    return _HAIR_COLOURS[
        str(random.choice(names, p=[0.15, 0.3, 0.3, 0.2, 0.05] if light else [0.6, 0.35, 0.05, 0, 0]))
    ]


def rgb(colour: str) -> tuple[float, float, float]:
    """Parts of a colour, each from 0 to 1."""
    return (int(colour[1:3], 16) / 255, int(colour[3:5], 16) / 255, int(colour[5:7], 16) / 255)
