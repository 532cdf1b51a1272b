"""Make the scoring model: simulated people are measured and rated, one glass box a scale is fitted.

Run ``python -m tdscreen.training.items --out models/aims_items_v2.onnx``. It takes some minutes of one core and gives
the same bytes on every run. Beside the model it writes what it says of people whom it was not fitted on
(``.json``), from which the card and ``docs/virtual-cohort.md`` are told.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from tdscreen.measurement.clip import ClipMeasurement, RegionMeasurement
from tdscreen.scoring.additive import AdditiveItem, Direction, evaluate
from tdscreen.scoring.additive_graph import build_model, model_bytes
from tdscreen.scoring.evidence import gather_evidence
from tdscreen.scoring.model import UNITS
from tdscreen.scoring.rating_rule import SCALES, Scale, latent_severity
from tdscreen.training.curves import Penalty, Term
from tdscreen.training.item_figures import held_out_figures, rule_counts
from tdscreen.training.ordinal import fit_item
from tdscreen.training.simulated_raters import RATERS, simulate_ratings
from tdscreen.training.virtual_cohort import SimulatedExamination, examinations
from tdscreen.vocabulary import Item

Floats = NDArray[np.float64]

SEED = 1
PEOPLE, HELD_OUT = 1600, 400
FIRST_HELD_OUT = 100_000
"""Number of the first person whom nothing is fitted on."""

ITEMS: tuple[Item, ...] = tuple(dict.fromkeys(scale.item for scale in SCALES.values()))
TIME_KNOTS = (0.0, 10.0, 25.0, 40.0, 50.0, 65.0, 75.0, 90.0, 100.0)
PENALTY = Penalty(ridge=0.02, smooth=0.3)
"""Weak: there are as many simulated people as one likes (assumed)."""
REFERENCE_PERCENT = 20.0

METADATA = {
    "name": "aims_items",
    "version": "2",
    "date": "2026-11-26",
    "status": "not fitted on patients",
    "rating_rule_source": "assumed",
    "intended_use": "Research use. An estimate to support a clinician's own examination.",
}


@dataclass(frozen=True)
class Rows:
    """What one scale's model is fitted on: a row for each simulated clip that showed the part.

    Attributes
    ----------
    features : ndarray, shape (n, 2)
        Amplitude in mm, share of time in percent.
    more : dict of str to ndarray, shape (n,)
        What else was measured, to see whether it earns its place.
    ratings : ndarray, shape (n, raters)
    """

    features: Floats
    more: dict[str, Floats]
    ratings: Floats


def item_severities(people: Sequence[SimulatedExamination], *, anchors: float = 1.0) -> Floats:
    """Say what of each item there is to be seen in each person, by the rating rule.

    Parameters
    ----------
    people : sequence of SimulatedExamination
    anchors : float
        Multiplies the rule's millimetres.

    Returns
    -------
    ndarray, shape (people, items)
        0 to 4, not only whole; of several parts of an item the worst.
    """
    found = np.zeros((len(people), len(ITEMS)))
    for name, scale in SCALES.items():
        parts = [person.truth[name] for person in people]
        counted = np.array([part.counts for part in parts])
        severity = latent_severity(
            scale,
            [part.amplitude_mm for part in parts],
            [part.percent_time_moving for part in parts],
            anchors=anchors,
        )
        column = ITEMS.index(scale.item)
        found[:, column] = np.maximum(found[:, column], np.where(counted, severity, 0.0))
    return found


def rows_of(people: Sequence[SimulatedExamination], ratings: Floats) -> dict[str, Rows]:
    """Gather the evidence of each scale beside the ratings of its item.

    Parameters
    ----------
    people : sequence of SimulatedExamination
    ratings : ndarray, shape (people, items, raters)

    Returns
    -------
    dict of str to Rows
        By scale. A hand at rest is evidence for fingers and wrist alike.
    """
    found: dict[str, list[tuple[list[float], list[float], Floats]]] = {name: [] for name in SCALES}
    for person, own in zip(people, ratings, strict=True):
        for item, gathered in gather_evidence(person.clips).items():
            for seen in gathered.evidence:
                names = (
                    [seen.scale] if seen.amplitude_mm else [n for n, s in SCALES.items() if s.item is item]
                )
                measured = _measured(person.clips, seen.file).regions[seen.region]
                row = [seen.amplitude_mm, seen.percent_time_moving]
                for name in names:
                    found[name].append((row, _more(measured), own[ITEMS.index(item)]))
    return {
        name: Rows(
            np.array([row for row, _, _ in rows]),
            dict(zip(MORE, np.array([more for _, more, _ in rows]).T, strict=True)),
            np.stack([own for _, _, own in rows]),
        )
        for name, rows in found.items()
    }


MORE = ("detection_limit_mm", "peak_frequency_hz", "regularity")
"""What else could be a feature of an item."""


def _more(measured: RegionMeasurement) -> list[float]:
    main = next((entry for entry in measured.signals if entry.name == measured.signal), None)
    told = (
        measured.noise_floor_mm,
        measured.peak_frequency_hz,
        None if main is None else main.peak_regularity,
    )
    return [float("nan") if value is None else float(value) for value in told]


def _measured(clips: Sequence[ClipMeasurement], file: str) -> ClipMeasurement:
    return next(clip for clip in clips if clip.file == file)


def terms_of(scale: Scale) -> list[Term]:
    """Name the features of a scale's model, both of which may only raise a score, and where their curves may bend."""
    slight, moderate = scale.slight_to_mm, scale.moderate_to_mm
    size = (
        0.0,
        *(slight * share for share in (0.1, 0.25, 0.5, 0.75, 1.0)),
        *(slight + (moderate - slight) * share for share in (0.33, 0.67, 1.0, 1.5)),
        2.2 * moderate,
    )
    return [
        Term(scale.amplitude_feature, Direction.RISES, size),
        Term(scale.time_feature, Direction.RISES, TIME_KNOTS),
    ]


def fit_scale(scale: Scale, rows: Rows, *, more: Sequence[str] = ()) -> AdditiveItem:
    """Fit one scale's model.

    Parameters
    ----------
    scale : Scale
    rows : Rows
    more : sequence of str
        Of :data:`MORE`, to be features as well.

    Returns
    -------
    AdditiveItem
        Told against a slight movement for under 40% of the time.
    """
    table = dict(zip((scale.amplitude_feature, scale.time_feature), rows.features.T, strict=True))
    table |= {name: rows.more[name] for name in more}
    fitted = fit_item(
        scale.name,
        table,
        rows.ratings,
        terms=[*terms_of(scale), *(Term(name) for name in more)],
        interactions=[(scale.amplitude_feature, scale.time_feature)],
        penalty=PENALTY,
    ).item
    extra = fitted.reference[2:]
    return replace(fitted, reference=(scale.slight_to_mm / 2.0, REFERENCE_PERCENT, *extra))


def fit_all(people: Sequence[SimulatedExamination], *, seed: int, anchors: float = 1.0) -> list[AdditiveItem]:
    """Rate people and fit every scale's model.

    Parameters
    ----------
    people : sequence of SimulatedExamination
    seed : int
        Of the raters.
    anchors : float
        Multiplies the rule's millimetres.
    """
    rows = rows_of(people, simulate_ratings(item_severities(people, anchors=anchors), seed=seed))
    return [fit_scale(scale, rows[name]) for name, scale in SCALES.items()]


def worth_of_more(
    people: Sequence[SimulatedExamination], others: Sequence[SimulatedExamination], *, seed: int
) -> dict[str, dict[str, float]]:
    """Say by how much each further feature raises the likelihood of ratings of people who were not fitted on.

    Returns
    -------
    dict of str to dict of str to float
        By scale and feature, in nats a rating; below 0 it does harm.
    """
    own = rows_of(people, simulate_ratings(item_severities(people), seed=seed))
    held = rows_of(others, simulate_ratings(item_severities(others), seed=seed + 1))
    found: dict[str, dict[str, float]] = {}
    for name, scale in SCALES.items():
        base = _likelihood(fit_scale(scale, own[name]), held[name], ())
        found[name] = {
            more: _likelihood(fit_scale(scale, own[name], more=(more,)), held[name], (more,)) - base
            for more in MORE
        }
    return found


def _likelihood(item: AdditiveItem, rows: Rows, more: Sequence[str]) -> float:
    columns = dict(zip(item.features[:2], rows.features.T, strict=True)) | {k: rows.more[k] for k in more}
    shares = evaluate(item, np.stack([columns[name] for name in item.features], axis=1)).probabilities
    each = np.take_along_axis(shares, rows.ratings.astype(np.intp), axis=1)
    return float(np.log(each).mean())


def make_bytes(
    items: Sequence[AdditiveItem], ranges: dict[str, tuple[float, float]], about: dict[str, str]
) -> bytes:
    """Write the models of all scales down as one file."""
    return model_bytes(build_model(items, units=UNITS, ranges=ranges, metadata=METADATA | about))


def training_ranges(rows: dict[str, Rows]) -> dict[str, tuple[float, float]]:
    """Give the range of each feature in what was fitted; a share of time may be anything from none to all."""
    found: dict[str, tuple[float, float]] = {}
    for name, scale in SCALES.items():
        found[scale.amplitude_feature] = (0.0, float(rows[name].features[:, 0].max()))
        found[scale.time_feature] = (0.0, 100.0)
    return found


def make(
    people: Sequence[SimulatedExamination], others: Sequence[SimulatedExamination], *, seed: int
) -> tuple[bytes, dict[str, Any]]:
    """Fit the model on some people and say how it does on others.

    Parameters
    ----------
    people, others : sequence of SimulatedExamination
        Nobody is among both.
    seed : int
        Of the raters.

    Returns
    -------
    bytes
        The model file.
    dict
        Figures, ready to be written as JSON.
    """
    rows = rows_of(people, simulate_ratings(item_severities(people), seed=seed))
    ranges = training_ranges(rows)
    about = {
        "training_data": f"{len(people)} simulated people and {RATERS.each} simulated raters each "
        "(docs/virtual-cohort.md); no patient",
        "seed": str(seed),
    }
    fitted = fit_all(people, seed=seed)
    first = make_bytes(fitted, ranges, about)
    truth = item_severities(others)
    counts = rule_counts(first, others, truth)
    content = make_bytes(fitted, ranges, about | {"virtual_cohort_counts": json.dumps(counts)})
    figures: dict[str, Any] = held_out_figures(
        content, others, truth, simulate_ratings(item_severities(others), seed=seed + 1)
    )
    figures["anchors"] = {
        f"{anchors:g}": held_out_figures(
            make_bytes(fit_all(people, seed=seed, anchors=anchors), ranges, about),
            others,
            item_severities(others, anchors=anchors),
            None,
        )
        for anchors in (0.5, 2.0)
    }
    figures["worth_of_more_features"] = worth_of_more(people, others, seed=seed)
    figures["people"] = {"fitted": len(people), "held_out": len(others), "seed": seed}
    figures["sha256"] = hashlib.sha256(content).hexdigest()
    return content, figures


@click.command(help="Make the scoring model from simulated people.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="File to write.")
@click.option("--people", type=int, default=PEOPLE, show_default=True, help="Simulated people to fit on.")
@click.option("--held-out", type=int, default=HELD_OUT, show_default=True, help="People to test on.")
@click.option("--seed", type=int, default=SEED, show_default=True)
def main(out: Path, people: int, held_out: int, seed: int) -> None:
    """Write the model and its figures, and print the SHA-256, which the settings must name."""
    content, figures = make(
        list(examinations(people, seed=seed)),
        list(examinations(held_out, seed=seed, first=FIRST_HELD_OUT)),
        seed=seed,
    )
    out.write_bytes(content)
    told = json.dumps(figures, indent=1, sort_keys=True) + "\n"
    out.with_suffix(".json").write_text(told, encoding="utf-8")
    click.echo(f"{figures['sha256']}  {out}")


if __name__ == "__main__":
    main()
