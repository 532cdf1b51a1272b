"""A small study that is made up: people whose two movements bring about their ratings, and one that does not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from tdscreen.settings import TRAINING, TrainingSettings

QUICK = TrainingSettings(
    knots=4,
    outer_folds=3,
    inner_folds=2,
    feature_counts=(2, 3),
    penalties=((0.5, 1.0), (3.0, 10.0), (30.0, 100.0)),
)
"""The same steps as in earnest, and fewer of them."""
CUTS = (-0.5, 1.0, 2.5, 4.0)
assert TRAINING.min_people == QUICK.min_people


def make_table(people: int, *, seed: int, shift: float = 0.0, first: int = 0) -> pd.DataFrame:
    """Make two clips of each person, rated by two raters of whom the second is milder.

    ``shift`` moves all ratings, in log-odds: another place with other habits. Of every eleventh clip nothing was seen.
    """
    random = np.random.default_rng(seed)
    own = np.repeat(random.normal(size=people), 2)
    n = len(own)
    far = np.exp(0.6 * own + 0.3 * random.normal(size=n))
    often = np.clip(40 + 20 * own + 10 * random.normal(size=n), 0, 100)
    noise = random.normal(size=n)
    eta = 1.2 * np.log(far) + 0.04 * (often - 40) + 0.8 + shift
    ratings = [
        np.digitize(eta + move + 0.8 * random.logistic(size=n), CUTS).astype(float) for move in (0.3, -0.3)
    ]
    ratings[1][::7] = np.nan
    table = pd.DataFrame(
        {
            "person": [f"p{first + k // 2:03d}" for k in range(n)],
            "sex": np.where(np.arange(n) // 2 % 2, "f", "m"),
            "lips.amplitude_mm": far,
            "lips.percent_time_moving": often,
            "noise": noise,
            "R1": ratings[0],
            "R2": ratings[1],
        }
    )
    table.loc[::11, ["lips.amplitude_mm", "lips.percent_time_moving", "noise"]] = np.nan
    return table


def write_table(table: pd.DataFrame, path: Path) -> Path:
    """Write it as a clinic would have it."""
    table.to_csv(path, index=False)
    return path


def calibrate_shipped(folder: Path, *, people: int, seed: int, item: str = "lips") -> Path:
    """Calibrate the model that came with this version on made-up ratings of the lips; give the new model's file."""
    from tdscreen.model_file import models_folder
    from tdscreen.settings import SCORING
    from tdscreen.training.local import calibrate_model
    from tdscreen.training.store import read_model

    shipped = read_model(models_folder() / SCORING.model_file)
    table = make_table(people, seed=seed).reindex(columns=["person", "R1", "R2", *shipped.features])
    local = calibrate_model(
        shipped, table, raters={item: ["R1", "R2"]}, group="person", level=0.9, date="2026-11-26",
        source="made_up.csv", fitted_on=folder / "people.txt",
    )  # fmt: skip
    (folder / "model.onnx").write_bytes(local.content)
    (folder / "calibration.md").write_text(local.words)
    return folder / "model.onnx"
