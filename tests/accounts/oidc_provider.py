"""A provider of identities on 127.0.0.1, as ProConnect and FranceConnect are: it signs what it says, userinfo too.

What it does wrong is asked of it: `Provider.lies` changes one thing of the next exchange.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

CLIENT, SECRET = "portail-spro", "secret-du-portail"
Lie = Callable[[dict[str, Any]], None]


class Provider:
    """One person behind one provider. `person` is what userinfo says of them."""

    def __init__(self, algorithm: str) -> None:
        self.algorithm = algorithm
        self.private: Any = (
            rsa.generate_private_key(public_exponent=65537, key_size=2048)
            if algorithm == "RS256"
            else ec.generate_private_key(ec.SECP256R1())
        )
        self.kid = secrets.token_hex(8)
        self.person: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.tokens: dict[str, str] = {}
        self.asked: list[str] = []
        self.lies: dict[str, Any] = {}
        self.url = ""

    def jwks(self) -> dict[str, Any]:
        kind: Any = RSAAlgorithm if self.algorithm == "RS256" else ECAlgorithm
        key = json.loads(kind.to_jwk(self.private.public_key()))
        return {"keys": [key | {"kid": self.kid, "use": "sig", "alg": self.algorithm}]}

    def metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.url, "jwks_uri": f"{self.url}/jwks", "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token", "userinfo_endpoint": f"{self.url}/userinfo",
            "end_session_endpoint": f"{self.url}/session/end", "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }  # fmt: skip

    def sign(self, claims: dict[str, Any], *, lie: str) -> str:
        change: Lie | None = self.lies.get(lie)
        if change is not None:
            change(claims)
        key, headers, algorithm = self.private, {"kid": self.kid}, self.algorithm
        if f"{lie}_signature" in self.lies:
            key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            algorithm = "RS256"
        if f"{lie}_none" in self.lies:
            key, algorithm = None, "none"
        if f"{lie}_shared" in self.lies:
            key, algorithm = "a secret long enough to sign with HMAC-SHA-256", "HS256"
        return jwt.encode(claims, key, algorithm=algorithm, headers=headers)

    def authorize(self, query: dict[str, str]) -> str:
        """Where the browser is sent back, once the person identified themselves."""
        self.asked.append(query["scope"])
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        back = {"code": code, "state": query["state"]} | self.lies.get("back", {})
        return f"{query['redirect_uri']}?{urlencode({name: value for name, value in back.items() if value})}"

    def token(self, form: dict[str, str]) -> dict[str, Any]:
        asked = self.codes.pop(form["code"])  # a code serves once
        assert (form["client_id"], form["client_secret"]) == (CLIENT, SECRET)
        assert form["redirect_uri"] == asked["redirect_uri"]
        assert form["code_verifier"]
        access = secrets.token_urlsafe(16)
        self.tokens[access] = self.person["sub"]
        now = int(time.time())
        claims = {
            "iss": self.url, "aud": CLIENT, "sub": self.person["sub"], "nonce": asked["nonce"], "iat": now,
            "exp": now + 60, "acr": asked["acr_values"].split()[0],
        }  # fmt: skip
        return {"access_token": access, "token_type": "Bearer", "id_token": self.sign(claims, lie="id_token")}

    def userinfo(self, access: str) -> tuple[str, str]:
        assert access in self.tokens
        claims = {"iss": self.url, "aud": CLIENT, "exp": int(time.time()) + 60} | self.person
        if "userinfo_plain" in self.lies:
            return "application/json", json.dumps(claims)
        return "application/jwt", self.sign(claims, lie="userinfo")


def handler_of(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

        def _say(self, kind: str, text: str) -> None:
            body = text.encode()
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            if path == "/userinfo":
                self._say(*provider.userinfo(self.headers["Authorization"].removeprefix("Bearer ")))
            else:
                pages = {"/.well-known/openid-configuration": provider.metadata, "/jwks": provider.jwks}
                self._say("application/json", json.dumps(pages[path]()))

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(raw).items()}
            self._say("application/json", json.dumps(provider.token(form)))

    return Handler


@contextmanager
def running(algorithm: str = "RS256") -> Iterator[Provider]:
    """The provider, answering on a port of its own until the end of the block."""
    provider = Provider(algorithm)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(provider))
    provider.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
