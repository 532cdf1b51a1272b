"""Does the trainer work on ratings by clinicians? The glass box beside tuned gradient boosting, on the same splits.

    python benchmarks/clinical_labels.py DATA_FOLDER [--kept FOLDER] [--seeds 5]

DATA_FOLDER holds ``tapping_ratings.csv`` (332 clips of finger tapping in Parkinson's disease, 164 people,
scored 0 to 4 by three experts; Islam et al. 2023, npj Digital Medicine 6:156) and ``smile_ratings.csv`` (472
clips of smiling on request, 207 people, facial expression scored 0 to 4). **These are not AIMS ratings: they
show that the trainer works, and nothing about tardive dyskinesia.**

Inputs are movement features only: no rating, difficulty, diagnosis, sex, age or person. Every split is by person; all
choices are made within the people that are fitted. What is done is kept, split by split of each seed, in the folder
``--kept``, so that a run that was stopped goes on where it was. About a quarter of an hour of one core.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tdscreen.settings import TRAINING
from tdscreen.training.choice import choose, deal_people, fit_chosen, predict
from tdscreen.training.study import Study, make_study, read_table
from tdscreen.validation.agreement import mean_error, pearson, quadratic_kappa

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


@dataclass(frozen=True)
class DataSet:
    """A published table of ratings.

    Attributes
    ----------
    file, title : str
    raters : tuple of str
        Columns of ratings that are fitted.
    target : str
        Column of the score that everything is held against.
    not_features : tuple of str
        Columns that say who the person is, or what somebody thought.
    published : str
    """

    file: str
    title: str
    raters: tuple[str, ...]
    target: str
    not_features: tuple[str, ...]
    published: str


DATA_SETS = {
    "tapping": DataSet(
        "tapping_ratings.csv",
        "finger tapping, three experts as three raters",
        ("Rating1", "Rating3", "Rating4"),
        "Rating",
        ("subject", "hand", "Rating", "Rating1", "Rating2", "Rating3", "Rating4", "Rating5", "CheckDifficult1",
         "CheckDifficult3", "CheckDifficult4", "gender", "age", "diagnosed"),
        "MAE 0.58, Pearson 0.66, leaving one person out",
    ),
    "smile": DataSet(
        "smile_ratings.csv",
        "facial expression, one score a clip",
        ("facial_expression_score",),
        "facial_expression_score",
        ("subject", "sex", "age", "diagnosis", "facial_expression_score"),
        "none of this kind",
    ),
}  # fmt: skip

BOOSTINGS = (
    {"max_leaf_nodes": 4, "min_samples_leaf": 10, "max_features": 0.3},
    {"max_leaf_nodes": 8, "min_samples_leaf": 20, "max_features": 0.3},
    {"max_leaf_nodes": 8, "min_samples_leaf": 20, "max_features": 1.0},
)
"""Among which tuned boosting chooses, each with 25 to 150 trees at a learning rate of 0.05."""
TREES, EVERY = 150, 25


@dataclass(frozen=True)
class Task:
    """A study and the score it is held against."""

    study: Study
    target: Floats
    matrix: Floats


def load(data: DataSet, folder: Path) -> Task:
    """Read a table; only movement features are inputs."""
    table = read_table(folder / data.file)
    names = [name for name in table.columns if name not in data.not_features]
    study = make_study(table, item=data.target, labels=data.raters, group="subject", features=names)
    matrix = np.stack([study.features[name] for name in names], axis=1)
    return Task(study, table[data.target].to_numpy(dtype=np.float64), matrix)


def glass_box(task: Task, inside: Indices, outside: Indices, seed: int) -> tuple[Floats, Floats]:
    """Give expected scores, and the median of each distribution as the score given."""
    choice = choose(task.study, inside, seed=seed)
    chances = predict(fit_chosen(task.study, inside, choice).item, task.study, outside)
    return chances @ np.arange(chances.shape[1]), (np.cumsum(chances, axis=1) < 0.5).sum(axis=1).astype(float)


def tuned_boosting(task: Task, inside: Indices, outside: Indices, seed: int) -> tuple[Floats, Floats]:
    """Let gradient boosting say whose size is chosen by splits of the people that are fitted."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    fold = deal_people(task.study.people[inside], task.target[inside], folds=TRAINING.inner_folds, seed=seed)
    best = (np.inf, BOOSTINGS[0], TREES)
    for about in BOOSTINGS:
        error = np.zeros(TREES // EVERY)
        for one in range(TRAINING.inner_folds):
            fit, left = inside[fold != one], inside[fold == one]
            model = HistGradientBoostingRegressor(
                learning_rate=0.05, max_iter=TREES, early_stopping=False, random_state=seed, **about
            ).fit(task.matrix[fit], task.target[fit])
            for at, found in enumerate(model.staged_predict(task.matrix[left])):
                if (at + 1) % EVERY == 0:
                    error[at // EVERY] += ((found - task.target[left]) ** 2).sum()
        at = int(error.argmin())
        best = min(best, (float(error[at]), about, EVERY * (at + 1)), key=lambda one: one[0])
    _, about, trees = best
    model = HistGradientBoostingRegressor(
        learning_rate=0.05, max_iter=trees, early_stopping=False, random_state=seed, **about
    ).fit(task.matrix[inside], task.target[inside])
    return rounded(model.predict(task.matrix[outside]))


def plain_boosting(task: Task, inside: Indices, outside: Indices, seed: int) -> tuple[Floats, Floats]:
    """Let gradient boosting say, as it comes."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    model = HistGradientBoostingRegressor(random_state=seed).fit(task.matrix[inside], task.target[inside])
    return rounded(model.predict(task.matrix[outside]))


def forest(task: Task, inside: Indices, outside: Indices, seed: int) -> tuple[Floats, Floats]:
    """Let a random forest of 200 trees say."""
    from sklearn.ensemble import RandomForestRegressor

    model = RandomForestRegressor(200, max_features=0.3, min_samples_leaf=2, random_state=seed)
    model.fit(task.matrix[inside], task.target[inside])
    return rounded(model.predict(task.matrix[outside]))


def mean_score(task: Task, inside: Indices, outside: Indices, seed: int) -> tuple[Floats, Floats]:
    """Give everybody the mean of the people that are fitted."""
    return rounded(np.full(len(outside), task.target[inside].mean()))


def rounded(expected: Floats) -> tuple[Floats, Floats]:
    """Give expected scores, and the nearest whole ones."""
    return expected, np.clip(np.round(expected), 0, 4)


METHODS: dict[str, Callable[[Task, Indices, Indices, int], tuple[Floats, Floats]]] = {
    "glass box": glass_box,
    "boosting, tuned": tuned_boosting,
    "boosting, as it comes": plain_boosting,
    "forest": forest,
    "mean score": mean_score,
}


def run(task: Task, method: str, seed: int) -> dict[str, float | None]:
    """Figures of one method on one way of splitting the people five ways."""
    fold = deal_people(task.study.people, task.target, folds=TRAINING.outer_folds, seed=seed)
    expected, given = np.zeros(len(fold)), np.zeros(len(fold))
    for one in range(TRAINING.outer_folds):
        inside, outside = np.flatnonzero(fold != one), np.flatnonzero(fold == one)
        expected[outside], given[outside] = METHODS[method](task, inside, outside, seed)
    nearest = rounded(expected)[1]
    return {
        "mae": mean_error(task.target, expected),
        "pearson": pearson(task.target, expected),
        "kappa": quadratic_kappa(task.target, given),
        "kappa_rounded": quadratic_kappa(task.target, nearest),
    }


def kept_file(folder: Path, data: str, method: str, seed: int) -> Path:
    """Where the figures of one run are kept."""
    return folder / f"{data}-{method.replace(' ', '-').replace(',', '')}-{seed}.json"


def main() -> None:
    """Run what is not kept yet, and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kept", type=Path, default=Path("clinical_labels"))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--only", choices=DATA_SETS)
    parser.add_argument("--method", choices=METHODS)
    asked = parser.parse_args()
    asked.kept.mkdir(exist_ok=True, parents=True)
    for name, data in DATA_SETS.items():
        if asked.only not in (None, name):
            continue
        task = load(data, asked.folder)
        people = len(task.study.names)
        chosen = [method for method in METHODS if asked.method in (None, method)]
        for seed in range(asked.seeds):
            for method in chosen:
                kept = kept_file(asked.kept, name, method, seed)
                if not kept.exists():
                    kept.write_text(json.dumps(run(task, method, seed)))
        print(
            f"\n### {data.title}: {len(task.study)} clips of {people} people, {task.matrix.shape[1]} features\n"
        )
        print(f"Published: {data.published}. Mean of {asked.seeds} seeds (smallest to largest).\n")
        print("| | MAE of the expected score | Pearson | quadratic kappa | kappa, expected score rounded |")
        print("|---|---|---|---|---|")
        for method in chosen:
            found = [
                json.loads(kept_file(asked.kept, name, method, s).read_text()) for s in range(asked.seeds)
            ]
            cells = []
            for figure in ("mae", "pearson", "kappa", "kappa_rounded"):
                values = [one[figure] for one in found if one[figure] is not None]
                cells.append(
                    f"{np.mean(values):.3f} ({min(values):.3f} to {max(values):.3f})" if values else "none"
                )
            print(f"| {method} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
