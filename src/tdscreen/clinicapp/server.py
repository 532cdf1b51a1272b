"""The server: Streamlit's pages with the routes for clips beside them, behind one guard."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from starlette.routing import Route
from streamlit.starlette import App

from tdscreen.clinicapp import downloads, playback, uploads
from tdscreen.serving.headers import guarded

SCRIPT_PATH = Path(__file__).with_name("app.py")


def application(*, hosts: Sequence[str] = ()) -> App:
    """Put the application together.

    Parameters
    ----------
    hosts : sequence of str
        Names by which it may be called beside those of this machine itself.
    """
    return App(
        SCRIPT_PATH,
        routes=[
            Route(uploads.PATH, uploads.receive, methods=["PUT"]),
            Route(playback.PATH, playback.play, methods=["GET"]),
            Route(playback.TRAINING_PATH, playback.play_training, methods=["GET"]),
            Route(downloads.REPORT_PATH, downloads.give_report, methods=["GET"]),
            Route(downloads.FHIR_PATH, downloads.give_fhir, methods=["GET"]),
            Route(downloads.TABLES_PATH, downloads.give_tables, methods=["GET"]),
            Route(downloads.LANDMARKS_PATH, downloads.give_landmarks, methods=["GET"]),
        ],
        middleware=guarded(hosts),
    )
