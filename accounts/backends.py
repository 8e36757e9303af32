"""Who signs in with a password."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend as AllauthBackend


class AuthenticationBackend(AllauthBackend):
    """As allauth's, but a closed account answers as a wrong password does: a guesser learns nothing."""

    @classmethod
    def _stash_user(cls, user: Any) -> Any:  # noqa: ARG003
        return super()._stash_user(None)  # `user` is let go
