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

from tdscreen.errors import InputError, ModelError
from tdscreen.keeping.fingerprint import sha256_of
from tdscreen.model_file import MAKE_AGAIN, models_folder, open_model
from tdscreen.printing import printable
from tdscreen.scoring.additive_graph import GRAPH_FORM, schema_sha256
from tdscreen.scoring.conformal import ConformalSets, read_sets
from tdscreen.scoring.predictive import FlagCounts
from tdscreen.scoring.rating_rule import SCALES
from tdscreen.settings import SCORING

UNITS: dict[str, str] = {
    feature: unit
    for scale in SCALES.values()
    for feature, unit in ((scale.amplitude_feature, "mm"), (scale.time_feature, "%"))
}
"""The inputs that this version can fill, and their units: of each scale half the range of movement, and the share of
assessed time, tremor and movement that was asked for set aside."""

ASSUMED = "assumed"
"""Source of the table of millimetres by which a model's training data were rated, as the model file says it."""
HIGHEST = 4
"""Highest score of an item of the AIMS (Guy 1976)."""
_TOLD = (
    "name", "version", "date", "status", "training_data", "rating_rule_source", "items", "training_ranges", "terms",
    "thresholds",
)  # fmt: skip
"""What a model file must say of itself."""


@dataclass(frozen=True)
class ModelOutput:
    """What the model says of n sets of evidence. What was not seen is NaN.

    Attributes
    ----------
    severity : ndarray, shape (n, scales), float64
        Latent severity in points of the AIMS, straight in the log-odds: may lie below 0 and above 4.
    probabilities : ndarray, shape (n, scales, 5), float64
        Of the scores 0 to 4.
    contributions : ndarray, shape (n, terms), float64
        By which a scale's severity departs from its baseline; they add up to the severity.
    baseline : ndarray, shape (scales,), float64
        Severity of the reference.
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
    name, version, date, status, training_data : str
        As the file says of itself; ``status`` as "not fitted on patients".
    rating_rule_source : str
        Where the millimetres come from by which its training data were rated: ``assumed``; or ``ratings``, where
        people rated them and no millimetres are assumed.
    scales : tuple of str
        Names of what it scores, in the order of its outputs, as ``lips`` or ``upper_limbs.wrist``.
    features : tuple of str
        Its inputs.
    ranges : dict of str to (float, float)
        Smallest and largest value of each input in its training data.
    terms : tuple of (str, str)
        Scale and name of each contribution, in their order.
    counts : FlagCounts or None
        How people whose state is known were sorted by it; None if the file does not say.
    sets : dict of str to ConformalSets
        By scale: which scores belong to a set at the place where the model was calibrated. Empty before a
        calibration.
    session : onnxruntime.InferenceSession
    """

    sha256: str
    name: str
    version: str
    date: str
    status: str
    training_data: str
    rating_rule_source: str
    scales: tuple[str, ...]
    features: tuple[str, ...]
    ranges: dict[str, tuple[float, float]]
    terms: tuple[tuple[str, str], ...]
    counts: FlagCounts | None
    sets: dict[str, ConformalSets]
    session: Any

    @property
    def calibrated(self) -> bool:
        """Whether a place has calibrated it on its own ratings."""
        return bool(self.sets)

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

    def terms_of(self, scale: str) -> dict[str, int]:
        """Return the names of a scale's terms, and the column of each among the contributions."""
        return {term: column for column, (owner, term) in enumerate(self.terms) if owner == scale}

    def out_of_range(self, evidence: Mapping[str, float]) -> tuple[str, ...]:
        """Name the features whose value lies outside what the model was fitted on.

        Parameters
        ----------
        evidence : mapping of str to float

        Returns
        -------
        tuple of str
        """
        return tuple(
            name
            for name, value in evidence.items()
            if not self.ranges[name][0] <= value <= self.ranges[name][1]
        )


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
    return _read(path, open_model(path, sha256=sha256), sha256)


def own_model(path: str | Path) -> SeverityModel:
    """Load a scoring model of one's own, as ``tdscreen train --clips`` and ``tdscreen calibrate`` write it.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    SeverityModel
        Its ``sha256`` says in each assessment which file it was.

    Raises
    ------
    InputError
        There is no such file.
    ModelError
        It is no such model, or takes or scores what this version does not.
    """
    file = Path(path)
    if not file.is_file():
        raise InputError(f"There is no model {printable(str(file))}. {MAKE_AGAIN}")
    try:
        sha256 = sha256_of(file)
    except OSError as error:
        raise InputError(f"The model {printable(str(file))} may not be read: {error.strerror}.") from error
    return _read(file, open_model(file, sha256=sha256, own=True), sha256)


def _read(path: Path, session: Any, sha256: str) -> SeverityModel:
    """Read what an opened model says of itself."""
    about: dict[str, str] = dict(session.get_modelmeta().custom_metadata_map)
    features = tuple(entry.name for entry in session.get_inputs())
    _check_fit(printable(path.name), about, features)
    return SeverityModel(
        sha256=sha256,
        name=about["name"],
        version=about["version"],
        date=about["date"],
        status=about["status"],
        training_data=about["training_data"],
        rating_rule_source=about["rating_rule_source"],
        scales=tuple(json.loads(about["items"])),
        features=features,
        ranges={name: (low, high) for name, (low, high) in json.loads(about["training_ranges"]).items()},
        terms=tuple((scale, term) for scale, term in json.loads(about["terms"])),
        counts=FlagCounts(**json.loads(about["counts"])) if "counts" in about else None,
        sets=read_sets(about),
        session=session,
    )


def _check_fit(file: str, about: Mapping[str, str], features: Sequence[str]) -> None:
    """Refuse a model that this version cannot fill, or whose scales it does not know."""
    if about.get("form") != GRAPH_FORM:
        raise ModelError(
            f"The scoring model {file} is of the form {about.get('form', '(not said)')}, and this version of tdscreen "
            f"reads {GRAPH_FORM}. Use the version that the model was made for."
        )
    if lacking := [name for name in _TOLD if name not in about]:
        raise ModelError(f"The scoring model {file} does not say its {lacking[0]}. {MAKE_AGAIN}")
    if unknown := [name for name in features if name not in UNITS]:
        raise ModelError(
            f"The scoring model {file} asks for the feature {unknown[0]}, which this version of tdscreen does not "
            "measure. Use the version that the model was made for."
        )
    if about.get("features_sha256") != schema_sha256(features, UNITS):
        raise ModelError(
            f"The scoring model {file} takes its features in other units than this version of tdscreen measures. "
            "Use the version that the model was made for."
        )
    if unknown := [name for name in json.loads(about["items"]) if name not in SCALES]:
        raise ModelError(
            f"The scoring model {file} scores {unknown[0]}, and this version scores {', '.join(SCALES)}."
        )
    for item, thresholds in json.loads(about["thresholds"]).items():
        if len(thresholds) != HIGHEST:
            raise ModelError(
                f"The scoring model {file} scores {item} from 0 to {len(thresholds)}, and an item of the AIMS goes "
                f"from 0 to {HIGHEST}."
            )
