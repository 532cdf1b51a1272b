"""Open the page from any folder, with settings that keep it on this machine."""

from __future__ import annotations

import os
import signal
import socket
import tomllib
from pathlib import Path

from tdscreen.api import own_model
from tdscreen.errors import InputError
from tdscreen.webapp.scorer import MODEL_VARIABLE

CONFIG_PATH = Path(__file__).with_name("config.toml")
"""How the page is served. In a checkout ``.streamlit/config.toml`` says the same, for ``streamlit run``."""

APP_PATH = Path(__file__).with_name("app.py")


def server_options(config_path: Path = CONFIG_PATH) -> dict[str, bool | int | str]:
    """Give the page's settings by their names, as ``browser.gatherUsageStats``."""
    sections = tomllib.loads(config_path.read_text(encoding="utf-8"))
    return {
        f"{section}.{name}": value for section, options in sections.items() for name, value in options.items()
    }


def server_flags(config_path: Path = CONFIG_PATH) -> list[str]:
    """Give the page's settings as flags, which outrank any configuration file or variable on the machine.

    Returns
    -------
    list of str
        As ``--browser.gatherUsageStats=false``.
    """
    return [
        f"--{name}={str(value).lower() if isinstance(value, bool) else value}"
        for name, value in server_options(config_path).items()
    ]


def arguments(port: int | None = None) -> list[str]:
    """Give what ``streamlit`` is called with.

    Parameters
    ----------
    port : int, optional
        Port on this machine; the first free one from 8501 on if not given.
    """
    chosen = [] if port is None else [f"--server.port={port}"]
    return ["run", str(APP_PATH), *server_flags(), *chosen]


def run(port: int | None = None, *, model: Path | None = None) -> int:
    """Serve the page until it is interrupted.

    The server runs in this process, so that whoever ends the process ends the server, which then removes what it
    holds.

    Parameters
    ----------
    port : int, optional
        Port on this machine; the first free one from 8501 on if not given.
    model : Path, optional
        A model file of one's own to score with.

    Returns
    -------
    int
        Exit status.

    Raises
    ------
    InputError
        The port is taken, or is no port; or the model is not there.
    ModelError
        The model does not fit.
    """
    if model is not None:
        own_model(model)
        os.environ[MODEL_VARIABLE] = str(model.absolute())
    if port is not None:
        require_free(port)
    end_with_the_terminal()
    from streamlit.web.cli import main

    main(arguments(port), prog_name="streamlit", standalone_mode=False)
    return 0


def end_with_the_terminal() -> None:
    """See to it that closing the terminal's window ends the server as any other end does: its clips go, too.

    Left to itself, the process would be gone at once, and the uploads would stay. Who asked for the signal to be
    ignored, as ``nohup`` does, keeps that; Windows has no such signal.
    """
    hang_up = getattr(signal, "SIGHUP", None)
    if hang_up is not None and signal.getsignal(hang_up) is signal.SIG_DFL:
        signal.signal(hang_up, lambda *_: signal.raise_signal(signal.SIGTERM))


def require_free(port: int) -> None:
    """Make sure that a port of this machine can be listened to.

    Raises
    ------
    InputError
        It is taken, or is no port.
    """
    if not 1 <= port <= 65535:
        raise InputError(f"{port} is no port. Give a number from 1 to 65535.")
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("localhost", port))
        except OSError as error:
            raise InputError(f"Port {port} cannot be used here. Choose another with --port.") from error
