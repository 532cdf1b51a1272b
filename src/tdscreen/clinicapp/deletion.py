"""A patient is deleted, by who may: after it was said what goes and the identifier was typed; then it is shown."""

from __future__ import annotations

import streamlit as st

from tdscreen.clinicapp.visit import PageName, Tone, change, go, seen, tell
from tdscreen.errors import InputError
from tdscreen.printing import counted, moment
from tdscreen.records.clinic import Desk
from tdscreen.records.patients import Remains, delete_patient, find_patient, patient, what_there_is
from tdscreen.records.roles import Act, require
from tdscreen.records.times import read_time
from tdscreen.webapp.words import unformatted

_NAMES = {
    "examinations": "examination",
    "clips": "clip",
    "files": "file of video or landmarks",
    "assessments": "estimate",
    "ratings": "rating",
    "rating_changes": "change of a rating",
    "sign_offs": "signature",
    "exposures": "note of a drug",
    "jobs": "request for an estimate",
    "outbox": "message to the record system",
}
_PLURALS = {
    "file of video or landmarks": "files of video or landmarks",
    "change of a rating": "changes of ratings",
    "note of a drug": "notes of drugs",
    "request for an estimate": "requests for estimates",
    "message to the record system": "messages to the record system",
}


def show_deletion(desk: Desk, of: str) -> None:
    """Let who may delete a patient find one, and delete it; or show that it is deleted."""
    require(desk.staff.role, Act.DELETE)
    if not of:
        _show_search(desk)
        return
    there = seen("there", lambda: what_there_is(desk, of))
    if there.deleted is None:
        _show_what_goes(desk, of, there)
    else:
        _show_proof(there)
    st.button("Another patient", key="another", on_click=go, args=(PageName.DELETION,))


def _show_search(desk: Desk) -> None:
    st.title("Delete a patient", anchor=False)
    st.markdown(
        "Everything that there is of a patient is destroyed, when a patient asks for it or it has to be. You see what "
        "goes before anything does."
    )
    with st.form("find-to-delete"):
        wanted = st.text_input("Identifier of the patient, whole", key="delete-find")
        if st.form_submit_button("Look for the patient"):
            change(lambda: _go_to(desk, wanted))
            st.rerun()


def _go_to(desk: Desk, wanted: str) -> None:
    found = find_patient(desk, wanted)
    if found is None:
        raise InputError("This site has no patient with that identifier.")
    go(PageName.DELETION, found.id)


def _show_what_goes(desk: Desk, of: str, there: Remains) -> None:
    whose = seen("patient", lambda: patient(desk, of)).details.identifier
    st.title(f"Delete {unformatted(whose)}", anchor=False)
    st.header("What goes", anchor=False)
    st.markdown("\n".join(f"- {line}" for line in what_goes(there.counts)))
    st.header("What can then no longer be done", anchor=False)
    st.markdown(
        "- **Nothing of it can be brought back**, by nobody: the key with which it is encrypted is destroyed first.\n"
        "- Nothing can be rated, signed, estimated, exported or sent any more, and the person's course is gone. What "
        "was exported or sent before is where it went, and is not reached.\n"
        "- Backups of before still have it. Keep them no longer than you may; who restores one has to delete again.\n"
        "- That somebody was deleted, when and by whom stays in the audit log, under a random identifier."
    )
    with st.form("delete"):
        typed = st.text_input("Type the patient's identifier to delete", key="delete-typed")
        if st.form_submit_button("Delete for good", type="primary"):
            change(lambda: _delete(desk, of, whose, typed))
            st.rerun()


def _delete(desk: Desk, of: str, whose: str, typed: str) -> None:
    if typed.strip() != whose.strip():
        raise InputError("That is not the identifier of this patient. Nothing was deleted.")
    delete_patient(desk, of)


def what_goes(counts: dict[str, int]) -> list[str]:
    """Say in lines what there is of a patient."""
    lines = ["who the patient is, and what was said of the risk"]
    for table, name in _NAMES.items():
        if n := counts.get(table, 0):
            lines.append(f"{n:,} {_PLURALS[name]}" if n > 1 and name in _PLURALS else counted(n, name))
    return lines


def _show_proof(there: Remains) -> None:
    entry = there.deleted
    assert entry is not None
    st.title("Deletion of a patient", anchor=False)
    left = {name: n for name, n in there.counts.items() if n}
    if left:
        tell("The deletion is not at its end. Let 'tdscreen clinic sweep' finish it.", Tone.PROBLEM)
    else:
        tell("Deleted. Nothing is left in this store.", Tone.DONE)
    st.markdown(
        f"Looked for just now, under the random identifier {entry.on_id}: {sum(there.counts.values()):,} rows and "
        f"files in {len(there.counts) - 1} tables of the database and in the folder."
    )
    st.markdown(
        f"The audit log says so in entry {entry.number}: deleted by {entry.who} on {moment(read_time(entry.at))}. "
        "`tdscreen audit verify` finds whether an entry was changed."
    )
