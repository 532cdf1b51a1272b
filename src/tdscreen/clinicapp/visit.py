"""Which page is shown, of what, and what it has loaded: a look at a page is in the audit log once, not a click."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from html import escape
from threading import Lock
from typing import TypeVar

import streamlit as st

from tdscreen.errors import TdscreenError

T = TypeVar("T")
_SAVING = "saving"
_SEEN = "visit"
_PROBLEM = "problem"
_SAID = "said"


class PageName(StrEnum):
    """As they stand in the address."""

    PATIENTS = "patients"
    WORKLIST = "worklist"
    PATIENT = "patient"
    EXAMINATION = "examination"
    RATING = "rating"
    COMPARISON = "comparison"
    COURSE = "course"
    RATERS = "raters"
    TRAINING = "training"
    DELETION = "deletion"
    STAFF = "staff"
    RETENTION = "retention"
    AUDIT = "audit"
    RESEARCH = "research"
    ABOUT = "about"


class Tone(StrEnum):
    """What a sentence is about."""

    DONE = "done"
    DRAFT = "draft"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Place:
    """Where somebody is.

    Attributes
    ----------
    page : PageName
    of : str
        Random identifier of the patient or examination; empty of a page that has none.
    """

    page: PageName
    of: str = ""


def place() -> Place:
    """Read from the address where somebody is. What the address names may be anything: the store is asked."""
    asked = st.query_params.get("page", "")
    page = PageName(asked) if asked in tuple(PageName) else PageName.PATIENTS
    return Place(page, st.query_params.get("of", ""))


def is_named() -> bool:
    """Tell whether the address names a page at all."""
    return "page" in st.query_params


def go(page: PageName, of: str = "") -> None:
    """Go to another page. A callback of buttons."""
    st.query_params.from_dict({"page": str(page), **({"of": of} if of else {})})
    forget()


def begin(person: str, here: Place) -> None:
    """Forget what another page had loaded, or the same page for somebody else."""
    if st.session_state.get(_SEEN, {}).get("whose") != (person, here):
        st.session_state[_SEEN] = {"whose": (person, here)}


def seen(what: str, load: Callable[[], T]) -> T:
    """Load something once in a visit to a page, and again after :func:`forget`."""
    loaded = st.session_state[_SEEN]
    if what not in loaded:
        loaded[what] = load()
    found: T = loaded[what]
    return found


def remember(what: str, value: object) -> None:
    """Have something at hand that came of a change, instead of loading all again."""
    if _SEEN in st.session_state:
        st.session_state[_SEEN][what] = value


def loaded_here() -> dict[str, object]:
    """Give what this visit has loaded, to be filled in by whoever may not be interrupted.

    Streamlit may end a callback at any look at its state, as when somebody clicks fast.
    """
    found: dict[str, object] = st.session_state[_SEEN]
    return found


def one_at_a_time() -> Lock:
    """Give a lock to be held while something is saved that the page has to know of.

    Streamlit begins to run the page anew with each click, while the run before, which it has told to stop, may still be
    saving. Whoever holds the lock looks at the state first: a run that was told to stop ends there.
    """
    if _SAVING not in st.session_state:
        st.session_state[_SAVING] = Lock()
    found: Lock = st.session_state[_SAVING]
    return found


def recall(what: str) -> object:
    """Give what was remembered in this visit; None without."""
    return st.session_state[_SEEN].get(what)


def forget() -> None:
    """Have everything loaded again: something was changed."""
    st.session_state.pop(_SEEN, None)


def change(
    work: Callable[[], object], *, said: str | None = None, then: Callable[[], None] | None = None
) -> None:
    """Change something in the store and have it loaded again. A callback of buttons.

    Parameters
    ----------
    work : callable
        Does it. What it raises is told above the page.
    said : str, optional
        To be told if it was done.
    then : callable, optional
        What to do next if it was done.
    """
    try:
        work()
    except TdscreenError as error:
        st.session_state[_PROBLEM] = str(error)
        return
    forget()
    if said is not None:
        st.session_state[_SAID] = said
    if then is not None:
        then()


def show_what_came_of_it() -> None:
    """Show what the last change said, once."""
    if problem := st.session_state.pop(_PROBLEM, None):
        tell(problem, Tone.PROBLEM)
    if said := st.session_state.pop(_SAID, None):
        tell(said, Tone.DONE)


def tell(text: str, tone: Tone) -> None:
    """Show a sentence that is to be noticed, in colours that can be read, and have it read out."""
    role = "alert" if tone is Tone.PROBLEM else "status"
    st.html(f'<p class="td-said {tone}" role="{role}">{escape(text)}</p>')
