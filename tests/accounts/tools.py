"""Factors in the hands of a test: the code of an application, a key made of software; sessions made old."""

from __future__ import annotations

import hashlib
import json
import struct
import time
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

from accounts.models import User
from tests.factories import PASSWORD

LOGIN = "/comptes/connexion/"
CODE = "/comptes/double-verification/code/"
ORIGIN = "https://orientation.exemple.test"
RP = "orientation.exemple.test"


def code_of(secret: str, *, shift: int = 0) -> str:
    """What the application shows now, or `shift` periods of thirty seconds away."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + shift))


def give_application(user: User, *, codes: bool = True) -> str:
    """Protect `user` by an application (and recovery codes); its secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    if codes:
        RecoveryCodes.activate(user)
    return secret


def recovery_codes(user: User) -> list[str]:
    held: Any = Authenticator.objects.get(user=user, type=Authenticator.Type.RECOVERY_CODES).wrap()
    listed: list[str] = held.get_unused_codes()
    return listed


def type_password(browser: Client, user: User, password: str = PASSWORD, **more: str) -> Any:
    return browser.post(LOGIN, {"login": user.email, "password": password, **more})


def sign_in(browser: Client, user: User, secret: str = "") -> Any:
    """By the password, and the code of the application when there is one."""
    answer = type_password(browser, user)
    return browser.post(CODE, {"code": code_of(secret)}) if secret else answer


def signed_in(browser: Client) -> bool:
    return browser.get("/comptes/").status_code == 200


def grow_old(browser: Client, seconds: int = 3600) -> None:
    """As if everything this session proved had been proved `seconds` ago."""
    session = browser.session
    for record in session.get("account_authentication_methods", []):
        record["at"] -= seconds
    session.modified = True
    session.save()


class SoftKey:
    """A passkey without hardware: ES256, one credential, checks its holder unless told not to."""

    def __init__(self, *, origin: str = ORIGIN, rp: str = RP, verifies: bool = True) -> None:
        self.origin, self.rp, self.verifies = origin, rp, verifies
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.id = b"cle-d-essai-" + hashlib.sha256(str(id(self)).encode()).digest()[:12]
        self.handle = b""
        self.count = 0

    def _flags(self) -> int:
        flags = AuthenticatorData.FLAG.UP
        return int(flags | AuthenticatorData.FLAG.UV) if self.verifies else int(flags)

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def create(self, options: dict[str, Any]) -> str:
        """The answer of the browser to the question of registration."""
        asked = options["publicKey"]
        self.handle = websafe_decode(asked["user"]["id"])
        credential = AttestedCredentialData.create(
            b"\0" * 16, self.id, ES256.from_cryptography_key(self.private.public_key())
        )
        flags = self._flags() | AuthenticatorData.FLAG.AT
        data = AuthenticatorData.create(hashlib.sha256(self.rp.encode()).digest(), flags, 0, credential)
        client = self._client("webauthn.create", asked["challenge"])
        return self._said(clientDataJSON=client, attestationObject=bytes(AttestationObject.create("none", data, {})))

    def get(self, options: dict[str, Any]) -> str:
        """The answer of the browser to the question of signing in."""
        self.count += 1
        data = hashlib.sha256(self.rp.encode()).digest() + struct.pack(">BI", self._flags(), self.count)
        client = self._client("webauthn.get", options["publicKey"]["challenge"])
        signature = self.private.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._said(clientDataJSON=client, authenticatorData=data, signature=signature, userHandle=self.handle)

    def _said(self, **parts: bytes) -> str:
        return json.dumps({
            "id": websafe_encode(self.id), "rawId": websafe_encode(self.id), "type": "public-key",
            "clientExtensionResults": {"credProps": {"rk": True}},
            "response": {name: websafe_encode(part) for name, part in parts.items()},
        })  # fmt: skip
