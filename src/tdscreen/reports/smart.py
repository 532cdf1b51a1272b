"""A FHIR server to which tdscreen signs in as a program: SMART Backend Services, with a signed assertion (RFC 7523)."""

from __future__ import annotations

import os
import stat
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tdscreen.errors import InputError, TdscreenError
from tdscreen.settings import REPORTS

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_URL, _CLIENT, _KEY_FILE, _KEY_ID, _SCOPE = (
    f"TDSCREEN_FHIR_{name}" for name in ("URL", "CLIENT", "KEY_FILE", "KEY_ID", "SCOPE")
)
_DEFAULT_SCOPE = "system/*.crus"
"""Create, read, update and search: what a transaction with conditions asks for (SMART App Launch 2)."""
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_EARLY_S = 10.0
"""A token is asked for anew so long before it ends."""


class UnreachableError(TdscreenError):
    """A server cannot be reached, or does not let us in, now: the message keeps waiting."""


@dataclass(frozen=True, repr=False)
class Server:
    """Where to send to, and as whom.

    Attributes
    ----------
    url : str
        Of the FHIR server, without a slash at the end.
    client : str
        Our name there.
    key : bytes
        Private key in PEM: RSA, or of the curve P-384.
    key_id : str
        Of the public key that the server knows.
    scope : str
    """

    url: str
    client: str
    key: bytes
    key_id: str
    scope: str = _DEFAULT_SCOPE


def server_of_environment(environment: Mapping[str, str] | None = None) -> Server:
    """Give the server that the environment names.

    Parameters
    ----------
    environment : mapping, optional
        By default that of this process.

    Raises
    ------
    InputError
        Something is missing, others can read the key, or what is sent could be read on the way.
    """
    given = os.environ if environment is None else environment
    missing = [name for name in (_URL, _CLIENT, _KEY_FILE, _KEY_ID) if not given.get(name, "").strip()]
    if missing:
        raise InputError(
            f"To send to a record system, set {', '.join(missing)}: docs/reports.md says to what."
        )
    url = given[_URL].strip().rstrip("/")
    if not is_safe(url):
        raise InputError("A FHIR server is spoken to by https:// only; http:// is for this very machine.")
    return Server(
        url,
        given[_CLIENT],
        _read_key(Path(given[_KEY_FILE])),
        given[_KEY_ID],
        given.get(_SCOPE) or _DEFAULT_SCOPE,
    )


def is_safe(url: str) -> bool:
    """Tell whether nobody on the way can read what is sent to an address."""
    parts = urlsplit(url)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    )


class Session:
    """Signed-in conversation with a server; a token is asked for when it is needed.

    Parameters
    ----------
    server : Server
    clock : callable
        Seconds since 1970.
    """

    def __init__(self, server: Server, *, clock: Callable[[], float] = time.time) -> None:
        try:
            import jwt
            import requests
        except ImportError as error:
            raise InputError("To send needs further packages: pip install 'tdscreen[report]'.") from error
        self._jwt, self._requests = jwt, requests
        self.server = server
        self._clock = clock
        self._http = requests.Session()
        # Nothing but what was set here: a .netrc would take the place of the token.
        self._http.trust_env = False
        self._token, self._until = "", 0.0
        # A key that signs nothing is told before anything is taken from the outbox.
        self._assertion(server.url)

    def post(self, document: str) -> Any:
        """Send a transaction.

        Returns
        -------
        requests.Response
            Whatever the server says, but 401.

        Raises
        ------
        UnreachableError
        """
        for _ in range(2):
            headers = {
                "Authorization": f"Bearer {self._signed_in()}",
                "Content-Type": "application/fhir+json",
                "Accept": "application/fhir+json",
            }
            answer = self._ask("POST", self.server.url, data=document.encode("utf-8"), headers=headers)
            if answer.status_code != 401:
                return answer
            self._token = ""
        raise UnreachableError("The FHIR server does not accept the token that it gave out.")

    def _signed_in(self) -> str:
        if not self._token or self._clock() > self._until - _EARLY_S:
            said = self._json(self._ask("GET", f"{self.server.url}/.well-known/smart-configuration"))
            endpoint = str(said.get("token_endpoint", ""))
            if not is_safe(endpoint):
                raise UnreachableError("The FHIR server names no address of https:// that gives out tokens.")
            form = {
                "grant_type": "client_credentials",
                "scope": self.server.scope,
                "client_assertion_type": ASSERTION_TYPE,
                "client_assertion": self._assertion(endpoint),
            }
            given = self._json(self._ask("POST", endpoint, data=form))
            self._token = str(given.get("access_token", ""))
            self._until = self._clock() + float(given.get("expires_in", 0))
            if not self._token:
                raise UnreachableError("The FHIR server gave out no token.")
        return self._token

    def _assertion(self, endpoint: str) -> str:
        now = int(self._clock())
        claims = {
            "iss": self.server.client,
            "sub": self.server.client,
            "aud": endpoint,
            "iat": now,
            "exp": now + int(REPORTS.assertion_s),
            # Never used twice, so that nobody can send it again.
            "jti": uuid.uuid4().hex,
        }
        headers = {"kid": self.server.key_id, "typ": "JWT"}
        for algorithm in ("ES384", "RS384"):
            try:
                return str(self._jwt.encode(claims, self.server.key, algorithm=algorithm, headers=headers))
            except (self._jwt.InvalidKeyError, TypeError, ValueError, AttributeError):
                continue
        raise InputError(f"The key in {_KEY_FILE} is neither an RSA key nor one of the curve P-384, in PEM.")

    def _ask(self, method: str, url: str, **more: Any) -> Any:
        try:
            return self._http.request(method, url, timeout=REPORTS.timeout_s, allow_redirects=False, **more)
        except self._requests.RequestException as error:
            raise UnreachableError(f"The FHIR server cannot be reached ({type(error).__name__}).") from error

    def _json(self, answer: Any) -> dict[str, Any]:
        if answer.status_code != 200:
            raise UnreachableError(
                f"The FHIR server does not let us sign in (status {answer.status_code}). Is our name there, and is our "
                "public key?"
            )
        try:
            said = answer.json()
        except ValueError as error:
            raise UnreachableError("The FHIR server answered with what is no JSON.") from error
        if not isinstance(said, dict):
            raise UnreachableError("The FHIR server answered with JSON that is none of SMART.")
        return said


def _read_key(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            key = file.read(65536)
    except OSError as error:
        raise InputError(f"The key file {path} cannot be read: {error.strerror or error}.") from error
    if not stat.S_ISREG(status.st_mode) or status.st_mode & 0o077 or status.st_uid != os.geteuid():
        raise InputError(
            f"The key file {path} has to be an ordinary file of the user who runs tdscreen, and nobody else's to read: "
            "'chmod 600'."
        )
    return key
