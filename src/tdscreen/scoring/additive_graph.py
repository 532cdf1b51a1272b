"""Write glass boxes down as an ONNX graph: the same sums as in ``additive``, with everything they need inside.

The bytes are the same on every run. Needs the package ``onnx`` (the extra ``make``); scoring itself does not.

Inputs are float64 of shape (n,), one a feature and by its name, NaN for "not seen". Outputs are float64:

``eta`` (n, items)
    Log-odds.
``severity`` (n, items)
    The same in points of the scale: see :meth:`tdscreen.scoring.additive.AdditiveItem.severity`.
``probabilities`` (n, items, scores)
``contributions`` (n, terms)
    Points by which each term moves its item from its baseline; baseline and contributions add up to the severity.
``baseline`` (items,)
    Severity of the reference, in points.

What no feature of an item was seen of is NaN in each.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tdscreen.errors import ModelError
from tdscreen.scoring.additive import AdditiveItem, evaluate, term_values

GRAPH_FORM = "tdscreen-additive-1"
"""What the outputs and the metadata of such a graph are."""

_OPSET = 17
_IR_VERSION = 8


def schema_sha256(features: Sequence[str], units: Mapping[str, str]) -> str:
    """Identify a set of features: their names and units, in any order.

    Parameters
    ----------
    features : sequence of str
    units : mapping of str to str

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    told = json.dumps(sorted((name, units[name]) for name in features))
    return hashlib.sha256(told.encode("utf-8")).hexdigest()


def build_model(
    items: Sequence[AdditiveItem],
    *,
    units: Mapping[str, str],
    ranges: Mapping[str, tuple[float, float]],
    metadata: Mapping[str, str],
) -> Any:
    """Build the graph of several items, which may share features.

    Parameters
    ----------
    items : sequence of AdditiveItem
        With different names and equally many scores.
    units : mapping of str to str
        Of each feature, as ``mm``.
    ranges : mapping of str to (float, float)
        Smallest and largest value of each feature in what the model was fitted on.
    metadata : mapping of str to str
        ``name``, ``version``, ``date``, ``status`` and ``training_data`` at least.

    Returns
    -------
    onnx.ModelProto

    Raises
    ------
    ModelError
        Items do not go together, or something about them is not said.
    """
    from onnx import TensorProto, checker, helper

    features = _checked_features(items, units, ranges, metadata)
    graph = _Graph()
    for name, value in (("zero", 0.0), ("one", 1.0), ("nan", np.nan)):
        graph.constant(name, value)
    graph.constant("column", [1], dtype=np.int64)
    for k, feature in enumerate(features):
        graph.node("IsNaN", [feature], f"f{k}.missing")
        graph.node("Where", [f"f{k}.missing", "zero", feature], f"f{k}.seen")
        graph.node("Unsqueeze", [f"f{k}.seen", "column"], f"f{k}.column")
    parts: dict[str, list[str]] = {name: [] for name in ("eta", "severity", "probabilities", "contributions")}
    baselines = []
    for index, item in enumerate(items):
        for name, output in _item(graph, item, index, features).items():
            parts[name].append(output)
        baselines.append(_baseline_points(item))
    for name, axis in (("eta", 1), ("severity", 1), ("probabilities", 1), ("contributions", 1)):
        graph.node("Concat", parts[name], name, axis=axis)
    graph.node("Identity", [graph.constant("baselines", baselines)], "baseline")

    double, scores = TensorProto.DOUBLE, len(items[0].thresholds) + 1
    terms = sum(len(item.terms) for item in items)
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "additive_items",
            [helper.make_tensor_value_info(name, double, ["n"]) for name in features],
            [
                helper.make_tensor_value_info("eta", double, ["n", len(items)]),
                helper.make_tensor_value_info("severity", double, ["n", len(items)]),
                helper.make_tensor_value_info("probabilities", double, ["n", len(items), scores]),
                helper.make_tensor_value_info("contributions", double, ["n", terms]),
                helper.make_tensor_value_info("baseline", double, [len(items)]),
            ],
            initializer=graph.initialisers,
        ),
        producer_name="tdscreen",
        opset_imports=[helper.make_opsetid("", _OPSET)],
        ir_version=_IR_VERSION,
    )
    helper.set_model_props(model, _told(items, features, units, ranges, metadata))
    checker.check_model(model, full_check=True)
    return model


def model_bytes(model: Any) -> bytes:
    """Return a model file's bytes, the same on every run."""
    return bytes(model.SerializeToString(deterministic=True))


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


def _item(graph: _Graph, item: AdditiveItem, index: int, features: Sequence[str]) -> dict[str, str]:
    """Add one item's nodes; returns the names of its part of each output."""
    at = {name: features.index(name) for name in item.features}
    unseen = [f"f{at[name]}.missing" for name in item.features]
    blind = unseen[0]
    for k, other in enumerate(unseen[1:], 1):
        blind = graph.node("And", [blind, other], f"i{index}.blind{k}")
    missing_row = graph.node("Unsqueeze", [blind, "column"], f"i{index}.blind")
    baseline = evaluate(item, np.array([item.reference])).baseline
    at_reference = _values_at_reference(item)
    columns = []
    for k, shape in enumerate(item.shapes):
        name, where = f"i{index}.t{k}", at[shape.feature]
        weights = _hats(graph, f"f{where}.column", shape.knots, f"{name}.hats")
        graph.constant(f"{name}.values", np.reshape(shape.values, (-1, 1)) - at_reference[k])
        found = graph.node("MatMul", [weights, f"{name}.values"], f"{name}.found")
        columns.append(
            _where_seen(graph, name, [f"f{where}.missing"], found, shape.missing - at_reference[k])
        )
    for k, one in enumerate(item.interactions, len(item.shapes)):
        name, (a, b) = f"i{index}.t{k}", (at[feature] for feature in one.features)
        by_a = _hats(graph, f"f{a}.column", one.knots_a, f"{name}.hats_a")
        by_b = _hats(graph, f"f{b}.column", one.knots_b, f"{name}.hats_b")
        graph.constant(f"{name}.values", np.asarray(one.values) - at_reference[k])
        rows = graph.node("MatMul", [by_a, f"{name}.values"], f"{name}.rows")
        product = graph.node("Mul", [rows, by_b], f"{name}.product")
        found = graph.node("ReduceSum", [product, "column"], f"{name}.found", keepdims=1)
        missing = [f"f{a}.missing", f"f{b}.missing"]
        columns.append(_where_seen(graph, name, missing, found, one.missing - at_reference[k]))
    told = graph.node("Concat", columns, f"i{index}.log_odds", axis=1)
    told = graph.node("Where", [missing_row, "nan", told], f"i{index}.log_odds_seen")
    summed = graph.node("ReduceSum", [told, "column"], f"i{index}.sum", keepdims=1)
    eta = graph.node("Add", [summed, graph.constant(f"i{index}.baseline", baseline)], f"i{index}.eta")
    scale = graph.constant(f"i{index}.points_per_log_odds", item.points_per_log_odds)
    points = graph.node("Mul", [told, scale], f"i{index}.contributions")
    moved = graph.node("ReduceSum", [points, "column"], f"i{index}.moved", keepdims=1)
    start = graph.constant(f"i{index}.baseline_points", _baseline_points(item))
    graph.constant(f"i{index}.thresholds", np.reshape(item.thresholds, (1, -1)))
    beyond = graph.node("Sub", [eta, f"i{index}.thresholds"], f"i{index}.beyond")
    reached = graph.node("Sigmoid", [beyond], f"i{index}.reached")
    none = graph.node("Mul", [eta, "zero"], f"i{index}.zeros")
    whole = graph.node("Add", [none, "one"], f"i{index}.ones")
    upper = graph.node("Concat", [whole, reached], f"i{index}.at_least_k", axis=1)
    lower = graph.node("Concat", [reached, none], f"i{index}.at_least_k_plus_1", axis=1)
    each = graph.node("Sub", [upper, lower], f"i{index}.scores")
    return {
        "eta": eta,
        "severity": graph.node("Add", [moved, start], f"i{index}.severity"),
        "probabilities": graph.node("Unsqueeze", [each, "column"], f"i{index}.probabilities"),
        "contributions": points,
    }


def _hats(graph: _Graph, column: str, knots: Sequence[float], name: str) -> str:
    """Share (n, knots) of each knot in the straight line between knots, the outermost alone beyond them."""
    if len(knots) == 1:
        zeros = graph.node("Mul", [column, "zero"], f"{name}.zeros")
        return graph.node("Add", [zeros, "one"], name)
    starts, widths = np.asarray(knots[:-1]), np.diff(knots)
    graph.constant(f"{name}.starts", starts[None])
    graph.constant(f"{name}.widths", widths[None])
    above = graph.node("Sub", [column, f"{name}.starts"], f"{name}.above")
    share = graph.node("Div", [above, f"{name}.widths"], f"{name}.share")
    risen = graph.node("Clip", [share, "zero", "one"], f"{name}.risen")
    # A knot's hat is what rises up to it, less what rises after it.
    steps = np.zeros((len(knots) - 1, len(knots)))
    for k in range(len(knots) - 1):
        steps[k, k], steps[k, k + 1] = -1.0, 1.0
    graph.constant(f"{name}.steps", steps)
    graph.constant(f"{name}.first", np.eye(len(knots))[:1])
    moved = graph.node("MatMul", [risen, f"{name}.steps"], f"{name}.moved")
    return graph.node("Add", [moved, f"{name}.first"], name)


def _where_seen(graph: _Graph, name: str, missing: list[str], found: str, otherwise: float) -> str:
    """Take what was found where all features were seen, and the constant elsewhere; (n, 1)."""
    some = missing[0]
    for other in missing[1:]:
        some = graph.node("Or", [some, other], f"{name}.some_missing")
    row = graph.node("Unsqueeze", [some, "column"], f"{name}.missing_row")
    return graph.node("Where", [row, graph.constant(f"{name}.otherwise", otherwise), found], name)


def _values_at_reference(item: AdditiveItem) -> list[float]:
    """Log-odds of each term at the item's reference."""
    return [float(value) for value in term_values(item, np.array([item.reference]))[0]]


def _baseline_points(item: AdditiveItem) -> float:
    return float(item.severity(sum(_values_at_reference(item))))


def _checked_features(
    items: Sequence[AdditiveItem],
    units: Mapping[str, str],
    ranges: Mapping[str, tuple[float, float]],
    metadata: Mapping[str, str],
) -> list[str]:
    if not items or len({item.item for item in items}) != len(items):
        raise ModelError("A model needs at least one item, and each a name of its own.")
    if len({len(item.thresholds) for item in items}) != 1:
        raise ModelError("All items of a model need equally many scores.")
    features = list(dict.fromkeys(name for item in items for name in item.features))
    if unknown := [name for name in features if name not in units or name not in ranges]:
        raise ModelError(f"The unit or the range of {unknown[0]} is not said.")
    if lacking := [k for k in ("name", "version", "date", "status", "training_data") if not metadata.get(k)]:
        raise ModelError(f"A model must say its {lacking[0]}.")
    return features


def _told(
    items: Sequence[AdditiveItem],
    features: Sequence[str],
    units: Mapping[str, str],
    ranges: Mapping[str, tuple[float, float]],
    metadata: Mapping[str, str],
) -> dict[str, str]:
    """Metadata of the file: what was given, and what the graph itself says."""
    return dict(metadata) | {
        "form": GRAPH_FORM,
        "features_sha256": schema_sha256(features, units),
        "units": json.dumps({name: units[name] for name in features}),
        "training_ranges": json.dumps({name: list(map(float, ranges[name])) for name in features}),
        "items": json.dumps([item.item for item in items]),
        "terms": json.dumps([[item.item, term] for item in items for term in item.terms]),
        "directions": json.dumps(
            {item.item: {s.feature: s.direction.name.lower() for s in item.shapes} for item in items}
        ),
        "references": json.dumps(
            {
                item.item: {
                    name: None if np.isnan(value) else value
                    for name, value in zip(item.features, item.reference, strict=True)
                }
                for item in items
            }
        ),
        "thresholds": json.dumps({item.item: list(map(float, item.thresholds)) for item in items}),
    }
