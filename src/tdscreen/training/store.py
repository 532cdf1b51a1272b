"""Models that a place has fitted itself: written as ONNX, and read back curve by curve.

What is written is the same graph as that of the model that comes with tdscreen. Reading it back gives the
glass box itself, so that it can be recalibrated and drawn.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tdscreen.errors import ColumnsError, InputError, ModelError
from tdscreen.model_file import MAKE_AGAIN, open_model
from tdscreen.printing import printable
from tdscreen.scoring.additive import AdditiveItem, Direction, Interaction, Shape
from tdscreen.scoring.additive_graph import GRAPH_FORM, build_model, model_bytes
from tdscreen.scoring.conformal import METADATA_KEY, ConformalSets, read_sets, tell_sets
from tdscreen.scoring.model import UNITS

Floats = NDArray[np.float64]

UNIT_UNKNOWN = "as in the table"


@dataclass(frozen=True)
class StudyModel:
    """A model file, and the glass boxes in it.

    Attributes
    ----------
    file : str
    sha256 : str
    items : tuple of AdditiveItem
    ranges : dict of str to (float, float)
        Of each feature in what the model was fitted on.
    about : dict of str to str
        The file's metadata.
    sets : dict of str to ConformalSets
        By item; empty before a calibration.
    path : Path
    """

    file: str
    sha256: str
    items: tuple[AdditiveItem, ...]
    ranges: dict[str, tuple[float, float]]
    about: dict[str, str]
    sets: dict[str, ConformalSets]
    path: Path

    @property
    def features(self) -> tuple[str, ...]:
        """Names of all inputs."""
        return tuple(dict.fromkeys(name for item in self.items for name in item.features))

    def run(self, features: Mapping[str, Floats]) -> dict[str, Floats]:
        """Let the model file itself score rows.

        Parameters
        ----------
        features : mapping of str to ndarray, shape (n,)
            NaN for "not seen".

        Returns
        -------
        dict of str to ndarray, shape (n, scores)
            Probabilities by item; NaN where none of its features was seen.

        Raises
        ------
        ColumnsError
            A feature is not there.
        """
        if lacking := [name for name in self.features if name not in features]:
            raise ColumnsError(
                f"The model {self.file} needs the column {lacking[0]}, which the table does not have."
            )
        session = open_model(self.path, sha256=self.sha256)
        feed = {name: np.asarray(features[name], dtype=np.float64) for name in self.features}
        (found,) = session.run(["probabilities"], feed)
        return {item.item: np.asarray(found[:, k]) for k, item in enumerate(self.items)}


def write_model(
    items: Sequence[AdditiveItem],
    ranges: Mapping[str, tuple[float, float]],
    about: Mapping[str, str],
    *,
    sets: Mapping[str, ConformalSets] | None = None,
) -> bytes:
    """Write glass boxes as an ONNX file: the same bytes for the same model.

    Parameters
    ----------
    items : sequence of AdditiveItem
    ranges : mapping of str to (float, float)
    about : mapping of str to str
        ``name``, ``version``, ``date``, ``status`` and ``training_data`` at least.
    sets : mapping of str to ConformalSets, optional

    Returns
    -------
    bytes
    """
    features = [name for item in items for name in item.features]
    metadata = dict(about) | {METADATA_KEY: tell_sets(sets or {})}
    units = {name: UNITS.get(name, UNIT_UNKNOWN) for name in features}
    return model_bytes(build_model(items, units=units, ranges=ranges, metadata=metadata))


def read_model(path: Path) -> StudyModel:
    """Read a model file back.

    Parameters
    ----------
    path : Path

    Returns
    -------
    StudyModel

    Raises
    ------
    InputError
        There is no such file.
    ModelError
        It is no model of this kind.
    """
    import onnx
    from google.protobuf.message import DecodeError

    if not path.is_file():
        raise InputError(f"There is no model {printable(str(path))}.")
    content = path.read_bytes()
    try:
        model = onnx.load_from_string(content)
    except DecodeError as error:
        raise ModelError(f"{printable(path.name)} is not an ONNX model.") from error
    about = {entry.key: entry.value for entry in model.metadata_props}
    if about.get("form") != GRAPH_FORM:
        raise ModelError(f"{printable(path.name)} is not a model that tdscreen has fitted.")
    try:
        return _read(model, about, path, hashlib.sha256(content).hexdigest())
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(
            f"{printable(path.name)} is damaged or was changed: what it says of itself does not fit what is in it. "
            f"{MAKE_AGAIN}"
        ) from error


def _read(model: Any, about: dict[str, str], path: Path, sha256: str) -> StudyModel:
    """Read what a model says of itself, and its curves."""
    import onnx

    constants = {one.name: onnx.numpy_helper.to_array(one) for one in model.graph.initializer}
    names = json.loads(about["items"])
    items = tuple(_item(constants, index, name, about) for index, name in enumerate(names))
    return StudyModel(
        file=path.name,
        sha256=sha256,
        items=items,
        ranges={name: (low, high) for name, (low, high) in json.loads(about["training_ranges"]).items()},
        about=about,
        sets=read_sets(about),
        path=path,
    )


def _item(constants: Mapping[str, Floats], index: int, name: str, about: Mapping[str, str]) -> AdditiveItem:
    """Read one item's curves. They are told against its reference, at which they are 0."""
    directions: dict[str, str] = json.loads(about["directions"])[name]
    references: dict[str, float | None] = json.loads(about["references"])[name]
    shapes = tuple(
        Shape(
            feature,
            _knots(constants, f"i{index}.t{k}.hats"),
            tuple(map(float, constants[f"i{index}.t{k}.values"].ravel())),
            float(constants[f"i{index}.t{k}.otherwise"]),
            Direction[way.upper()],
        )
        for k, (feature, way) in enumerate(directions.items())
    )
    terms = [term for owner, term in json.loads(about["terms"]) if owner == name]
    interactions = []
    for k, term in enumerate(terms[len(shapes) :], len(shapes)):
        first, second = term.split(" x ")
        interactions.append(
            Interaction(
                (first, second),
                _knots(constants, f"i{index}.t{k}.hats_a"),
                _knots(constants, f"i{index}.t{k}.hats_b"),
                tuple(tuple(map(float, row)) for row in constants[f"i{index}.t{k}.values"]),
                float(constants[f"i{index}.t{k}.otherwise"]),
            )
        )
    thresholds = constants[f"i{index}.thresholds"].ravel() - float(constants[f"i{index}.baseline"])
    return AdditiveItem(
        name,
        shapes,
        tuple(interactions),
        tuple(map(float, thresholds)),
        tuple(
            np.nan if references[feature] is None else float(references[feature] or 0.0)
            for feature in directions
        ),
    )


def _knots(constants: Mapping[str, Floats], name: str) -> tuple[float, ...]:
    if f"{name}.starts" not in constants:
        # A curve of one knot is the same everywhere.
        return (0.0,)
    starts, widths = constants[f"{name}.starts"].ravel(), constants[f"{name}.widths"].ravel()
    return (*map(float, starts), float(starts[-1] + widths[-1]))
