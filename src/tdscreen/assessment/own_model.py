"""The door for a scoring model of one's own: a file that was changed by hand scores nobody."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from tdscreen.errors import ModelError
from tdscreen.model_file import MAKE_AGAIN
from tdscreen.printing import printable
from tdscreen.scoring import model as scoring

_STEPS = 25
"""Places along each feature at which a model is asked."""
_BEYOND = 1.5
"""How far beyond what it was fitted on, as a share of that."""
_ROUNDING = 1e-9
_OUTPUTS = {"severity", "probabilities", "contributions", "baseline"}
_DIRECTIONS = {"RISES": 1, "FREE": 0, "FALLS": -1}


def open_own_model(path: str | Path) -> scoring.SeverityModel:
    """Load a scoring model of one's own, and try it: it must do what it says of itself.

    Each feature is moved through what the model was fitted on and beyond, with the others small, middling, large and
    not seen. Nothing that comes out may be other than a distribution, a feature that is said to rise may never lower a
    score, and the contributions must add up to the severity.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    SeverityModel

    Raises
    ------
    InputError
        There is no such file.
    ModelError
        It is no such model, takes or scores what this version does not, or does not do what it says.
    """
    file = printable(Path(path).name)
    try:
        model = scoring.own_model(path)
        if not {one.name for one in model.session.get_outputs()} >= _OUTPUTS:
            raise ValueError("an output is not there")
        about = model.session.get_modelmeta().custom_metadata_map
        directions = {
            scale: {
                feature: _DIRECTIONS[way.upper()]
                for feature, way in json.loads(about["directions"])[scale].items()
            }
            for scale in model.scales
        }
        for scale, ways in directions.items():
            _try(model, scale, ways)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(
            f"The scoring model {file} is damaged or was changed: what it says of itself does not fit what is in it. "
            f"{MAKE_AGAIN}"
        ) from error
    return model


def _try(model: scoring.SeverityModel, scale: str, ways: dict[str, int]) -> None:
    """Ask a model about one scale, and refuse answers that cannot be."""
    column = model.scales.index(scale)
    terms = list(model.terms_of(scale).values())
    for feature, way in ways.items():
        others = [{name: share * model.ranges[name][1] for name in ways} for share in (0.0, 0.5, 1.0)]
        places = np.linspace(0.0, _BEYOND * model.ranges[feature][1], _STEPS)
        rows: list[dict[str, Any]] = [
            {**beside, feature: float(place)} for beside in (*others, {}) for place in places
        ]
        found = model.run(rows)
        severity, chances = found.severity[:, column], found.probabilities[:, column]
        told = found.baseline[column] + found.contributions[:, terms].sum(axis=1)
        steps = np.diff(severity.reshape(-1, _STEPS), axis=1) * way
        if (
            not np.isfinite(severity).all()
            or chances.min() < -_ROUNDING
            or np.abs(chances.sum(axis=1) - 1.0).max() > _ROUNDING
            or np.abs(told - severity).max() > _ROUNDING
        ):
            raise ValueError(f"{scale} by {feature} is no distribution, or is not explained")
        if steps.min() < -_ROUNDING:
            raise ValueError(f"{scale} by {feature} goes the other way than it says")
