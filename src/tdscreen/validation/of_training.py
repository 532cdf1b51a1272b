"""What a training says of people left out: the figures of its card, and a table of them."""

from __future__ import annotations

import csv
import hashlib
import io

import numpy as np

from tdscreen.settings import VALIDATION, ValidationSettings
from tdscreen.training.own_model import OwnModel
from tdscreen.training.study_card import CardFigure, write_card
from tdscreen.validation.held import Found, Held, HeldItem, find_of_item


def _held(own: OwnModel, index: int) -> Held:
    """One item's estimates of people left out, as a validation has them."""
    study, said = own.studies[index], own.left_out[index]
    item = HeldItem(study.item, said.probabilities, study.ratings, study.raters)
    return Held(study.people, (item,), study.subgroups, min(2, study.highest), VALIDATION.cuts)


def card_of(own: OwnModel, *, command: str, settings: ValidationSettings = VALIDATION) -> str:
    """Write the card of a model that was fitted.

    Parameters
    ----------
    own : OwnModel
    command : str
        By which it is made again.
    settings : ValidationSettings

    Returns
    -------
    str
    """
    figures: list[CardFigure] = []
    groups: list[CardFigure] = []
    for index, study in enumerate(own.studies):
        of_item, of_groups = find_of_item(_held(own, index), settings=settings)
        figures += [_figure(one, study.item) for one in of_item]
        groups += [_figure(one, study.item) for one in of_groups if study.item in one.what]
    return write_card(
        about=own.about,
        sha256=hashlib.sha256(own.content).hexdigest(),
        studies=own.studies,
        items=[one.item for one in own.fitted],
        figures=figures,
        by_group=groups,
        command=command,
    )


def _figure(one: Found, item: str) -> CardFigure:
    what = one.what if item in one.what else f"{item}: {one.what}"
    return CardFigure(what, one.whole, one.counts)


def left_out_table(own: OwnModel) -> str:
    """Write what was said of each row by a model that had not seen its person, as comma-separated values."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    scores = range(own.studies[0].highest + 1)
    writer.writerow(
        ["item", "row", "person", "split", "rated", "expected", *(f"p{score}" for score in scores)]
    )
    numbers = {person: number for number, person in enumerate(own.people, 1)}
    for study, said in zip(own.studies, own.left_out, strict=True):
        for row, person in enumerate(study.people.tolist()):
            chances = said.probabilities[row]
            expected = float(chances @ np.arange(len(chances)))
            told = [
                f"{chance:.6g}" if np.isfinite(chance) else "" for chance in (expected, *chances.tolist())
            ]
            writer.writerow(
                [
                    study.item,
                    row + 1,
                    numbers[person],
                    int(said.fold[row]) + 1,
                    f"{study.agreed[row]:g}",
                    *told,
                ]
            )
    return out.getvalue()
