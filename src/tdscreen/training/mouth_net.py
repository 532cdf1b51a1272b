"""The small network that tells tongue, teeth, lips and dark apart: one table of layers, for jax and for ONNX.

An encoder and a decoder with skip connections (Ronneberger et al. 2015) on half of the crop's resolution; the last
layer gives each of its places the classes of 2 x 2 pixels, a map for each edge of the lips, of which the mean place is
taken (soft argmax: Luvizon et al. 2019), and where from there the tongue's tip seems to lie, with a map that says which
places to ask.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tdscreen.geometry.mouth import CROP_HEIGHT, CROP_WIDTH
from tdscreen.tracking.mouth import CLASSES, EDGES, TIP

if TYPE_CHECKING:
    import jax

Weights: TypeAlias = dict[str, Any]
"""Kernels ``<layer>.kernel`` of shape (3, 3, in, out) and offsets ``<layer>.bias`` of shape (out,); while it learns
also ``<layer>.scale`` of shape (out,), by which what a layer gives is multiplied once it has been normed."""

SMALLEST_SPREAD = 0.02
"""Added to the spread of a crop's brightness before it is divided by, so that noise alone is not blown up."""
TINY_VARIANCE = 1e-4
_OPSET, _IR_VERSION = 17, 8


@dataclass(frozen=True)
class Layer:
    """A convolution of 3 x 3.

    Attributes
    ----------
    name : str
    channels : int
        That it gives.
    below : str
        Layer it works on.
    beside : str or None
        Finer layer that is put beside the one below, which is then doubled in size first.
    stride : int
    active : bool
        Negative values become 0.
    """

    name: str
    channels: int
    below: str
    beside: str | None = None
    stride: int = 1
    active: bool = True


MAPS = (4 * len(CLASSES), len(EDGES), 1, len(TIP))
"""How many maps the last layer gives for the classes, the edges, whom to ask for the tip, and what is said of it."""
LAYERS = (
    Layer("half", 16, "crops", stride=2),
    Layer("half_2", 16, "half"),
    Layer("quarter", 32, "half_2", stride=2),
    Layer("quarter_2", 32, "quarter"),
    Layer("eighth", 48, "quarter_2", stride=2),
    Layer("eighth_2", 48, "eighth"),
    Layer("sixteenth", 64, "eighth_2", stride=2),
    Layer("sixteenth_2", 64, "sixteenth"),
    Layer("up_eighth", 48, "sixteenth_2", beside="eighth_2"),
    Layer("up_quarter", 32, "up_eighth", beside="quarter_2"),
    Layer("up_half", 24, "up_quarter", beside="half_2"),
    Layer("maps", sum(MAPS), "up_half", active=False),
)
_CHANNELS = {"crops": 3} | {layer.name: layer.channels for layer in LAYERS}


def initial_weights(seed: int) -> Weights:
    """Draw weights as He et al. 2015, to learn from."""
    rng = np.random.default_rng(seed)
    drawn: Weights = {}
    for layer in LAYERS:
        inputs = _CHANNELS[layer.below] + (_CHANNELS[layer.beside] if layer.beside else 0)
        spread = (2.0 / (9 * inputs)) ** 0.5
        kernel = rng.normal(0.0, spread, (3, 3, inputs, layer.channels))
        drawn[f"{layer.name}.kernel"] = kernel.astype(np.float32)
        drawn[f"{layer.name}.bias"] = np.zeros(layer.channels, dtype=np.float32)
        if layer.active:
            drawn[f"{layer.name}.scale"] = np.ones(layer.channels, dtype=np.float32)
    return drawn


def folded(weights: Weights, crops: jax.Array) -> Weights:
    """Put what the layers' sums are on average into the weights, so that each crop is looked at by itself.

    Parameters
    ----------
    weights : Weights
        That have learnt.
    crops : jax.Array, shape (n, 96, 64, 3)
        Some hundred.

    Returns
    -------
    Weights
        Without scales.
    """
    sums: dict[str, tuple[Any, Any]] = {}
    forward(weights, crops, sums=sums)
    plain: Weights = {}
    for layer in LAYERS:
        kernel, bias = (np.asarray(weights[f"{layer.name}.{part}"]) for part in ("kernel", "bias"))
        if layer.active:
            mean, variance = (np.asarray(part) for part in sums[layer.name])
            gain = np.asarray(weights[f"{layer.name}.scale"]) / np.sqrt(variance + TINY_VARIANCE)
            kernel, bias = kernel * gain, bias - mean * gain
        plain |= {f"{layer.name}.kernel": kernel, f"{layer.name}.bias": bias}
    return plain


def forward(
    weights: Weights, crops: jax.Array, *, sums: dict[str, tuple[Any, Any]] | None = None
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Run the network in jax.

    Parameters
    ----------
    weights : Weights
        With scales, what each layer gives is normed over all the crops (batch normalisation: Ioffe and Szegedy 2015).
    crops : jax.Array, shape (n, 96, 64, 3), uint8 or float32
        0 to 255.
    sums : dict, optional
        Filled with the mean and the variance of what each layer gives before it is normed.

    Returns
    -------
    logits : jax.Array, shape (n, 96, 64, 5)
    edges : jax.Array, shape (n, 4, 2)
        Column and row in the crop.
    tip : jax.Array, shape (n, 3)
        Of the tongue, against the lower lip, in distances between the eyes.
    """
    import jax.numpy as jnp
    from jax import lax, nn

    # Each crop's own mean colour and contrast are taken out: light and camera are not the person's.
    light = crops.astype(jnp.float32) / 255.0
    light = light - light.mean(axis=(1, 2), keepdims=True)
    spread = jnp.sqrt((light**2).mean(axis=(1, 2, 3), keepdims=True))
    values: dict[str, Any] = {"crops": light / (spread + SMALLEST_SPREAD)}
    for layer in LAYERS:
        below = values[layer.below]
        if layer.beside is not None:
            below = jnp.repeat(jnp.repeat(below, 2, axis=1), 2, axis=2)
            below = jnp.concatenate([below, values[layer.beside]], axis=-1)
        kernel = weights[f"{layer.name}.kernel"]
        # Padding by hand: of an even side, "same" would pad differently from what the graph says.
        found = lax.conv_general_dilated(
            below,
            kernel,
            (layer.stride, layer.stride),
            ((1, 1), (1, 1)),
            dimension_numbers=("NHWC", "HWIO", "NHWC"),
        )
        scale = weights.get(f"{layer.name}.scale")
        if scale is not None:
            mean, variance = found.mean(axis=(0, 1, 2)), found.var(axis=(0, 1, 2))
            found = (found - mean) * (scale / jnp.sqrt(variance + TINY_VARIANCE))
            if sums is not None:
                sums[layer.name] = (mean, variance)
        found = found + weights[f"{layer.name}.bias"]
        values[layer.name] = nn.relu(found) if layer.active else found
    maps = values["maps"]
    n, height, width, _ = maps.shape
    fine, edge_maps, asked, told = jnp.split(maps, np.cumsum(MAPS)[:-1], axis=-1)
    fine = fine.reshape(n, height, width, 2, 2, len(CLASSES))
    logits = fine.transpose(0, 1, 3, 2, 4, 5).reshape(n, 2 * height, 2 * width, len(CLASSES))
    places = nn.softmax(edge_maps.reshape(n, height * width, len(EDGES)), axis=1)
    edges = jnp.einsum("npk,pc->nkc", places, jnp.asarray(_map_places()))
    asking = nn.softmax(asked.reshape(n, height * width), axis=1)
    tip = jnp.einsum("np,npk->nk", asking, told.reshape(n, height * width, len(TIP)))
    return logits, edges, tip


def _map_places() -> NDArray[np.float32]:
    """Column and row in the crop of each place of a map, shape (48 * 32, 2)."""
    rows, columns = np.mgrid[: CROP_HEIGHT // 2, : CROP_WIDTH // 2]
    places = np.stack([2 * columns.ravel() + 0.5, 2 * rows.ravel() + 0.5], axis=1)
    return np.asarray(places, dtype=np.float32)


def onnx_bytes(weights: Weights, about: dict[str, str]) -> bytes:
    """Write the network down as an ONNX graph.

    It takes ``crops``, uint8 of shape (n, 96, 64, 3), and gives ``classes``, float32 of shape (n, 5, 96, 64),
    ``edges``, float32 of shape (n, 4, 2), and ``tip``, float32 of shape (n, 3).

    Parameters
    ----------
    weights : Weights
    about : dict of str to str
        What the file says of itself.

    Returns
    -------
    bytes
        The same for the same weights.
    """
    from onnx import TensorProto, checker, helper, numpy_helper

    nodes: list[Any] = []
    held: list[Any] = []

    def constant(name: str, values: Any) -> str:
        held.append(numpy_helper.from_array(np.asarray(values), name))
        return name

    def node(operator: str, inputs: list[str], output: str, **attributes: Any) -> str:
        nodes.append(helper.make_node(operator, inputs, [output], name=output, **attributes))
        return output

    node("Cast", ["crops"], "crops_float", to=TensorProto.FLOAT)
    node("Transpose", ["crops_float"], "crops_by_channel", perm=[0, 3, 1, 2])
    node("Div", ["crops_by_channel", constant("full", np.float32(255.0))], "light")
    node("Sub", ["light", node("ReduceMean", ["light"], "mean", axes=[2, 3])], "contrast")
    node("Mul", ["contrast", "contrast"], "contrast_squared")
    node("Sqrt", [node("ReduceMean", ["contrast_squared"], "variance", axes=[1, 2, 3])], "spread")
    node("Add", ["spread", constant("smallest_spread", np.float32(SMALLEST_SPREAD))], "divisor")
    values = {"crops": node("Div", ["contrast", "divisor"], "normed")}
    constant("doubled", np.array([1, 1, 2, 2], dtype=np.float32))
    for layer in LAYERS:
        below = values[layer.below]
        if layer.beside is not None:
            larger = node(
                "Resize",
                [below, "", "doubled"],
                f"{layer.name}_doubled",
                mode="nearest",
                coordinate_transformation_mode="asymmetric",
                nearest_mode="floor",
            )
            below = node("Concat", [larger, values[layer.beside]], f"{layer.name}_beside", axis=1)
        kernel = np.transpose(np.asarray(weights[f"{layer.name}.kernel"], np.float32), (3, 2, 0, 1))
        constant(f"{layer.name}_kernel", np.ascontiguousarray(kernel))
        constant(f"{layer.name}_bias", np.asarray(weights[f"{layer.name}.bias"], np.float32))
        found = node(
            "Conv",
            [below, f"{layer.name}_kernel", f"{layer.name}_bias"],
            f"{layer.name}_sum",
            kernel_shape=[3, 3],
            strides=[layer.stride, layer.stride],
            pads=[1, 1, 1, 1],
        )
        values[layer.name] = node("Relu", [found], layer.name) if layer.active else found
    split = constant("split", np.array(MAPS, dtype=np.int64))
    pieces = ["fine", "edge_maps", "asked_maps", "told_maps"]
    nodes.append(helper.make_node("Split", [values["maps"], split], pieces, name="parted", axis=1))
    node("DepthToSpace", ["fine"], "logits", blocksize=2, mode="DCR")
    node("Softmax", ["logits"], "classes", axis=1)
    flat = constant("flat", np.array([0, 0, -1], dtype=np.int64))
    node("Softmax", [node("Reshape", ["edge_maps", flat], "edge_places")], "edge_shares", axis=2)
    node("MatMul", ["edge_shares", constant("places", _map_places())], "edges")
    node("Softmax", [node("Reshape", ["asked_maps", flat], "asked")], "asked_shares", axis=2)
    node("Mul", ["asked_shares", node("Reshape", ["told_maps", flat], "told")], "told_parts")
    # ReduceSum of this version of the operators takes its axes as an input.
    node("ReduceSum", ["told_parts", constant("last", np.array([2], dtype=np.int64))], "tip", keepdims=0)
    model = helper.make_model(
        helper.make_graph(
            nodes,
            about["name"],
            [helper.make_tensor_value_info("crops", TensorProto.UINT8, ["n", CROP_HEIGHT, CROP_WIDTH, 3])],
            [
                helper.make_tensor_value_info(
                    "classes", TensorProto.FLOAT, ["n", len(CLASSES), CROP_HEIGHT, CROP_WIDTH]
                ),
                helper.make_tensor_value_info("edges", TensorProto.FLOAT, ["n", len(EDGES), 2]),
                helper.make_tensor_value_info("tip", TensorProto.FLOAT, ["n", len(TIP)]),
            ],
            initializer=held,
        ),
        producer_name="tdscreen",
        opset_imports=[helper.make_opsetid("", _OPSET)],
        ir_version=_IR_VERSION,
    )
    helper.set_model_props(model, about)
    checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString(deterministic=True))
