"""How the scoring model does on simulated people whom it was not fitted on, through the assessment itself."""

from __future__ import annotations

import hashlib
import itertools
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import pearsonr, spearmanr

from tdscreen.assessment.assess import assess
from tdscreen.assessment.assessment import Assessment
from tdscreen.scoring.model import load_model
from tdscreen.scoring.predictive import proportion_interval
from tdscreen.training.simulated_raters import cohen_kappa
from tdscreen.training.virtual_cohort import GROUPS, SimulatedExamination
from tdscreen.vocabulary import Item, TriageLevel

Floats = NDArray[np.float64]


def meets_rule(severities: Floats) -> NDArray[np.bool_]:
    """Say who meets the severity rule of Schooler and Kane: at least 2 in two items, or 3 in one.

    Parameters
    ----------
    severities : ndarray, shape (n, items)
        Rounded before they are held against the rule.
    """
    whole = np.round(severities)
    return np.asarray(((whole >= 2).sum(axis=1) >= 2) | (whole >= 3).any(axis=1))


def assess_all(content: bytes, people: Sequence[SimulatedExamination]) -> list[Assessment]:
    """Assess simulated people with a model that was just made."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "items.onnx"
        path.write_bytes(content)
        model = load_model(path, sha256=hashlib.sha256(content).hexdigest())
        return [assess(person.clips, model=model) for person in people]


def rule_counts(flagged: NDArray[np.bool_], ill: NDArray[np.bool_]) -> dict[str, int]:
    """Count who is flagged, of those who meet the rule and of those who do not."""
    return {
        "true_positive": int((flagged & ill).sum()),
        "false_negative": int((~flagged & ill).sum()),
        "true_negative": int((~flagged & ~ill).sum()),
        "false_positive": int((flagged & ~ill).sum()),
    }


def fewest_to_show(most: float) -> int:
    """Return how many a group needs for a share of at most this to be shown, if it is nobody's.

    Parameters
    ----------
    most : float
        Above 0.

    Returns
    -------
    int
        From so many on, the 95% interval of none of them ends at that share or below.
    """
    return next(of for of in itertools.count(1) if proportion_interval(0, of)[1] <= most)


def bound_words(count: int, of: int, most: float) -> str:
    """Say whether a share is shown to be at most so much: by the whole of its 95% interval.

    Parameters
    ----------
    count, of : int
    most : float

    Returns
    -------
    str
        ``shown``, ``exceeded``, ``not shown``, or ``too few to show it`` where not even none of them would.
    """
    low, high = proportion_interval(count, of)
    if high <= most:
        return "shown"
    if low > most:
        return "exceeded"
    return "too few to show it" if of < fewest_to_show(most) else "not shown"


def held_out_figures(
    content: bytes, people: Sequence[SimulatedExamination], truth: Floats, ratings: Floats | None
) -> dict[str, Any]:
    """Hold a model's assessments against what is true of simulated people.

    Parameters
    ----------
    content : bytes
        The model file.
    people : sequence of SimulatedExamination
    truth : ndarray, shape (people, items)
        Severities by the rating rule.
    ratings : ndarray, shape (people, items, raters), optional
        Of simulated raters, to hold them against each other.

    Returns
    -------
    dict
    """
    found = assess_all(content, people)
    items = [item for item in Item if item in found[0].items][: truth.shape[1]]
    expected = np.array(
        [
            [one.items[item].expected if one.items[item].assessed else np.nan for item in items]
            for one in found
        ],
        dtype=np.float64,
    )
    chance = np.array([one.triage.probability_schooler_kane for one in found], dtype=np.float64)
    level = np.array([str(one.triage.level) for one in found])
    ill = meets_rule(truth)
    told: dict[str, Any] = {
        "spearman": {},
        "total_pearson": float(pearsonr(np.nansum(expected, axis=1), truth.sum(axis=1))[0]),
        "auc_severity_rule": auc(chance, ill),
        "levels": {
            state: {name: int((level[mask] == name).sum()) for name in sorted(set(level))}
            for state, mask in (("rule met", ill), ("rule not met", ~ill))
        },
        "false_positives": {},
        "counts": rule_counts(level == str(TriageLevel.ELEVATED), ill),
    }
    for column, item in enumerate(items):
        seen = np.isfinite(expected[:, column])
        told["spearman"][str(item)] = {
            "n": int(seen.sum()),
            "value": float(spearmanr(expected[seen, column], truth[seen, column])[0]),
        }
    groups = np.array([person.group for person in people])
    for group in GROUPS:
        mask = (groups == group) & ~ill
        flagged = int((level[mask] == str(TriageLevel.ELEVATED)).sum())
        told["false_positives"][group] = {
            "n": int(mask.sum()),
            "flagged": flagged,
            "interval": list(proportion_interval(flagged, int(mask.sum()))),
        }
    if ratings is not None:
        first, second = ratings[:, :, 0], ratings[:, :, 1]
        told["raters"] = {
            "kappa_rule": cohen_kappa(1.0 * meets_rule(first), 1.0 * meets_rule(second)),
            "kappa_items": {
                str(item): cohen_kappa(first[:, k], second[:, k]) for k, item in enumerate(items)
            },
        }
    return told


def auc(scores: Floats, positive: NDArray[np.bool_]) -> float:
    """Chance that a positive scores above a negative, ties counting half (Mann and Whitney 1947)."""
    above, below = scores[positive], scores[~positive]
    wins = (above[:, None] > below).mean() + 0.5 * (above[:, None] == below).mean()
    return float(wins)
