"""How a server of ours is set up, whatever a configuration file or a variable of the machine says."""

from __future__ import annotations

from tdscreen.webapp.launch import server_options

LOOPBACK = ("localhost", "127.0.0.1", "::1")
Options = dict[str, bool | int | str | list[str]]


def closed_options(port: int | None, *, address: str) -> Options:
    """Give the settings of a server that takes files by a route of its own and by no other way.

    Parameters
    ----------
    port : int, optional
        The first free one from 8501 on if not given.
    address : str
        On which it listens.
    """
    given: Options = {
        **server_options(),
        "server.address": address,
        # Streamlit's own way in for files is closed; clips come by a route.
        "server.maxUploadSize": 1,
        "server.enableStaticServing": False,
        "server.enableXsrfProtection": True,
        "server.enableCORS": True,
        "secrets.files": [],
    }
    if port is not None:
        given["server.port"] = port
    return given
