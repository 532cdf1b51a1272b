"""What every answer of the server says to the browser, and whom it answers at all."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tdscreen.errors import DataError
from tdscreen.serving.launch import LOOPBACK
from tdscreen.settings import RECORDER

POLICY = "; ".join(
    (
        "default-src 'none'",
        # Streamlit loads a component's script from the page's own memory, and its first page sets one flag.
        "script-src 'self' blob: 'sha256-{flag}'",
        # Streamlit's frame writes its styles as it goes.
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "media-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self' blob:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    )
)
SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_DENIED = "microphone=(), geolocation=(), payment=(), usb=()"
CLOSED = ("/_stcore/upload_file", "/_stcore/metrics")
"""Streamlit's own way in, which holds what comes in memory: clips come by the route that asks who sends them. And its
counts of who is here, which are nobody's business."""
_STATIC = "/static/"


class Guard:
    """Middleware around everything, Streamlit's own routes included.

    Parameters
    ----------
    app : ASGI application
    hosts : sequence of str
        Names by which the server may be called: a stranger's page that has its own name lead to this machine gets no
        answer.
    camera : bool
        Whether its own pages may ask for the camera.
    """

    def __init__(self, app: ASGIApp, *, hosts: Sequence[str], camera: bool = False) -> None:
        self._app = app
        self._hosts = frozenset(hosts)
        self._headers = {
            "Content-Security-Policy": POLICY.format(flag=_flag_sha256()),
            "Permissions-Policy": f"camera={'(self)' if camera else '()'}, {_DENIED}",
            **SECURITY,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse whoever may not ask, and add the headers to every answer, that of a failure included."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        begun = False

        async def answer(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers[name] = value
                if not scope["path"].startswith(_STATIC):
                    headers["Cache-Control"] = "no-store"
            await send(message)

        if not self._may_ask(Headers(scope=scope)):
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
            else:
                await PlainTextResponse("This server does not answer here.", 403)(scope, receive, answer)
            return
        heard_bytes = sum(len(name) + len(value) for name, value in scope["headers"])
        if scope["type"] == "http" and heard_bytes > RECORDER.max_header_bytes:
            await PlainTextResponse("This request says too much.", 431)(scope, receive, answer)
            return
        if scope["path"].startswith(CLOSED):
            await PlainTextResponse("There is nothing here.", 404)(scope, receive, answer)
            return
        try:
            await self._app(scope, receive, answer)
        except Exception:
            # The server's own answer to a failure would go past this guard. The failure itself goes on to its log.
            if scope["type"] == "http" and not begun:
                await PlainTextResponse("Something went wrong here.", 500)(scope, receive, answer)
            raise

    def _may_ask(self, headers: Headers) -> bool:
        if _host(f"//{headers.get('host', '')}") not in self._hosts:
            return False
        origin = headers.get("origin")
        if origin is not None and _netloc(origin) != headers["host"]:
            return False
        # Browsers say where a request comes from; another site's page may only lead here, as a link does.
        return headers.get("sec-fetch-site", "none") in ("none", "same-origin") or (
            headers.get("sec-fetch-mode") == "navigate"
        )


def guarded(hosts: Sequence[str] = (), *, camera: bool = False) -> list[Middleware]:
    """Give the guard that stands before every route of a server.

    Parameters
    ----------
    hosts : sequence of str
        Names by which it may be called beside those of this machine itself.
    camera : bool
        Whether its own pages may ask for the camera.
    """
    return [Middleware(Guard, hosts=(*LOOPBACK, *hosts), camera=camera)]


def _netloc(address: str) -> str:
    try:
        return urlsplit(address).netloc
    except ValueError:
        return ""


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _flag_sha256() -> str:
    """Hash the one script that stands in Streamlit's first page, so that the policy lets it and no other run.

    Raises
    ------
    DataError
        The page is another.
    """
    import streamlit

    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    if len(scripts) != 1:
        raise DataError("Streamlit's first page is not the one that is known. Install the pinned version.")
    return base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
