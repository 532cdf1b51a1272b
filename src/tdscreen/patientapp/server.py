"""The recorder's server: one page, its routes beside it, behind one guard. Nothing of the clinic's pages is here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from streamlit.starlette import App

from tdscreen.patientapp.routes import ROUTES
from tdscreen.serving.headers import guarded

SCRIPT_PATH = Path(__file__).with_name("app.py")


def application(*, hosts: Sequence[str] = ()) -> App:
    """Put the application together.

    Parameters
    ----------
    hosts : sequence of str
        Names by which it may be called beside those of this machine itself.
    """
    return App(SCRIPT_PATH, routes=ROUTES, middleware=guarded(hosts, camera=True))
