"""The audit log of this site: looked through, and checked. It names no patient: identifiers in it are random."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape

import streamlit as st

from tdscreen.clinicapp.visit import Tone, recall, remember, seen, tell
from tdscreen.printing import moment
from tdscreen.records.administration import audit_log, audit_problems
from tdscreen.records.audit import AuditEntry
from tdscreen.records.clinic import Desk

_SHOWN = 100
"""More rows than this nobody reads; the choice above finds the others."""
_EVERYBODY = "everybody"


def show_audit_log(desk: Desk) -> None:
    """Let an administrator check the log, and look through its entries."""
    st.title("Audit log", anchor=False)
    st.markdown(
        "Who saw, changed, exported, signed or deleted what, at this site. The log only grows, and each entry hangs on "
        "the one before: one that was changed, removed or moved is found, at any site."
    )
    if st.button("Check the log", type="primary", key="check-log"):
        remember("problems", audit_problems(desk))
    _show_check(recall("problems"))
    entries = seen("audit", lambda: audit_log(desk))
    st.header("Entries", anchor=False)
    who, what, on = st.columns(3)
    person = who.selectbox("Who", [_EVERYBODY, *sorted({one.who for one in entries})], key="audit-who")
    did = what.selectbox("Did", ["anything", *sorted({one.what for one in entries})], key="audit-what")
    wanted = on.text_input("On, by the beginning of the identifier", key="audit-on").strip()
    found = [
        one
        for one in reversed(entries)
        if person in (_EVERYBODY, one.who) and did in ("anything", one.what) and one.on_id.startswith(wanted)
    ]
    st.caption(
        f"{len(found)} of {len(entries)} entries, the newest first"
        + (f"; {_SHOWN} are shown." if len(found) > _SHOWN else ".")
    )
    st.html(entries_table(found[:_SHOWN]))


def entries_table(entries: Sequence[AuditEntry]) -> str:
    """Write entries of the log as a table."""
    rows = "".join(
        f'<tr><th scope="row">{one.number}</th>'
        f'<td data-label="When">{moment(datetime.fromisoformat(one.at))}</td>'
        f'<td data-label="Who">{escape(one.who)}</td>'
        f'<td data-label="What" class="td-file">{escape(f"{one.what} {one.kind}")}</td>'
        f'<td data-label="On" class="td-file">{escape(one.on_id)}</td></tr>'
        for one in entries
    )
    return (
        '<div class="td-scroll"><table class="td-table stack"><thead><tr><th scope="col">Number</th>'
        '<th scope="col">When</th><th scope="col">Who</th><th scope="col">What</th><th scope="col">On</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _show_check(problems: object) -> None:
    if not isinstance(problems, list):
        return
    if problems:
        tell(f"The log is not as it was written. {' '.join(problems)}", Tone.PROBLEM)
    else:
        tell("The log is whole: no entry was changed, removed or moved.", Tone.DONE)
