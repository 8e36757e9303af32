"""What the accounts themselves hold of a person, said and erased (the other rooms have their own part)."""

from __future__ import annotations

from collections.abc import Sequence

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.db.models import QuerySet
from django.db.models.functions import Lower

from accounts.erasing import Leaving, Line, Part, Stay, Told, addresses_of, register
from accounts.models import User
from core.models import OutboxMail


def connect() -> None:
    register(Part(90, "account", "Votre compte", tell, erase))


def tell(user: User) -> Told:
    return Told(_lines(user, _mails(addresses_of(user)).count()), _stays())


def erase(leaving: Leaving) -> Sequence[Line]:
    """Last of all: what the other rooms wrote to the person on their way out goes too."""
    mails = _mails(leaving.addresses)
    lines = _lines(leaving.user, mails.count())
    mails.delete()
    for session in UserSession.objects.filter(user=leaving.user):
        session.end()
    return lines


def _lines(user: User, mails: int) -> list[Line]:
    return [
        Line(1, "compte, avec son nom et son mot de passe", ""),
        Line(EmailAddress.objects.filter(user=user).count(), "adresse électronique", "adresses électroniques"),
        Line(UserSession.objects.filter(user=user).count(), "appareil connecté", "appareils connectés"),
        Line(
            Authenticator.objects.filter(user=user).count(), "moyen de double vérification",
            "moyens de double vérification",
        ),
        Line(
            SocialAccount.objects.filter(user=user).count(), "lien avec un service d’identité",
            "liens avec des services d’identité",
        ),
        Line(mails, "courriel à votre adresse, à envoyer ou gardé", "courriels à votre adresse, à envoyer ou gardés"),
    ]  # fmt: skip


def _mails(addresses: Sequence[str]) -> QuerySet[OutboxMail]:
    """Whether they wait or were sent: the sent ones keep an address until they are purged."""
    return OutboxMail.objects.annotate(low=Lower("to")).filter(low__in=addresses)


def _stays() -> list[Stay]:
    return [
        Stay(
            "Dans le journal du portail, des lignes sans nom ni adresse",
            "elles disent qu’un acte a eu lieu, sous un numéro qui ne mène plus à personne.",
        ),
        Stay(
            "Dans les sauvegardes chiffrées du portail, une copie",
            "jusqu’à ce que la dernière sauvegarde d’avant aujourd’hui soit remplacée\u00a0; personne ne l’ouvre"
            " pour y lire, et si le portail devait être restauré, votre reçu suffit à redemander l’effacement.",
        ),
    ]
