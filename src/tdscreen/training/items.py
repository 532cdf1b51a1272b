"""Make the scoring model: simulated people are measured and rated, one glass box a scale is fitted.

Run ``python -m tdscreen.training.items --out models/aims_items_v2.onnx``. It takes some minutes of one core and gives
the same bytes on every run. Beside the model it writes what it says of people whom it was not fitted on
(``.json``), and its card (``.md``).
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
from tdscreen.scoring.additive_graph import build_model, model_bytes, schema_sha256
from tdscreen.scoring.evidence import gather_evidence
from tdscreen.scoring.model import ASSUMED, UNITS
from tdscreen.scoring.rating_rule import SCALES, Scale, latent_severity
from tdscreen.training.curves import Penalty, Term
from tdscreen.training.item_card import card_text
from tdscreen.training.item_figures import held_out_figures
from tdscreen.training.ordinal import fit_item
from tdscreen.training.simulated_raters import RATERS, simulate_ratings
from tdscreen.training.store import read_model
from tdscreen.training.virtual_cohort import SimulatedExamination, examinations
from tdscreen.vocabulary import Item

Floats = NDArray[np.float64]

SEED = 1
PEOPLE, HELD_OUT = 2000, 500
FIRST_HELD_OUT = 100_000
"""Number of the first person whom nothing is fitted on."""

ITEMS: tuple[Item, ...] = tuple(dict.fromkeys(scale.item for scale in SCALES.values()))
TIME_KNOTS = (0.0, 10.0, 25.0, 40.0, 50.0, 65.0, 75.0, 90.0, 100.0)
PENALTY = Penalty(ridge=0.02, smooth=0.3)
"""Weak: there are as many simulated people as one likes (assumed)."""
REFERENCE_PERCENT = 20.0
NOT_FITTED = frozenset({"chewing gum"})
"""Gum is taken out before an AIMS examination (Guy 1976, its first question): a model that allowed for it would take a
steady movement of the jaw for harmless. How many who chew all the same are flagged is told."""

METADATA = {
    "name": "aims_items",
    "version": "2",
    "date": "2026-11-26",
    "status": "not fitted on patients",
    "rating_rule_source": ASSUMED,
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
    person : ndarray, shape (n,), int
        Place of each row's person.
    item : int
        Place of the scale's item.
    """

    features: Floats
    more: dict[str, Floats]
    person: NDArray[np.intp]
    item: int


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


def rows_of(people: Sequence[SimulatedExamination]) -> dict[str, Rows]:
    """Gather the evidence of each scale.

    Parameters
    ----------
    people : sequence of SimulatedExamination

    Returns
    -------
    dict of str to Rows
        By scale. A hand at rest is evidence for fingers and wrist alike.
    """
    found: dict[str, list[tuple[list[float], list[float], int]]] = {name: [] for name in SCALES}
    for place, person in enumerate(people):
        for item, gathered in gather_evidence(person.clips).items():
            for seen in gathered.evidence:
                names = (
                    [seen.scale] if seen.amplitude_mm else [n for n, s in SCALES.items() if s.item is item]
                )
                measured = _measured(person.clips, seen.file).regions[seen.region]
                row = [seen.amplitude_mm, seen.percent_time_moving]
                for name in names:
                    found[name].append((row, _more(measured), place))
    return {
        name: Rows(
            np.array([row for row, _, _ in rows]),
            dict(zip(MORE, np.array([more for _, more, _ in rows]).T, strict=True)),
            np.array([place for _, _, place in rows]),
            ITEMS.index(SCALES[name].item),
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


def fit_scale(scale: Scale, rows: Rows, ratings: Floats, *, more: Sequence[str] = ()) -> AdditiveItem:
    """Fit one scale's model.

    Parameters
    ----------
    scale : Scale
    rows : Rows
    ratings : ndarray, shape (people, items, raters)
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
        ratings[rows.person, rows.item],
        terms=[*terms_of(scale), *(Term(name) for name in more)],
        interactions=[(scale.amplitude_feature, scale.time_feature)],
        penalty=PENALTY,
    ).item
    extra = fitted.reference[2:]
    return replace(fitted, reference=(scale.slight_to_mm / 2.0, REFERENCE_PERCENT, *extra))


def fit_all(rows: dict[str, Rows], ratings: Floats) -> list[AdditiveItem]:
    """Fit every scale's model.

    Parameters
    ----------
    rows : dict of str to Rows
    ratings : ndarray, shape (people, items, raters)
    """
    return [fit_scale(scale, rows[name], ratings) for name, scale in SCALES.items()]


def worth_of_more(
    fitted: Sequence[AdditiveItem],
    rows: dict[str, Rows],
    ratings: Floats,
    held: dict[str, Rows],
    held_ratings: Floats,
) -> dict[str, dict[str, float]]:
    """Say by how much each further feature raises the likelihood of ratings of people who were not fitted on.

    Returns
    -------
    dict of str to dict of str to float
        By scale and feature, in nats a rating; below 0 it does harm.
    """

    def likelihood(item: AdditiveItem, more: tuple[str, ...]) -> float:
        others = held[item.item]
        columns = [*others.features.T, *(others.more[one] for one in more)]
        shares = evaluate(item, np.stack(columns[: len(item.features)], axis=1)).probabilities
        given = held_ratings[others.person, others.item].astype(np.intp)
        return float(np.log(np.take_along_axis(shares, given, axis=1)).mean())

    found = {}
    for item in fitted:
        name, without = item.item, likelihood(item, ())
        found[name] = {
            one: likelihood(fit_scale(SCALES[name], rows[name], ratings, more=(one,)), (one,)) - without
            for one in MORE
        }
    return found


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


@dataclass(frozen=True)
class Made:
    """A model, and what is known of it.

    Attributes
    ----------
    content : bytes
        The model file.
    figures : dict
        How it does on people whom it was not fitted on, ready to be written as JSON.
    items : list of AdditiveItem
    metadata : dict of str to str
    """

    content: bytes
    figures: dict[str, Any]
    items: list[AdditiveItem]
    metadata: dict[str, str]

    def write(self, out: Path) -> None:
        """Write the model file, and beside it its figures and its card."""
        out.write_bytes(self.content)
        told = json.dumps(self.figures, indent=1, sort_keys=True) + "\n"
        out.with_suffix(".json").write_text(told, encoding="utf-8")
        card = card_text(self.items, self.figures, self.metadata, file=out.name)
        out.with_suffix(".md").write_text(card, encoding="utf-8")


def make(
    people: Sequence[SimulatedExamination], others: Sequence[SimulatedExamination], *, seed: int
) -> Made:
    """Fit the model on some people and say how it does on others.

    Parameters
    ----------
    people, others : sequence of SimulatedExamination
        Nobody is among both.
        Those of :data:`NOT_FITTED` among the first are left out.
    seed : int
        Of the raters.

    Returns
    -------
    Made
    """
    people = [person for person in people if person.group not in NOT_FITTED]
    rows, held = rows_of(people), rows_of(others)
    ratings = {
        anchors: simulate_ratings(item_severities(people, anchors=anchors), seed=seed)
        for anchors in (1.0, 0.5, 2.0)
    }
    truth = item_severities(others)
    held_ratings = simulate_ratings(truth, seed=seed + 1)
    ranges = training_ranges(rows)
    about = {
        "training_data": f"{len(people)} simulated people and {RATERS.each} simulated raters each "
        "(docs/virtual-cohort.md); no patient",
        "seed": str(seed),
    }
    fitted = fit_all(rows, ratings[1.0])
    figures: dict[str, Any] = held_out_figures(make_bytes(fitted, ranges, about), others, truth, held_ratings)
    figures["anchors"] = {
        f"{anchors:g}": held_out_figures(
            make_bytes(fit_all(rows, ratings[anchors]), ranges, about),
            others,
            item_severities(others, anchors=anchors),
            None,
        )
        for anchors in (0.5, 2.0)
    }
    counts = figures["counts"] | {"source": f"{len(others)} other simulated people"}
    content = make_bytes(fitted, ranges, about | {"counts": json.dumps(counts, sort_keys=True)})
    figures["worth_of_more_features"] = worth_of_more(fitted, rows, ratings[1.0], held, held_ratings)
    figures["people"] = {"fitted": len(people), "held_out": len(others), "seed": seed}
    figures["sha256"] = hashlib.sha256(content).hexdigest()
    return Made(
        content, figures, fitted, METADATA | about | {"features_sha256": schema_sha256(list(UNITS), UNITS)}
    )


def card_of(model: Path) -> str:
    """Tell a model's card from its file and from the figures beside it: what the command that made them wrote.

    Parameters
    ----------
    model : Path
        The ONNX file; its figures end in ``.json``.

    Returns
    -------
    str
        Markdown.
    """
    read = read_model(model)
    figures = json.loads(model.with_suffix(".json").read_text(encoding="utf-8"))
    return card_text(read.items, figures, read.about, file=model.name)


@click.command(help="Make the scoring model from simulated people.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="File to write.")
@click.option("--people", type=int, default=PEOPLE, show_default=True, help="Simulated people to fit on.")
@click.option("--held-out", type=int, default=HELD_OUT, show_default=True, help="People to test on.")
@click.option("--seed", type=int, default=SEED, show_default=True)
@click.option(
    "--card-only", is_flag=True, help="Write the card anew, from the model and figures that are there."
)
def main(out: Path, people: int, held_out: int, seed: int, card_only: bool) -> None:
    """Write the model and its figures, and print the SHA-256, which the settings must name."""
    if card_only:
        out.with_suffix(".md").write_text(card_of(out), encoding="utf-8")
        return
    made = make(
        list(examinations(people, seed=seed)),
        list(examinations(held_out, seed=seed, first=FIRST_HELD_OUT)),
        seed=seed,
    )
    made.write(out)
    click.echo(f"{made.figures['sha256']}  {out}")


if __name__ == "__main__":
    main()
