"""What of the pages runs in the browser: a way to send clips, a player, the way back. The scripts are our own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from tdscreen.assessment.plain import TASKS
from tdscreen.clinicapp.service import Service
from tdscreen.clinicapp.tickets import Purpose
from tdscreen.settings import CLINIC_PAGES
from tdscreen.vocabulary import Task

Spot = tuple[str, float, float, float]
"""Name, place from the left and from the top as shares of the picture, and how much closer it is shown."""
_FOLDER = Path(__file__).with_name("browser")


def upload_clips(service: Service, person: str, examination: str, *, on_arrived: Callable[[], None]) -> None:
    """Let clips of an examination be chosen, their tasks be named, and all be sent.

    Parameters
    ----------
    service : Service
    person : str
        Whose page it is.
    examination : str
    on_arrived : callable
        Is called when a clip is kept.
    """
    data = {
        "tickets": [
            service.tickets.write(
                Purpose.UPLOAD, staff=person, on=examination, valid_s=CLINIC_PAGES.upload_valid_s
            )
            for _ in range(CLINIC_PAGES.tickets_a_page)
        ],
        "tasks": [[str(task), TASKS[task]] for task in Task],
        "mostBytes": CLINIC_PAGES.max_upload_bytes,
    }
    _component("upload")(key=f"upload-{examination}", data=data, on_arrived_change=on_arrived)


def play_clip(
    address: str | None,
    spots: Sequence[Spot],
    *,
    stretch: tuple[float, float] | None = None,
    drawing: dict[str, Any] | None = None,
) -> None:
    """Play a clip, or draw the landmarks of a stretch of it alone.

    Parameters
    ----------
    address : str or None
        Of the route that plays it, with its ticket; None where the video is gone.
    spots : sequence of Spot
        Where mouth and hands are, to be looked at closer.
    stretch : (float, float), optional
        Start and end in seconds of the clip: it stands there, and keeps to it.
    drawing : dict, optional
        The landmarks of the stretch; see :func:`tdscreen.clinicapp.drawn.drawing_of`.
    """
    _component("player")(
        key="player",
        data={
            "source": address,
            "spots": [list(spot) for spot in spots],
            "stretch": None if stretch is None else list(stretch),
            "drawing": drawing,
        },
    )


def follow_the_way_back() -> None:
    """Have the browser's way back lead to the page before."""
    _component("history")(key="history", height=1)


def _component(name: str) -> Any:
    html, css, js = (_read(f"{name}.{kind}") for kind in ("html", "css", "js"))
    return st.components.v2.component(f"tdscreen_{name}", html=html, css=css, js=js)


def _read(name: str) -> str | None:
    path = _FOLDER / name
    return path.read_text(encoding="utf-8") if path.exists() else None
