"""What a mouth may do while it is looked at: poses for training, tongues that bend, widen and curl as they come out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from tdscreen.phantom.pose import Pose
from tdscreen.phantom.tongue import hung

FloatArray = NDArray[np.float64]

Act = Literal[
    "closed", "smile", "talk", "bite", "pucker", "open", "half_out", "out", "between_lips", "sideways"
]
SHARES: dict[Act, float] = {
    "closed": 0.12, "smile": 0.15, "talk": 0.19, "bite": 0.08, "pucker": 0.07, "open": 0.15,
    "half_out": 0.09, "out": 0.14, "between_lips": 0.08, "sideways": 0.05,
}  # fmt: skip
"""How often each is shown: about a third with the tongue out."""
_TIP_MM = 20.0
_PAST_TEETH = 0.6
"""About the amount of ``tongueOut`` at which the tip comes to the lips."""


@dataclass(frozen=True)
class MouthShape:
    """How a tongue is bent and where the teeth are, beside what the units do.

    Attributes
    ----------
    bend_deg : float
        By how much more than the person's own what lies before the lips hangs down; negative curls up.
    bend_over_mm : float
        Length over which it bends.
    width, height : float
        Factors.
    taper : float
        By how much the tip is narrower (or, negative, wider) than the rest, as a share.
    lift_mm : float
        Of the whole tongue within the mouth.
    upper_teeth_mm, lower_teeth_mm : float
        By how much they are lower and higher than the data have them, where they hardly show.
    """

    bend_deg: float = 0.0
    bend_over_mm: float = 12.0
    width: float = 1.0
    height: float = 1.0
    taper: float = 0.0
    lift_mm: float = 0.0
    upper_teeth_mm: float = 0.0
    lower_teeth_mm: float = 0.0


def draw_act(random: np.random.Generator) -> Act:
    """Draw what the mouth does."""
    acts: tuple[Act, ...] = get_args(Act)
    weights = np.array([SHARES[act] for act in acts])
    return acts[int(random.choice(len(acts), p=weights / weights.sum()))]


def draw_pose(act: Act, random: np.random.Generator) -> tuple[Pose, MouthShape]:
    """Draw one pose of an act, with the head a little turned.

    Parameters
    ----------
    act : Act
    random : Generator

    Returns
    -------
    Pose, MouthShape
    """

    def some(low: float, high: float) -> float:
        return float(random.uniform(low, high))

    def maybe(chance: float, low: float, high: float) -> float:
        return some(low, high) if random.random() < chance else 0.0

    units: dict[str, float] = {}
    side = 0.0
    if act == "closed":
        close = maybe(0.3, 0.05, 0.3)
        units |= {"jawOpen": close, "mouthClose": close}
        units |= {"mouthShrugLower": maybe(0.3, 0, 0.6), "mouthFrownLeft": maybe(0.2, 0, 0.8)}
    elif act == "smile":
        width = some(0.4, 1.1)
        units |= {"mouthSmileLeft": width * some(0.7, 1.1), "mouthSmileRight": width * some(0.7, 1.1)}
        lips = maybe(0.88, 0.3, 1.4)
        units |= {"mouthUpperUpLeft": lips, "mouthUpperUpRight": lips, "jawOpen": maybe(0.4, 0.02, 0.45)}
        units |= {"mouthLowerDownLeft": lips * some(0, 0.9), "mouthLowerDownRight": lips * some(0, 0.9)}
    elif act == "talk":
        units |= {
            "jawOpen": some(0, 0.55),
            "mouthFunnel": maybe(0.3, 0, 0.9),
            "mouthPucker": maybe(0.2, 0, 0.8),
        }
        lips = maybe(0.6, 0, 0.9)
        units |= {"mouthUpperUpLeft": lips * 0.7, "mouthUpperUpRight": lips * 0.7}
        units |= {"mouthLowerDownLeft": lips, "mouthLowerDownRight": lips, "tongueOut": maybe(0.4, 0, 0.4)}
        units |= {"mouthStretchLeft": maybe(0.3, 0, 0.8), "mouthStretchRight": maybe(0.3, 0, 0.8)}
    elif act == "bite":
        units |= {
            "mouthRollLower": some(0.5, 1.3),
            "jawOpen": some(0, 0.12),
            "mouthUpperUpLeft": maybe(0.6, 0, 0.7),
        }
        units |= {"mouthUpperUpRight": units["mouthUpperUpLeft"], "mouthRollUpper": maybe(0.2, 0, 0.9)}
    elif act == "pucker":
        units |= {
            "mouthPucker": some(0.3, 1.2),
            "mouthFunnel": maybe(0.5, 0, 1.0),
            "jawOpen": maybe(0.4, 0, 0.3),
        }
    elif act == "open":
        units |= {"jawOpen": some(0.2, 1.0), "tongueOut": some(-0.4, 0.45)}
        side = maybe(0.4, -10, 10)
    else:
        jaw = some(0.0, 0.12) if act == "between_lips" else some(0.04, 0.85)
        past = some(-0.4, 0.25) if act == "half_out" else some(0.08, 1.25)
        units |= {"jawOpen": jaw, "tongueOut": _PAST_TEETH + past}
        side = maybe(0.25, -8, 8)
        if act == "sideways":
            side = some(6, 20) * (1 if random.random() < 0.5 else -1)
        units |= {"mouthFunnel": maybe(0.2, 0, 0.4), "mouthPucker": maybe(0.2, 0, 0.4)}
        smile = maybe(0.15, 0, 0.6)
        units |= {"mouthSmileLeft": smile, "mouthSmileRight": smile}
    # A little of anything, beside.
    units["jawLeft" if random.random() < 0.5 else "jawRight"] = maybe(0.25, 0, 0.7)
    for name in (
        "mouthLeft",
        "mouthRight",
        "mouthDimpleLeft",
        "mouthDimpleRight",
        "noseSneerLeft",
        "cheekPuff",
    ):
        units[name] = units.get(name, 0.0) + maybe(0.08, 0, 0.6)
    shape = MouthShape(
        bend_deg=maybe(0.5, -35, 30) if random.random() < 0.96 else some(-80, -35),
        bend_over_mm=some(6, 25),
        width=some(0.75, 1.35),
        height=some(0.7, 1.3),
        taper=some(-0.15, 0.75),
        lift_mm=some(-4, 9) if act in ("open", "talk") else some(-2, 3),
        upper_teeth_mm=some(2, 11) if act == "smile" else maybe(0.7, 0, 8),
        lower_teeth_mm=maybe(0.5, -3, 4),
    )
    pose = Pose(
        units={name: value for name, value in units.items() if value},
        head_deg=(float(random.normal(0, 11)), float(random.normal(0, 9)), float(random.normal(0, 3))),
        tongue_side_mm=side,
    )
    return pose, shape


def shaped(tongue: FloatArray, shape: MouthShape, lip: FloatArray) -> FloatArray:
    """Bend a tongue.

    Parameters
    ----------
    tongue : ndarray, shape (v, 3)
        In the head's own frame: x to the picture's right, y down, z away from the camera.
    shape : MouthShape
    lip : ndarray, shape (3,)
        Inner edge of the lower lip, over which it hangs.

    Returns
    -------
    ndarray, shape (v, 3)
    """
    middle = np.array([tongue[:, 0].mean(), tongue[:, 1].mean(), 0.0])
    made = (tongue - middle) * np.array([shape.width, shape.height, 1.0]) + middle
    to_tip = np.clip(1.0 - (made[:, 2] - made[:, 2].min()) / _TIP_MM, 0.0, 1.0) ** 2
    made[:, 0] = middle[0] + (made[:, 0] - middle[0]) * (1.0 - shape.taper * to_tip)
    # Behind the lips it is lifted, at them it lies on the lower one.
    made[:, 1] -= shape.lift_mm * np.clip((made[:, 2] - lip[2]) / 15.0, 0.0, 1.0)
    return hung(made, lip, bend_deg=shape.bend_deg, over_mm=shape.bend_over_mm)
