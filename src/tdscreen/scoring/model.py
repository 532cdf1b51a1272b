"""Load the scoring model and run it: evidence in, severities, probabilities and contributions out."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tdscreen.errors import ModelError
from tdscreen.model_file import models_folder, open_model
from tdscreen.settings import SCORING
from tdscreen.vocabulary import Item

FEATURE_SCHEMA = "tdscreen-item-evidence-1"
"""The inputs that this version can fill: ``<scale>.amplitude_mm`` and ``<scale>.percent_time_moving``."""


@dataclass(frozen=True)
class Scale:
    """The millimetres that part slight, moderate and large for one kind of movement.

    Attributes
    ----------
    name : str
        Prefix of the model's two inputs, as ``lips`` or ``upper_limbs.wrist``.
    item : Item
    slight_to_mm, moderate_to_mm : float
        Upper edges, in mm of half the range.
    """

    name: str
    item: Item
    slight_to_mm: float
    moderate_to_mm: float

    @property
    def amplitude_feature(self) -> str:
        """Name of the model's input for the amplitude, in mm."""
        return f"{self.name}.amplitude_mm"

    @property
    def time_feature(self) -> str:
        """Name of the model's input for the share of time, in percent."""
        return f"{self.name}.percent_time_moving"


@dataclass(frozen=True)
class ModelOutput:
    """What the model says of n sets of evidence. What was not seen is NaN.

    Attributes
    ----------
    severity : ndarray, shape (n, items), float64
        Latent severity, 0 to 4.
    probabilities : ndarray, shape (n, items, 5), float64
        Of the scores 0 to 4.
    contributions : ndarray, shape (n, features), float64
        By which an item's severity departs from its baseline; they add up to the severity.
    baseline : ndarray, shape (items,), float64
        Severity of the reference cell.
    """

    severity: NDArray[np.float64]
    probabilities: NDArray[np.float64]
    contributions: NDArray[np.float64]
    baseline: NDArray[np.float64]


@dataclass(frozen=True)
class SeverityModel:
    """A scoring model, loaded and checked.

    Attributes
    ----------
    sha256 : str
        Of the model file.
    name, version, date, status, table_source : str
        As the file says of itself; ``status`` as "not fitted on patients".
    items : tuple of Item
        The items that it scores, in the order of its outputs.
    features : tuple of str
        Its inputs, in the order of its contributions.
    scales : tuple of Scale
    time_edges_percent : (float, float)
        Shares of time that part the rows of its table.
    reference : str
        The cell against which contributions are told, in words.
    session : onnxruntime.InferenceSession
    """

    sha256: str
    name: str
    version: str
    date: str
    status: str
    table_source: str
    items: tuple[Item, ...]
    features: tuple[str, ...]
    scales: tuple[Scale, ...]
    time_edges_percent: tuple[float, float]
    reference: str
    session: Any

    def scale(self, name: str) -> Scale:
        """Return the scale of that name."""
        return next(scale for scale in self.scales if scale.name == name)

    def run(self, evidence: Sequence[Mapping[str, float]]) -> ModelOutput:
        """Score sets of evidence.

        Parameters
        ----------
        evidence : sequence of mapping of str to float
            Each maps features to values; a feature that is absent, or NaN, was not seen.

        Returns
        -------
        ModelOutput

        Raises
        ------
        ModelError
            A feature is not one of the model's, or a value is negative or infinite.
        """
        filled = np.full((len(self.features), len(evidence)), np.nan)
        for column, values in enumerate(evidence):
            for feature, value in values.items():
                if feature not in self.features:
                    raise ModelError(f"The scoring model {self.name} has no input named {feature}.")
                if value < 0 or np.isinf(value):
                    raise ModelError(f"The scoring model cannot use {value} as {feature}.")
                filled[self.features.index(feature), column] = value
        feed = dict(zip(self.features, filled, strict=True))
        outputs = self.session.run(["severity", "probabilities", "contributions", "baseline"], feed)
        return ModelOutput(*outputs)


@functools.cache
def load_model(path: Path | None = None, *, sha256: str = SCORING.model_sha256) -> SeverityModel:
    """Load a scoring model on one thread, telemetry off: the same input gives the same digits.

    Parameters
    ----------
    path : Path, optional
        The model file; without it, the one that came with this version.
    sha256 : str
        The SHA-256 that the file must have.

    Returns
    -------
    SeverityModel

    Raises
    ------
    ModelError
        The file is missing, is another than expected, or does not fit this version.
    """
    if path is None:
        path = models_folder() / SCORING.model_file
    session = open_model(path, sha256=sha256)
    about: dict[str, str] = dict(session.get_modelmeta().custom_metadata_map)
    if about.get("feature_schema") != FEATURE_SCHEMA:
        asked = about.get("feature_schema", "(not said)")
        raise ModelError(
            f"The scoring model {path.name} asks for the features {asked}, and this version of tdscreen "
            f"provides {FEATURE_SCHEMA}. Use the version that the model was made for."
        )
    low_percent, high_percent = json.loads(about["time_edges_percent"])
    return SeverityModel(
        sha256=sha256,
        name=about["name"],
        version=about["version"],
        date=about["date"],
        status=about["status"],
        table_source=about["table_source"],
        items=tuple(Item(name) for name in json.loads(about["items"])),
        features=tuple(entry.name for entry in session.get_inputs()),
        scales=tuple(
            Scale(entry["name"], Item(entry["item"]), entry["slight_to_mm"], entry["moderate_to_mm"])
            for entry in json.loads(about["amplitude_scales"])
        ),
        time_edges_percent=(low_percent, high_percent),
        reference=about["reference"],
        session=session,
    )
