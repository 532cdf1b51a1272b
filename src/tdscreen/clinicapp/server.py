"""The server: Streamlit's pages with the routes for clips beside them, behind one guard."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

import streamlit
from starlette.middleware import Middleware
from starlette.routing import Route
from streamlit.starlette import App

from tdscreen.clinicapp import downloads, playback, uploads
from tdscreen.clinicapp.headers import Guard
from tdscreen.clinicapp.login_file import LOOPBACK
from tdscreen.errors import DataError

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
        ],
        middleware=[Middleware(Guard, hosts=(*LOOPBACK, *hosts), flag_sha256=_flag_sha256())],
    )


def _flag_sha256() -> str:
    """Hash the one script that stands in Streamlit's first page, so that the policy lets it and no other run."""
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    if len(scripts) != 1:
        raise DataError("Streamlit's first page is not the one that is known. Install the pinned version.")
    return base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
