"""Which model the page scores with: the one that came with this version, or one that its owner named."""

from __future__ import annotations

import functools
import os
from pathlib import Path

from tdscreen import api
from tdscreen.model_file import models_folder
from tdscreen.scoring.model import SeverityModel, load_model
from tdscreen.settings import SCORING

MODEL_VARIABLE = "TDSCREEN_MODEL"
"""Names a model file of one's own; ``tdscreen app --model`` sets it."""

CARD_NAMES = ("model.md", "calibration.md")
"""What ``tdscreen train`` and ``tdscreen calibrate`` write beside a model."""


def own_path() -> Path | None:
    """Return the model file that the owner of the page named; None without."""
    named = os.environ.get(MODEL_VARIABLE)
    return Path(named) if named else None


def model_in_use() -> SeverityModel:
    """Load the model that the page scores with.

    Returns
    -------
    SeverityModel

    Raises
    ------
    InputError, ModelError
        The file that was named is missing or does not fit; as :func:`tdscreen.api.own_model`.
    """
    path = own_path()
    return load_model() if path is None else _once(path)


@functools.cache
def _once(path: Path) -> SeverityModel:
    """Read a file once: what was begun with a model is ended with it, whatever becomes of the file."""
    return api.own_model(path)


def shipped_card() -> Path:
    """Return the card of the model that came with this version."""
    return (models_folder() / SCORING.model_file).with_suffix(".md")


def cards() -> tuple[Path, ...]:
    """Return the cards of the model in use, those that are there.

    Returns
    -------
    tuple of Path
        Markdown files. Of the model that came with this version there is always one.
    """
    path = own_path()
    if path is None:
        return (shipped_card(),)
    return tuple(card for name in CARD_NAMES if (card := path.parent / name).is_file())
