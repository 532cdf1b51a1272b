"""Nobody whom a model was fitted on may help to say how well it does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tdscreen.errors import InputError, LeakError
from tdscreen.printing import printable

NOT_CHECKED = (
    "It could not be checked that the model was fitted on other people than these: the list of its people "
    "(people.txt) is "
    "not beside it."
)


def refuse_known_people(people: Sequence[str], fitted_on: Path, *, must_know: bool) -> str:
    """Hold people against the list of those whom a model was fitted on.

    Parameters
    ----------
    people : sequence of str
    fitted_on : Path
        One person a line.
    must_know : bool
        The list must be there.

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
    if not fitted_on.is_file():
        if must_know:
            raise InputError(f"There is no file {printable(str(fitted_on))}.")
        return NOT_CHECKED
    known = set(fitted_on.read_text(encoding="utf-8").splitlines())
    both = sorted(known & set(people))
    if both:
        raise LeakError(
            f"The model was fitted on {len(both)} of these {len(set(people))} people. Results on them "
            f"would be too good. "
            "Leave them out of the table."
        )
    return "None of these people is among those whom the model was fitted on."
