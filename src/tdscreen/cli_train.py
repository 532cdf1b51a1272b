"""The door to a model of one's own: ``tdscreen train``, ``tdscreen validate`` and ``tdscreen calibrate``."""

from __future__ import annotations

import datetime
import importlib.util
import os
import shlex
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import click

from tdscreen.cli_phantom import progress_bar, writable_folder
from tdscreen.errors import InputError
from tdscreen.printing import counted, printable

INSTALL = "pip install 'tdscreen[train]'"
ONE_ITEM = "score"
"""Name of what is scored where only one thing is."""


def _needs(*packages: str) -> None:
    if missing := [name for name in packages if importlib.util.find_spec(name) is None]:
        raise InputError(f"This needs the package {missing[0]}: {INSTALL}")


def _named(given: Sequence[str], what: str) -> dict[str, list[str]]:
    """Sort ``ITEM=NAME`` and ``NAME`` by item."""
    found: dict[str, list[str]] = {}
    for one in given:
        item, equals, name = one.partition("=")
        if not equals:
            item, name = ONE_ITEM, one
        if not item or not name:
            raise InputError(f"{what} is COLUMN, or ITEM=COLUMN, not '{printable(one)}'.")
        if name in found.setdefault(item, []):
            raise InputError(f"{what} {printable(name)} is named twice. Name each column once.")
        found[item].append(name)
    if ONE_ITEM in found and len(found) > 1:
        raise InputError(f"With several items, name the item before each {what}, as lips=COLUMN.")
    return found


def _new_folder(out: Path) -> None:
    """Refuse a folder that is there: nothing of anybody's is written over."""
    if os.path.lexists(out):
        raise InputError(f"{printable(str(out))} is already there. Name a folder that is not there yet.")
    writable_folder(out)


def _date(ctx: click.Context, option: click.Parameter, given: str | None) -> str:
    try:
        return str(datetime.date.fromisoformat(given) if given else datetime.date.today())
    except ValueError as error:
        raise click.BadParameter(f"'{given}' is no date. Write it as 2026-11-26.", ctx, option) from error


def _command() -> str:
    return shlex.join(["tdscreen", *sys.argv[1:]])


def _shared(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that all three commands have."""
    for option in (
        click.option(
            "--date",
            callback=_date,
            metavar="DATE",
            help="To stand in what is written, as 2026-11-26  [default: today]",
        ),
        click.option(
            "--clips",
            type=click.Path(path_type=Path, file_okay=False),
            metavar="FOLDER",
            help="TABLE holds ratings and a column 'file' (and 'task', 'mirrored'); the clips in FOLDER are measured "
            "first.",
        ),
        click.option(
            "--out",
            required=True,
            type=click.Path(path_type=Path),
            metavar="FOLDER",
            help="A folder that is not there yet.",
        ),
        click.option("--group", required=True, metavar="COLUMN", help="Says whose each row is."),
        click.option(
            "--label",
            "labels",
            required=True,
            multiple=True,
            metavar="[ITEM=]COLUMN",
            help="A rater's ratings. Once for each rater, and for each item.",
        ),
    ):
        function = option(function)
    return function


def _measured(found: Any, clips: Path | None, *, group: str, model: Path | None = None) -> tuple[Any, str]:
    """Where clips are given, measure them and put their features beside the table; list what was in them, too.

    A clip that the ``model`` has seen is refused before any is measured, and stays on the list.
    """
    from tdscreen.training.clip_table import FILE_COLUMN, UNUSABLE_COLUMN, clip_contents, measure_clips
    from tdscreen.training.people import CLIPS_LIST, listed_in, refuse_known_clips

    seen_before = set() if model is None else set(listed_in(model.parent / CLIPS_LIST))
    if clips is None:
        return found, _lines(seen_before)
    contents = clip_contents(found, clips, group=group)
    refuse_known_clips(contents, seen_before)
    with progress_bar("Measuring clips") as report:
        measured = measure_clips(found, clips, contents=contents, on_progress=report)
    blind = measured[measured[UNUSABLE_COLUMN] != ""]
    if len(blind):
        click.echo(f"{len(blind)} of {counted(len(measured), 'clip')} cannot be used:", err=True)
    for file, reason in zip(blind[FILE_COLUMN], blind[UNUSABLE_COLUMN], strict=True):
        click.echo(printable(f"  {file}: {reason}"), err=True)
    return measured, _lines(seen_before | set(contents.values()))


def _lines(entries: Iterable[str]) -> str:
    return "".join(f"{entry}\n" for entry in sorted(entries))


@click.command()
@click.argument("table", type=click.Path(path_type=Path))
@click.option(
    "--features",
    multiple=True,
    metavar="[ITEM=]COLUMN",
    help="Columns of features; a pattern as 'lips.*' names several  [default with --clips: those of the item]",
)
@click.option(
    "--rises", multiple=True, metavar="COLUMN", help="More of it never lowers a score (or a pattern)."
)
@click.option(
    "--falls", multiple=True, metavar="COLUMN", help="More of it never raises a score (or a pattern)."
)
@click.option(
    "--interaction", "pairs", multiple=True, metavar="COLUMN:COLUMN", help="Two that may work together."
)
@click.option(
    "--subgroup", "subgroups", multiple=True, metavar="COLUMN", help="Results are told apart by it."
)
@click.option(
    "--highest", type=click.IntRange(1, 20), default=4, show_default=True, help="Highest score of the scale."
)
@click.option("--name", default="own", show_default=True, help="Name of the model.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of the splits.")
@_shared
def train(
    table: Path,
    features: tuple[str, ...],
    rises: tuple[str, ...],
    falls: tuple[str, ...],
    pairs: tuple[str, ...],
    subgroups: tuple[str, ...],
    highest: int,
    name: str,
    seed: int,
    labels: tuple[str, ...],
    group: str,
    out: Path,
    clips: Path | None,
    date: str,
) -> None:
    """Fit a scoring model to ratings of your own.

    TABLE holds features and ratings, comma-separated or Parquet, one row a clip or an examination. Splits are
    by person; features and smoothness are chosen within them; several raters are taken as several raters. Into
    the new folder go model.onnx, model.md (its card), left_out.csv (what was said of people left out),
    people.txt (whom it was fitted on: keep it to yourself) and, with --clips, features.csv and clips.txt.
    """
    _needs("onnx", "sklearn")
    _new_folder(out)
    from tdscreen.training.own_model import inputs_of, train_own
    from tdscreen.training.people import CLIPS_LIST, PEOPLE_LIST
    from tdscreen.training.study import check_ratings, read_table

    raters = _named(labels, "--label")
    inputs = _named(features, "--features") if features else None
    together = [_pair(one) for one in pairs]
    if both := sorted(set(rises) & set(falls)):
        raise InputError(f"{printable(both[0])} is said both to rise and to fall. Leave one of the two out.")
    directions = dict.fromkeys(rises, 1) | dict.fromkeys(falls, -1)
    ratings = read_table(table, names=[group])
    for item, columns in raters.items():
        # What cannot be fitted is said before the clips are measured, which may take hours.
        inputs_of(item, inputs, directions, together)
        check_ratings(ratings, labels=columns, group=group, subgroups=subgroups, highest=highest)
    data, contents = _measured(ratings, clips, group=group)
    with progress_bar("Fitting") as report:
        own = train_own(
            data,
            raters=raters,
            group=group,
            features=inputs,
            directions=directions,
            interactions=together,
            subgroups=subgroups,
            highest=highest,
            name=name,
            seed=seed,
            date=date,
            source=table.name,
            on_progress=report,
        )
    from tdscreen.validation.of_training import card_of, left_out_table

    files = {
        "model.onnx": own.content,
        "model.md": card_of(own, command=_command()).encode(),
        "left_out.csv": left_out_table(own).encode(),
        PEOPLE_LIST: _lines(own.people).encode(),
    }
    if clips is not None:
        files[CLIPS_LIST] = contents.encode()
        files["features.csv"] = data.to_csv(index=False).encode()
    from tdscreen.validation.write import save_files

    save_files(files, out)
    click.echo(printable(f"{out / 'model.onnx'} is written, and its card beside it."), err=True)


def _pair(words: str) -> tuple[str, str]:
    first, colon, second = words.partition(":")
    if not (colon and first and second):
        raise InputError(f"--interaction is COLUMN:COLUMN, not '{printable(words)}'.")
    return first, second


@click.command()
@click.argument("table", type=click.Path(path_type=Path))
@click.option(
    "--model", required=True, type=click.Path(path_type=Path), metavar="FILE", help="An ONNX model."
)
@click.option(
    "--subgroup", "subgroups", multiple=True, metavar="COLUMN", help="Results are told apart by it."
)
@click.option(
    "--positive-from",
    type=click.IntRange(min=1),
    metavar="TOTAL",
    help="The reference is positive from this total on  [default: 2 for one item, the rule of Schooler and Kane for "
    "several]",
)
@click.option(
    "--cut",
    "cuts",
    multiple=True,
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="Probability from which a row is flagged, set beforehand  [default: 0.05 and 0.5]",
)
@click.option(
    "--fitted-on",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="people.txt of the model  [default: the one beside the model, if it is there]",
)
@_shared
def validate(
    table: Path,
    model: Path,
    subgroups: tuple[str, ...],
    positive_from: int | None,
    cuts: tuple[float, ...],
    fitted_on: Path | None,
    labels: tuple[str, ...],
    group: str,
    out: Path,
    clips: Path | None,
    date: str,
) -> None:
    """Hold a model against ratings of people new to it.

    Writes index.html, validation.pdf, figures.csv and rows.csv into a new folder: who took part, sensitivity and
    specificity at cuts set beforehand, calibration, agreement by item, raters against each other and beside the model,
    groups, and what becomes of it if the unusable count as failures.
    """
    _needs("onnx", "sklearn", "matplotlib", "reportlab")
    _new_folder(out)
    from tdscreen.settings import VALIDATION
    from tdscreen.training.people import PEOPLE_LIST
    from tdscreen.training.store import read_model
    from tdscreen.training.study import read_table
    from tdscreen.validation.run import check_reference, validate_model
    from tdscreen.validation.write import save_files

    read = read_model(model)
    ratings = read_table(table, names=[group])
    about: dict[str, Any] = {
        "raters": _for_model(_named(labels, "--label"), [item.item for item in read.items]),
        "group": group,
        "subgroups": subgroups,
        "positive_from": positive_from,
        "fitted_on": fitted_on or model.parent / PEOPLE_LIST,
        "must_know": fitted_on is not None,
    }
    # What cannot be held is said before the clips are measured, which may take hours.
    check_reference(read, ratings, **about)
    data, _ = _measured(ratings, clips, group=group, model=model)
    files, notes = validate_model(
        read,
        data,
        **about,
        cuts=tuple(dict.fromkeys(cuts)) or VALIDATION.cuts,
        source=table,
        date=date,
        command=_command(),
    )
    save_files(files, out)
    for note in notes:
        click.echo(printable(note), err=True)
    click.echo(printable(f"{out / 'index.html'} is written; the PDF and tables are beside it."), err=True)


def _for_model(raters: dict[str, list[str]], items: Sequence[str]) -> dict[str, list[str]]:
    """Ratings without an item's name are of the model's only item."""
    if set(raters) == {ONE_ITEM} and len(items) == 1:
        return {items[0]: raters[ONE_ITEM]}
    if unknown := [item for item in raters if item not in items]:
        raise InputError(
            f"The model scores {', '.join(items)}, and not {printable(unknown[0])}. Name one of these."
        )
    return raters


@click.command()
@click.argument("table", type=click.Path(path_type=Path))
@click.option(
    "--model", required=True, type=click.Path(path_type=Path), metavar="FILE", help="An ONNX model."
)
@click.option(
    "--level",
    type=click.FloatRange(0.5, 0.99),
    default=0.90,
    show_default=True,
    help="Share of people of each score whose set of scores is to hold it.",
)
@_shared
def calibrate(
    table: Path,
    model: Path,
    level: float,
    labels: tuple[str, ...],
    group: str,
    out: Path,
    clips: Path | None,
    date: str,
) -> None:
    """Fit a model to your own people, and say how sure it may be.

    A line through the model's log-odds is fitted to your ratings, and sets of scores are made that hold the true one as
    often as --level promises, for people of each score by itself. Writes model.onnx, calibration.md and
    people.txt into a new folder. Validate the result on other people than these.
    """
    _needs("onnx")
    _new_folder(out)
    from tdscreen.training.local import calibrate_model, check_local
    from tdscreen.training.people import CLIPS_LIST, PEOPLE_LIST
    from tdscreen.training.store import read_model
    from tdscreen.training.study import read_table
    from tdscreen.validation.write import save_files

    read = read_model(model)
    ratings = read_table(table, names=[group])
    about: dict[str, Any] = {
        "raters": _for_model(_named(labels, "--label"), [item.item for item in read.items]),
        "group": group,
        "fitted_on": model.parent / PEOPLE_LIST,
    }
    # What cannot be calibrated is said before the clips are measured, which may take hours.
    check_local(read, ratings, **about)
    data, contents = _measured(ratings, clips, group=group, model=model)
    local = calibrate_model(read, data, **about, level=level, date=date, source=table.name)
    files = {
        "model.onnx": local.content,
        "calibration.md": local.words.encode(),
        PEOPLE_LIST: _lines(local.people).encode(),
    }
    if contents:
        files[CLIPS_LIST] = contents.encode()
    save_files(files, out)
    click.echo(printable(f"{out / 'model.onnx'} is written, with its calibration beside it."), err=True)
