"""The file that says how people sign in, as Streamlit reads it: checked before anything is served with it."""

from __future__ import annotations

import os
import stat
import tomllib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tdscreen.errors import InputError
from tdscreen.serving.launch import LOOPBACK

_CALLBACK = "/oauth2callback"
_NEEDED = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
_LEAST_SECRET = 32
"""Letters of the secret that signs the cookies: 32 of Base64 hold 192 bits."""


@dataclass(frozen=True)
class LoginFile:
    """Where the pages are reached by who signs in.

    Attributes
    ----------
    path : Path
    host : str
        Name by which browsers call the server.
    """

    path: Path
    host: str


def read_login_file(path: Path) -> LoginFile:
    """Check a login file.

    Raises
    ------
    InputError
        It cannot be read, others than its owner may read it, something is missing, or what is secret would pass a
        network unencrypted.
    """
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            said = tomllib.load(file)
    except OSError as error:
        raise InputError(f"The login file {path} cannot be read: {error.strerror or error}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"The login file {path} is not TOML: {error}.") from error
    if not stat.S_ISREG(mode) or mode & 0o077:
        raise InputError(f"Others than its owner may read the login file {path}. Close it with 'chmod 600'.")
    login = said.get("auth")
    missing = [name for name in _NEEDED if not (isinstance(login, dict) and isinstance(login.get(name), str))]
    if missing or not isinstance(login, dict):
        raise InputError(f"The login file {path} lacks, in its part [auth]: {', '.join(missing)}.")
    if len(login["cookie_secret"]) < _LEAST_SECRET:
        raise InputError(
            f"The cookie_secret of the login file needs at least {_LEAST_SECRET} letters, drawn at random."
        )
    back = urlsplit(login["redirect_uri"])
    if back.path != _CALLBACK or not back.hostname:
        raise InputError(
            f"The redirect_uri of the login file ends in {_CALLBACK}, right behind the server's name."
        )
    for name in ("redirect_uri", "server_metadata_url"):
        address = urlsplit(login[name])
        if address.scheme != "https" and address.hostname not in LOOPBACK:
            raise InputError(
                f"The {name} of the login file must begin with https, but on this machine itself."
            )
    return LoginFile(path.absolute(), back.hostname)
