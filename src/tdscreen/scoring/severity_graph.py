"""Write the first scoring model down as an ONNX graph: a table of millimetres and time, made continuous.

Run ``python -m tdscreen.scoring.severity_graph --out models/aims_severity_v1.onnx``. The bytes are the same
on every run. Needs the package ``onnx`` (the extra ``make``); scoring itself does not.

How the graph scores an item
----------------------------
1. *Levels.* Millimetres become an amplitude level ``u`` (0 none, 1 slight, 2 moderate, 3 large) and the share
   of time a time level ``v`` (0 none, 1 under 40 %, 2 40 to 75 %, 3 over 75 %). A level is whole at the
   centre of its cell, lies halfway at the edge between two cells, and is linear between.
2. *Latent severity* ``f(u, v)``: bilinear between the cells of ``SEVERITY_TABLE``. The table never falls
   along a row or column, so neither more amplitude nor more time ever lowers a score.
3. *Probabilities.* Proportional odds (McCullagh 1980): P(score >= k) = logistic(slope * (f - (k - 0.5))).
4. *Contributions.* Shapley values (Shapley 1953) of the two inputs against the reference cell "slight, under
   40 % of the time" (severity 1, AIMS "minimal, may be extreme normal"): each input's effect averaged over
   both orders. "Nothing moves" would not do as the reference: nothing moves without both, and each would
   always have half.

Everything is assumed: the AIMS names no size, and nothing was fitted on patients.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from tdscreen.scoring.model import FEATURE_SCHEMA, Scale
from tdscreen.vocabulary import Item

AMPLITUDE_SCALES: tuple[Scale, ...] = (
    Scale("facial_expression", Item.FACIAL_EXPRESSION, 1.5, 4.0),
    Scale("lips", Item.LIPS, 2.0, 5.0),
    Scale("jaw", Item.JAW, 3.0, 8.0),
    Scale("tongue", Item.TONGUE, 5.0, 15.0),
    Scale("upper_limbs.fingers", Item.UPPER_LIMBS, 8.0, 25.0),
    Scale("upper_limbs.wrist", Item.UPPER_LIMBS, 10.0, 40.0),
)
"""Assumed: the AIMS (Guy 1976) names no size, and the amplitudes of the CTI (Trosch 2024) have no unit."""

TIME_EDGES_PERCENT = (40.0, 75.0)
"""Shares of time that part the rows of the table (CTI, Trosch 2024)."""

TIME_FULL_LEVEL_1_PERCENT = 10.0
"""Share of time from which "under 40 %" counts in full. Below it the score rises in proportion, because
stillness itself exceeds a detection limit at its 95th percentile for about 5 % of the time (assumed)."""

SEVERITY_TABLE = ((0, 0, 0, 0), (0, 1, 1, 2), (0, 2, 2, 3), (0, 2, 3, 4))
"""Severity 0 to 4: rows are amplitude (none, slight, moderate, large), columns share of time (none, under 40
%, 40 to 75 %, over 75 %). Assumed."""

REFERENCE_LEVEL = 1
"""Both levels of the cell against which contributions are told: slight, under 40 % of the time."""

SLOPE = 3.0
"""Slope of the proportional odds of each item, a spread of 0.6 points (pi / (sqrt(3) * 3)): about that of
trained raters on one item (assumed)."""

ITEMS: tuple[Item, ...] = tuple(dict.fromkeys(scale.item for scale in AMPLITUDE_SCALES))
METADATA: dict[str, str] = {
    "name": "aims_severity",
    "version": "1",
    "date": "2026-11-23",
    "status": "not fitted on patients",
    "feature_schema": FEATURE_SCHEMA,
    "table_source": "assumed",
    "items": json.dumps([str(item) for item in ITEMS]),
    "amplitude_scales": json.dumps(
        [
            {
                "name": scale.name,
                "item": str(scale.item),
                "slight_to_mm": scale.slight_to_mm,
                "moderate_to_mm": scale.moderate_to_mm,
            }
            for scale in AMPLITUDE_SCALES
        ]
    ),
    "time_edges_percent": json.dumps(TIME_EDGES_PERCENT),
    "reference": "slight, under 40% of the time",
    "intended_use": "Research use. An estimate to support a clinician's own examination.",
}

_RISES = (1.0, 0.5, 0.5, 0.5, 0.5)
_OPSET = 17
_IR_VERSION = 8


def amplitude_knots_mm(scale: Scale) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Start and width of the five stretches in which the amplitude level rises, by 1, 1/2, 1/2, 1/2 and 1/2.

    Parameters
    ----------
    scale : Scale

    Returns
    -------
    starts, widths : ndarray, shape (5,), float64
        In mm. The centre of "large", which has no upper edge, is taken half a moderate cell above its lower
        edge.
    """
    slight, moderate = scale.slight_to_mm, scale.moderate_to_mm
    half_cell = (moderate - slight) / 2.0
    starts = np.array([0.0, slight / 2.0, slight, slight + half_cell, moderate])
    widths = np.array([slight / 2.0, slight / 2.0, half_cell, half_cell, half_cell])
    return starts, widths


def time_knots_percent() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Start and width of the five stretches in which the time level rises, as for the amplitude.

    Returns
    -------
    starts, widths : ndarray, shape (5,), float64
        In percent of assessed time.
    """
    low, high = TIME_EDGES_PERCENT
    centres = (low / 2.0, (low + high) / 2.0, (high + 100.0) / 2.0)
    starts = np.array([0.0, centres[0], low, centres[1], high])
    ends = np.array([TIME_FULL_LEVEL_1_PERCENT, low, centres[1], high, centres[2]])
    return starts, ends - starts


class _Graph:
    """Collects the nodes and initialisers of a graph, naming each value as it is made."""

    def __init__(self) -> None:
        from onnx import helper, numpy_helper

        self._helper = helper
        self._numpy_helper = numpy_helper
        self.nodes: list[Any] = []
        self.initialisers: list[Any] = []

    def constant(self, name: str, values: Any, *, dtype: type = np.float64) -> str:
        """Add an initialiser and return its name."""
        self.initialisers.append(self._numpy_helper.from_array(np.asarray(values, dtype=dtype), name))
        return name

    def node(self, operator: str, inputs: list[str], output: str, **attributes: Any) -> str:
        """Add a node with one output and return the output's name."""
        self.nodes.append(self._helper.make_node(operator, inputs, [output], name=output, **attributes))
        return output


def _level(
    graph: _Graph, values: str, starts: NDArray[np.float64], widths: NDArray[np.float64], name: str
) -> str:
    """Piecewise linear level of (n, scales) values: the sum of rises, each clipped to its own stretch."""
    column = graph.node("Unsqueeze", [values, "last_axis"], f"{name}_column")
    above = graph.node("Sub", [column, graph.constant(f"{name}_starts", starts)], f"{name}_above_start")
    share = graph.node("Div", [above, graph.constant(f"{name}_widths", widths)], f"{name}_share")
    clipped = graph.node("Clip", [share, "zero", "one"], f"{name}_share_clipped")
    risen = graph.node("Mul", [clipped, "rises"], f"{name}_risen")
    return graph.node("ReduceSum", [risen, "last_axis"], name, keepdims=0)


def _weights(graph: _Graph, level: str, name: str) -> str:
    """Weights (n, scales, 4) of the whole levels about a level: linear interpolation as hat functions."""
    column = graph.node("Unsqueeze", [level, "last_axis"], f"{name}_level_column")
    away = graph.node("Abs", [graph.node("Sub", [column, "whole_levels"], f"{name}_minus")], f"{name}_away")
    return graph.node("Relu", [graph.node("Sub", ["one", away], f"{name}_near")], name)


def _dot(graph: _Graph, left: str, right: str, name: str) -> str:
    """Sum over the last axis of a product."""
    return graph.node(
        "ReduceSum", [graph.node("Mul", [left, right], f"{name}_product"), "last_axis"], name, keepdims=0
    )


def build_model() -> Any:
    """Build the graph.

    Returns
    -------
    onnx.ModelProto
        Inputs, for each scale: ``<scale>.amplitude_mm`` and ``<scale>.percent_time_moving``, float64 of shape
        (n,) for n sets of evidence, NaN for "not seen". Outputs, float64: ``severity`` (n, items),
        ``probabilities`` (n, items, 5), ``contributions`` (n, inputs) and ``baseline`` (items,). What was not
        seen is NaN in each. Where both scales of the upper limbs are given, the worse counts, and the other
        contributes nothing.
    """
    from onnx import TensorProto, checker, helper

    graph = _Graph()
    scales, items = len(AMPLITUDE_SCALES), len(ITEMS)
    last_axis, first_axis = [-1], [1]
    graph.constant("last_axis", last_axis, dtype=np.int64)
    graph.constant("first_axis", first_axis, dtype=np.int64)
    for name, value in (("zero", 0.0), ("one", 1.0), ("half", 0.5), ("nan", np.nan), ("not_seen", -1.0)):
        graph.constant(name, value)
    graph.constant("rises", _RISES)
    graph.constant("whole_levels", np.arange(4.0))
    table = np.asarray(SEVERITY_TABLE, dtype=np.float64)
    graph.constant("severity_table", table)

    inputs: list[str] = []
    columns: dict[str, list[str]] = {"amplitude_mm": [], "percent_time_moving": []}
    for scale in AMPLITUDE_SCALES:
        for quantity, parts in columns.items():
            feature = f"{scale.name}.{quantity}"
            inputs.append(feature)
            parts.append(graph.node("Unsqueeze", [feature, "first_axis"], f"{feature}.column"))
    amplitude = graph.node("Concat", columns["amplitude_mm"], "amplitude", axis=1)
    time = graph.node("Concat", columns["percent_time_moving"], "time", axis=1)
    missing = graph.node(
        "Or",
        [graph.node("IsNaN", [amplitude], "amplitude_missing"), graph.node("IsNaN", [time], "time_missing")],
        "missing",
    )
    amplitude = graph.node("Where", [missing, "zero", amplitude], "amplitude_seen")
    time = graph.node("Where", [missing, "zero", time], "time_seen")

    knots = [amplitude_knots_mm(scale) for scale in AMPLITUDE_SCALES]
    amplitude_level = _level(
        graph, amplitude, np.stack([k[0] for k in knots]), np.stack([k[1] for k in knots]), "amplitude_level"
    )
    time_level = _level(graph, time, *time_knots_percent(), "time_level")
    by_amplitude = _weights(graph, amplitude_level, "amplitude_weights")
    by_time = _weights(graph, time_level, "time_weights")

    row = graph.node("MatMul", [by_amplitude, "severity_table"], "severity_by_time")
    severity = _dot(graph, row, by_time, "scale_severity")
    graph.constant("reference_column", table[:, REFERENCE_LEVEL])
    graph.constant("reference_row", table[REFERENCE_LEVEL, :])
    amplitude_alone = _dot(graph, by_amplitude, "reference_column", "amplitude_alone")
    time_alone = _dot(graph, by_time, "reference_row", "time_alone")
    baseline = float(table[REFERENCE_LEVEL, REFERENCE_LEVEL])
    graph.constant("reference_severity", baseline)

    amplitude_first = graph.node("Sub", [amplitude_alone, "reference_severity"], "amplitude_first")
    amplitude_second = graph.node("Sub", [severity, time_alone], "amplitude_second")
    of_amplitude = graph.node(
        "Mul",
        [graph.node("Add", [amplitude_first, amplitude_second], "amplitude_both"), "half"],
        "of_amplitude",
    )
    departure = graph.node("Sub", [severity, "reference_severity"], "departure")
    of_time = graph.node("Sub", [departure, of_amplitude], "of_time")

    # The upper limbs have two scales, of which the worse counts; the other items have one.
    marked = graph.node("Where", [missing, "not_seen", severity], "scale_severity_or_not_seen")
    owner = np.array([[scale.item == item for item in ITEMS] for scale in AMPLITUDE_SCALES])
    graph.constant("scale_of_item", owner.T, dtype=np.bool_)
    spread = graph.node("Unsqueeze", [marked, "first_axis"], "severity_by_item_row")
    candidates = graph.node("Where", ["scale_of_item", spread, "not_seen"], "severity_by_item_and_scale")
    item_marked = graph.node("ReduceMax", [candidates], "item_severity_or_not_seen", axes=[-1], keepdims=0)
    item_missing = graph.node("Less", [item_marked, "zero"], "item_missing")
    graph.node("Where", [item_missing, "nan", item_marked], "severity")

    first_scales = [next(i for i, s in enumerate(AMPLITUDE_SCALES) if s.item == item) for item in ITEMS]
    others = [i for i in range(scales) if i not in first_scales]
    graph.constant("scale_item_index", [ITEMS.index(s.item) for s in AMPLITUDE_SCALES], dtype=np.int64)
    item_of_scale = graph.node("Gather", [item_marked, "scale_item_index"], "item_severity_of_scale", axis=1)
    outdone = graph.node("Less", [marked, item_of_scale], "outdone")
    # Of two equal scales the first speaks, or the item would be explained twice.
    graph.constant("is_second_scale", [i in others for i in range(scales)], dtype=np.bool_)
    graph.constant("partner", [first_scales[ITEMS.index(s.item)] for s in AMPLITUDE_SCALES], dtype=np.int64)
    first_marked = graph.node("Gather", [marked, "partner"], "first_scale_severity", axis=1)
    no_worse = graph.node(
        "And",
        ["is_second_scale", graph.node("LessOrEqual", [marked, first_marked], "not_above_first")],
        "tied_or_below_first",
    )
    silent = graph.node("Or", [outdone, no_worse], "silent")
    pair = []
    for name in (of_amplitude, of_time):
        heard = graph.node("Where", [silent, "zero", name], f"{name}_heard")
        told = graph.node("Where", [missing, "nan", heard], f"{name}_or_nan")
        pair.append(graph.node("Unsqueeze", [told, "last_axis"], f"{name}_column"))
    stacked = graph.node("Concat", pair, "contributions_by_scale", axis=2)
    graph.constant("flat_shape", [0, 2 * scales], dtype=np.int64)
    graph.node("Reshape", [stacked, "flat_shape"], "contributions")

    graph.constant("thresholds", np.arange(4.0) + 0.5)
    graph.constant("slopes", np.full((items, 1), SLOPE))
    severity_column = graph.node("Unsqueeze", [item_marked, "last_axis"], "item_severity_column")
    beyond = graph.node("Sub", [severity_column, "thresholds"], "beyond_threshold")
    at_least = graph.node("Sigmoid", [graph.node("Mul", [beyond, "slopes"], "log_odds")], "at_least")
    ends = graph.node("Mul", [severity_column, "zero"], "zeros_column")
    upper = graph.node(
        "Concat", [graph.node("Add", [ends, "one"], "ones_column"), at_least], "at_least_k", axis=2
    )
    lower = graph.node("Concat", [at_least, ends], "at_least_k_plus_1", axis=2)
    probabilities = graph.node("Sub", [upper, lower], "probabilities_of_seen")
    missing_column = graph.node("Unsqueeze", [item_missing, "last_axis"], "item_missing_column")
    graph.node("Where", [missing_column, "nan", probabilities], "probabilities")
    graph.node("Identity", [graph.constant("item_baselines", np.full(items, baseline))], "baseline")

    double = TensorProto.DOUBLE
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "aims_severity",
            [helper.make_tensor_value_info(name, double, ["n"]) for name in inputs],
            [
                helper.make_tensor_value_info("severity", double, ["n", items]),
                helper.make_tensor_value_info("probabilities", double, ["n", items, 5]),
                helper.make_tensor_value_info("contributions", double, ["n", 2 * scales]),
                helper.make_tensor_value_info("baseline", double, [items]),
            ],
            initializer=graph.initialisers,
        ),
        producer_name="tdscreen",
        opset_imports=[helper.make_opsetid("", _OPSET)],
        ir_version=_IR_VERSION,
    )
    helper.set_model_props(model, METADATA)
    checker.check_model(model, full_check=True)
    return model


def model_bytes() -> bytes:
    """Return the model file's bytes, the same on every run."""
    return bytes(build_model().SerializeToString(deterministic=True))


@click.command(help="Write the first scoring model.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="File to write.")
def main(out: Path) -> None:
    """Write the model file and print its SHA-256, which the settings must name."""
    import hashlib

    content = model_bytes()
    out.write_bytes(content)
    click.echo(f"{hashlib.sha256(content).hexdigest()}  {out}")


if __name__ == "__main__":
    main()
