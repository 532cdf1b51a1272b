"""Nobody whom a model has seen, and no clip, may help to say how well it does."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tdscreen.errors import ColumnsError, InputError, LeakError
from tdscreen.printing import counted, printable
from tdscreen.scoring.model import ASSUMED

if TYPE_CHECKING:
    import pandas as pd

PEOPLE_LIST, CLIPS_LIST = "people.txt", "clips.txt"
"""Beside a model: whom, and with ``--clips`` which clips by their SHA-256, it has seen. One a line."""
LIST_IS_PARTIAL = "people_listed"
"""In a model file's metadata, where its list names the people of its calibration alone."""
NOT_CHECKED = (
    "It could not be checked that the model was fitted on other people than these: the list of its people "
    "(people.txt) is "
    "not beside it."
)
PARTLY_CHECKED = (
    "None of these people is among those on whom the model was calibrated. It could not be checked that it was fitted "
    "on other people than these: when it was calibrated, the list of its people was not beside it."
)
SIMULATED = "The model was fitted on simulated people, so none of these is among them."
NONE_KNOWN = "None of these people is among those whom the model was fitted on."


def people_of(table: pd.DataFrame, group: str) -> NDArray[np.str_]:
    """Say whose each row is.

    Parameters
    ----------
    table : DataFrame
    group : str
        Column that says so. A blank before or behind a name makes nobody else of them.

    Returns
    -------
    ndarray, shape (n,), str

    Raises
    ------
    ColumnsError
        A row does not say it.
    """
    names = np.char.strip(table[group].astype(str).to_numpy().astype(np.str_))
    missing = int((table[group].isna().to_numpy() | (names == "")).sum())
    if missing:
        raise ColumnsError(f"{missing} rows do not say in the column {group} whose they are.")
    return np.asarray(names, dtype=np.str_)


def refuse_known_people(
    people: Sequence[str], fitted_on: Path, *, must_know: bool, about: Mapping[str, str] | None = None
) -> str:
    """Hold people against the list of those whom a model has seen.

    Parameters
    ----------
    people : sequence of str
    fitted_on : Path
        One person a line.
    must_know : bool
        The list must be there, and is taken for whole.
    about : mapping of str to str, optional
        The model file's metadata.

    Returns
    -------
    str
        What a reader is to be told of it.

    Raises
    ------
    InputError
        The list is not there and must be.
    LeakError
        Somebody is on both.
    """
    about = about or {}
    if not fitted_on.is_file():
        if must_know:
            raise InputError(f"There is no file {printable(str(fitted_on))}.")
        simulated = about.get("rating_rule_source") == ASSUMED and "calibrated_on" not in about
        return SIMULATED if simulated else NOT_CHECKED
    known = set(fitted_on.read_text(encoding="utf-8").splitlines())
    both = sorted(known & set(people))
    if both:
        raise LeakError(
            f"The model was fitted or calibrated on {len(both)} of these {len(set(people))} people. Results on them "
            "would be too good. Leave them out of the table."
        )
    return PARTLY_CHECKED if LIST_IS_PARTIAL in about and not must_know else NONE_KNOWN


def refuse_known_clips(contents: Mapping[str, str], known: Collection[str]) -> None:
    """Hold clips against the list of those that a model has seen, whatever they and their people are called here.

    Parameters
    ----------
    contents : mapping of str to str
        SHA-256 of each clip, by its name.
    known : collection of str
        SHA-256 of each clip that the model has seen; none of a model that was fitted on a table of features.

    Raises
    ------
    LeakError
        A clip is on both.
    """
    if both := sorted(name for name, sha256 in contents.items() if sha256 in known):
        raise LeakError(
            f"The model was fitted or calibrated on {counted(len(both), 'clip')} of these {len(contents)}, the first "
            f"of them {printable(both[0])}. Results on them would be too good. Leave their people out of the table."
        )


def listed_in(path: Path) -> Collection[str]:
    """Read a list that lies beside a model: one entry a line, none if there is no list."""
    return frozenset(path.read_text(encoding="utf-8").splitlines()) if path.is_file() else frozenset()
