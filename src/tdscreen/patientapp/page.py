"""The one page of the recorder: a component that runs in the browser, and all that it says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from tdscreen.patientapp.around import around, drawings
from tdscreen.patientapp.clinic_file import ClinicFile
from tdscreen.patientapp.consent import VERSION, date_of_version
from tdscreen.patientapp.routes import task_list
from tdscreen.patientapp.service import recorder
from tdscreen.patientapp.tasks import Length, whole_s
from tdscreen.patientapp.words import catalogue, entries_for, languages
from tdscreen.settings import RECORDER, RECORDS, RecorderSettings
from tdscreen.webapp.page import style

_FOLDER = Path(__file__).with_name("browser")


def show() -> None:
    """Show it. Nothing here is of a patient, and nothing is asked of Streamlit again while somebody records."""
    st.set_page_config(page_title="tdscreen", layout="centered", initial_sidebar_state="collapsed")
    st.html(f"<style>{style()}</style>")
    component = st.components.v2.component(
        "tdscreen_recorder",
        html='<div class="recorder"></div>',
        css=(_FOLDER / "recorder.css").read_text(encoding="utf-8"),
        js=(_FOLDER / "recorder.js").read_text(encoding="utf-8"),
    )
    here = recorder()
    component(key="recorder", data=said_to_the_browser(here.settings, here.about, own=here.own))


def said_to_the_browser(
    settings: RecorderSettings = RECORDER, about: ClinicFile | None = None, *, own: bool = False
) -> dict[str, Any]:
    """Give what the component needs: words, tasks, settings, and what a clinic, if there is one, says of itself."""
    return {
        "languages": {
            code: {
                "name": name,
                "direction": str(catalogue(code).direction),
                "entries": entries_for(code, own=own),
            }
            for code, name in languages().items()
        },
        "tasks": task_list(settings.scale),
        "minutes": {str(length): max(round(whole_s(length) / 60.0), 1) for length in Length},
        "seconds": {str(length): round(whole_s(length)) for length in Length},
        "consent": {
            "version": VERSION,
            "date": date_of_version().isoformat(),
            "days": RECORDS.video_days,
            "most": RECORDS.unassessed_video_days,
        },
        "around": around(about or ClinicFile()),
        "drawings": drawings(),
        "pieceBytes": settings.piece_bytes,
        "lookEveryMs": round(1000 * settings.look_every_s),
        "checkEveryMs": round(1000 * settings.check_every_s),
        "countdownS": settings.countdown_s,
        "beginsByItself": settings.begins_by_itself,
    }
