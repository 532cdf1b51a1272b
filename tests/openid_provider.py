"""A small OpenID Connect provider on loopback: people sign in by choosing who they are."""

from __future__ import annotations

import base64
import hashlib
import html
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

CLIENT_ID, CLIENT_SECRET = "tdscreen", "a secret of the client"


@dataclass
class Provider:
    """Where it is, and what it says of whom.

    Attributes
    ----------
    people : dict of str to dict
        Claims by subject.
    """

    issuer: str = ""
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, parameters={"kid": "one"}))
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def app(self) -> Flask:
        app = Flask(__name__)

        @app.get("/.well-known/openid-configuration")
        def configuration() -> Response:
            return jsonify(
                issuer=self.issuer,
                authorization_endpoint=f"{self.issuer}/authorize",
                token_endpoint=f"{self.issuer}/token",
                jwks_uri=f"{self.issuer}/keys",
                response_types_supported=["code"],
                subject_types_supported=["public"],
                id_token_signing_alg_values_supported=["RS256"],
                code_challenge_methods_supported=["S256"],
            )

        @app.get("/keys")
        def keys() -> Response:
            return jsonify(keys=[self.key.as_dict(private=False)])

        @app.get("/authorize")
        def authorize() -> Any:
            asked = dict(request.args)
            assert asked["client_id"] == CLIENT_ID
            assert "openid" in asked["scope"].split()
            if "as" not in asked:
                links = "".join(
                    f'<p><a href="?{html.escape(urlencode({**asked, "as": who}))}">{who}</a></p>'
                    for who in self.people
                )
                return f"<title>Provider</title><h1>Who are you?</h1>{links}"
            code = secrets.token_urlsafe(16)
            self.codes[code] = asked
            return redirect(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}")

        @app.post("/token")
        def token() -> Any:
            given = dict(request.form)
            asked = self.codes.pop(given.get("code", ""), None)
            if asked is None or not self._is_client(given) or given["redirect_uri"] != asked["redirect_uri"]:
                return jsonify(error="invalid_grant"), 400
            digest = hashlib.sha256(given["code_verifier"].encode()).digest()
            if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
                return jsonify(error="invalid_grant"), 400
            now = int(time.time())
            claims = {
                "iss": self.issuer,
                "sub": asked["as"],
                "aud": CLIENT_ID,
                "iat": now,
                "exp": now + 600,
                "nonce": asked["nonce"],
                **self.people[asked["as"]],
            }
            signed = jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)
            return jsonify(access_token="none", token_type="Bearer", expires_in=600, id_token=signed)

        return app

    @staticmethod
    def _is_client(given: dict[str, str]) -> bool:
        held = request.authorization
        if held is not None:
            return (held.username, held.password) == (CLIENT_ID, CLIENT_SECRET)
        return (given.get("client_id"), given.get("client_secret")) == (CLIENT_ID, CLIENT_SECRET)


@contextmanager
def provider(people: dict[str, dict[str, Any]]) -> Iterator[Provider]:
    """Run a provider that knows these people."""
    made = Provider(people=people)
    server = make_server("localhost", 0, made.app())
    made.issuer = f"http://localhost:{server.port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
