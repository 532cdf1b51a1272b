"""Who works at this site: added, given a role, retired. Nothing of any patient."""

from __future__ import annotations

import streamlit as st

from tdscreen.clinicapp.visit import change, seen
from tdscreen.clinicapp.words import ROLES
from tdscreen.printing import day
from tdscreen.records.administration import add_staff, change_role, retire_staff, staff
from tdscreen.records.clinic import Desk
from tdscreen.records.entries import Role, StaffMember
from tdscreen.records.roles import NO_STAFF

_OF_PEOPLE = tuple(role for role in Role if role not in NO_STAFF)


def show_staff(desk: Desk) -> None:
    """List the staff, and let an administrator change it."""
    st.title("Staff", anchor=False)
    st.markdown(
        f"Everybody who works at the site `{desk.staff.site}`. What you do here stands in the audit log."
    )
    for member in seen("staff", lambda: staff(desk)):
        _row(desk, member)
    st.header("Add somebody", anchor=False)
    with st.form("add-staff", clear_on_submit=True):
        identifier = st.text_input(
            "Short identifier",
            key="staff-identifier",
            help="Small letters and digits, as r3, and no name: it stands in the audit log.",
        )
        name = st.text_input("Name", key="staff-name", help="Is kept encrypted.")
        role = st.selectbox("Role", _OF_PEOPLE, format_func=ROLES.__getitem__, key="staff-role")
        issuer = st.text_input("Address of the login provider (may be left empty)", key="staff-issuer")
        subject = st.text_input("Subject or verified e-mail address there", key="staff-subject")
        if st.form_submit_button("Add to the staff", type="primary"):
            login = (issuer, subject) if issuer.strip() or subject.strip() else None
            change(
                lambda: add_staff(desk, identifier.strip(), name=name.strip(), role=role, login=login),
                said="Added to the staff.",
            )
            st.rerun()


def _row(desk: Desk, member: StaffMember) -> None:
    with st.container(border=True):
        gone = "" if member.retired_at is None else f"; retired on {day(member.retired_at)}"
        own = "; this is you" if member.id == desk.staff.id else ""
        st.text(f"{member.id}: {member.name}\n{ROLES[member.role]}{gone}{own}")
        if member.retired_at is not None or own:
            return
        with st.container(horizontal=True, vertical_alignment="bottom"):
            role = st.selectbox(
                f"Role of {member.id}",
                _OF_PEOPLE,
                index=_OF_PEOPLE.index(member.role),
                format_func=ROLES.__getitem__,
                key=f"role-{member.id}-{member.role}",
                width=360,
            )
            st.button(
                f"Change the role of {member.id}",
                key=f"change-{member.id}",
                disabled=role is member.role,
                on_click=change,
                args=(lambda: change_role(desk, member.id, role),),
                kwargs={"said": "The role is changed. It holds from the person's next click on."},
            )
            st.button(
                f"Retire {member.id}",
                key=f"retire-{member.id}",
                on_click=change,
                args=(lambda: retire_staff(desk, member.id),),
                kwargs={"said": "Retired. What the person rated and signed stays."},
            )
