"""A FHIR server that stands in for a hospital's: strict where the specification is, and out of order when told to be.

It knows what a transaction of tdscreen asks of it: conditional create and update, SMART Backend Services, and the rules
of :mod:`fhir_rules`. It speaks on the loopback only.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from fhir_rules import broken_rules

CLIENT, KEY_ID = "tdscreen-north", "key-1"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LOSES_ITS_ANSWER = 0
HOLDS_ITS_ANSWER = 1


class FhirServer:
    """What the server knows, and what went wrong with it.

    Attributes
    ----------
    public_key : bytes
        Of the client, in PEM.
    resources : dict
        By type and number.
    troubles : list
        Status and headers of the next answers to transactions; ``LOSES_ITS_ANSWER`` does it, and hangs up;
        ``HOLDS_ITS_ANSWER`` does it, and says nothing until it may go on.
    holding, may_go_on : threading.Event
        That it holds an answer, and that it need not hold it any longer.
    """

    def __init__(self, public_key: bytes) -> None:
        self.public_key = public_key
        self.resources: dict[tuple[str, int], dict[str, Any]] = {}
        self.troubles: list[tuple[int, dict[str, str]]] = []
        self.transactions = 0
        self.tokens: dict[str, float] = {}
        self.used: set[str] = set()
        self.refusals: list[str] = []
        self.url = ""
        self.holding, self.may_go_on = threading.Event(), threading.Event()

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        return [resource for (one, _), resource in sorted(self.resources.items()) if one == kind]

    def token(self, form: dict[str, list[str]]) -> dict[str, Any]:
        """Give out a token, or raise what is wrong with the question."""
        if form.get("grant_type") != ["client_credentials"] or form.get("client_assertion_type") != [
            ASSERTION
        ]:
            raise ValueError("not a question of SMART Backend Services")
        if not form.get("scope", [""])[0].startswith("system/"):
            raise ValueError("no scope of a system")
        (assertion,) = form["client_assertion"]
        header = jwt.get_unverified_header(assertion)
        if (
            header["alg"] not in ("RS384", "ES384")
            or header.get("kid") != KEY_ID
            or header.get("typ") != "JWT"
        ):
            raise ValueError("header")
        claims = jwt.decode(
            assertion,
            self.public_key,
            algorithms=["RS384", "ES384"],
            audience=f"{self.url}/token",
            options={"require": ["iss", "sub", "aud", "exp", "jti"]},
        )
        if claims["iss"] != CLIENT or claims["sub"] != CLIENT:
            raise ValueError("client")
        if claims["exp"] - time.time() > 300:
            raise ValueError("it holds for longer than five minutes")
        if claims["jti"] in self.used:
            raise ValueError("it was used before")
        self.used.add(claims["jti"])
        token = secrets.token_urlsafe(16)
        self.tokens[token] = time.time() + 300
        return {"access_token": token, "token_type": "bearer", "expires_in": 300, "scope": form["scope"][0]}

    def transact(self, bundle: dict[str, Any]) -> dict[str, Any]:
        """Do all of a transaction, or raise."""
        if broken := broken_rules(bundle):
            raise ValueError("; ".join(broken))
        answers = []
        for entry in bundle["entry"]:
            resource, request = entry["resource"], entry["request"]
            kind = resource["resourceType"]
            query = request.get("ifNoneExist") or request["url"].partition("?")[2]
            if query:
                found = [
                    key
                    for key in self.resources
                    if key[0] == kind and self._matches(self.resources[key], query)
                ]
            else:
                found = [key for key in self.resources if self.resources[key].get("id") == resource["id"]]
            assert len(found) <= 1
            if not found:
                self.resources[kind, len(self.resources) + 1] = resource
            elif request["method"] == "PUT":
                self.resources[found[0]] = resource
            answers.append({"response": {"status": "200 OK" if found else "201 Created"}})
        self.transactions += 1
        return {"resourceType": "Bundle", "type": "transaction-response", "entry": answers}

    @staticmethod
    def _matches(resource: dict[str, Any], query: str) -> bool:
        system, _, value = unquote(query.removeprefix("identifier=")).partition("|")
        given = resource.get("identifier", [])
        return any(
            one.get("system") == system and one["value"] == value
            for one in (given if isinstance(given, list) else [given])
        )


def in_pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> tuple[bytes, bytes]:
    """Give the private and the public part of a client's key."""
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@contextlib.contextmanager
def running(server: FhirServer, *, port: int = 0) -> Iterator[FhirServer]:
    """Let a server speak on the loopback."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            assert self.path == "/fhir/.well-known/smart-configuration"
            self._say(
                200,
                {"token_endpoint": f"{server.url}/token", "grant_types_supported": ["client_credentials"]},
            )

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/token":
                try:
                    self._say(200, server.token(parse_qs(body.decode())))
                except (ValueError, KeyError, jwt.InvalidTokenError) as error:
                    server.refusals.append(str(error))
                    self._say(400, {"error": "invalid_client"})
                return
            assert self.path == "/fhir"
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            if server.tokens.get(token, 0.0) < time.time():
                self._say(401, outcome("login", "The token does not hold."))
                return
            assert self.headers["Content-Type"] == "application/fhir+json"
            status, headers = server.troubles.pop(0) if server.troubles else (200, {})
            if status not in (200, LOSES_ITS_ANSWER, HOLDS_ITS_ANSWER):
                self._say(status, outcome("exception", "Not now."), headers)
                return
            try:
                done = server.transact(json.loads(body))
            except ValueError as error:
                self._say(400, outcome("invalid", str(error)))
                return
            if status == LOSES_ITS_ANSWER:
                self.connection.close()
                return
            if status == HOLDS_ITS_ANSWER:
                server.holding.set()
                server.may_go_on.wait()
                return
            self._say(200, done)

        def _say(self, status: int, said: dict[str, Any], headers: dict[str, str] | None = None) -> None:
            content = json.dumps(said).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/fhir+json", **(headers or {})}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as http:
        http.daemon_threads = True
        server.url = f"http://127.0.0.1:{http.server_address[1]}"
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.may_go_on.set()
            http.shutdown()
            thread.join()


def outcome(code: str, text: str) -> dict[str, Any]:
    issue = {"severity": "error", "code": code, "diagnostics": text}
    return {"resourceType": "OperationOutcome", "issue": [issue]}
