"""What may become of a date, by those who run it: each act with its form, its door and its words (A3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms

from events.forms_pro import MessageForm, SureForm
from events.forms_session import MoveForm, OnlineForm, RescheduleForm
from events.models import Session
from events.services import recurring, registering, sessions

Status = Session.Status


@dataclass(frozen=True)
class Act:
    """One act: `form(data, session)` is what is asked, `do(session, form, actor)` the door, `open_to(session)` when."""

    title: str
    lead: str
    button: str
    done: str
    form: Callable[[Any, Session], forms.Form]
    do: Callable[[Session, Any, Any], Any]
    open_to: Callable[[Session], bool]
    danger: bool = False
    template: str = "events/pro/session_act.html"


def is_public(session: Session) -> bool:
    return session.event.published_at is not None


def _alive(session: Session) -> bool:
    return is_public(session) and session.status != Status.CANCELLED


def _may_postpone(session: Session) -> bool:
    return _alive(session) and session.status != Status.POSTPONED


def _may_go_online(session: Session) -> bool:
    return _alive(session) and session.attendance != Session.Attendance.ONLINE


def _may_fill(session: Session) -> bool:
    return _alive(session) and not session.full


def _may_open(session: Session) -> bool:
    return _alive(session) and session.full


def _stopped(session: Session) -> bool:
    return is_public(session) and session.status in {Status.CANCELLED, Status.POSTPONED}


def _hidden(session: Session) -> bool:
    return not is_public(session)


def _message(data: Any, _session: Session) -> forms.Form:
    return MessageForm(data)


def _sure(data: Any, _session: Session) -> forms.Form:
    return SureForm(data)


def _nothing(data: Any, _session: Session) -> forms.Form:
    return forms.Form(data)


def _when(data: Any, session: Session) -> forms.Form:
    return RescheduleForm(data, session=session)


def _link(data: Any, session: Session) -> forms.Form:
    return OnlineForm(data, session=session)


def _where(data: Any, session: Session) -> forms.Form:
    return MoveForm(data, session=session, organisation=session.event.organisation)


def _said(form: Any) -> str:
    return str(form.cleaned_data["message"])


def _cancel(session: Session, form: Any, actor: Any) -> None:
    sessions.cancel(session=session, message=_said(form), actor=actor)


def _postpone(session: Session, form: Any, actor: Any) -> None:
    sessions.postpone(session=session, message=_said(form), actor=actor)


def _reschedule(session: Session, form: Any, actor: Any) -> None:
    sessions.reschedule(session=session, **form.values, message=_said(form), actor=actor)


def _go_online(session: Session, form: Any, actor: Any) -> None:
    link = form.cleaned_data["online_url"]
    sessions.move_online(session=session, online_url=link, message=_said(form), actor=actor)


def _move(session: Session, form: Any, actor: Any) -> None:
    if form.values["attendance"] == Session.Attendance.ONLINE:
        _go_online(session, form, actor)
    else:
        sessions.move(session=session, place=form.values, message=_said(form), actor=actor)


def _say_full(session: Session, _form: Any, actor: Any) -> None:
    sessions.say_full(session=session, full=True, actor=actor)


def _say_open(session: Session, _form: Any, actor: Any) -> None:
    registering.seats_changed(sessions.say_full(session=session, full=False, actor=actor))


def _restore(session: Session, form: Any, actor: Any) -> None:
    sessions.restore(session=session, message=_said(form), actor=actor)


def _skip(session: Session, _form: Any, actor: Any) -> None:
    recurring.skip(session=session, actor=actor)


ACTS = {
    "annuler": Act(
        "Annuler cette date", "Elle reste dans l’agenda et dans les calendriers, marquée «\u00a0Annulé\u00a0».",
        "Annuler cette date", "La date est annulée.", _sure, _cancel, _alive, danger=True,
    ),
    "reporter": Act(
        "Reporter sans nouvelle date",
        "Elle est marquée «\u00a0Reporté\u00a0»\u00a0; vous donnerez la nouvelle date quand vous la saurez.",
        "Reporter", "La date est reportée.", _sure, _postpone, _may_postpone,
    ),
    "changer": Act(
        "Changer la date ou l’heure", "L’ancienne date reste dite à côté de la nouvelle.", "Changer la date",
        "La date est changée.", _when, _reschedule, _alive, template="events/pro/session_reschedule.html",
    ),
    "en-ligne": Act(
        "Passer en ligne", "La séance quitte son lieu pour un lien.", "Passer en ligne", "La séance a lieu en ligne.",
        _link, _go_online, _may_go_online,
    ),
    "deplacer": Act(
        "Changer de lieu", "L’ancien lieu reste dit à côté du nouveau.", "Changer de lieu", "Le lieu est changé.",
        _where, _move, _alive, template="events/pro/session_move.html",
    ),
    "complet": Act(
        "Afficher complet", "«\u00a0Complet\u00a0» apparaît à côté de la date, partout.", "Afficher complet",
        "La date est affichée complète.", _nothing, _say_full, _may_fill,
    ),
    "places": Act(
        "Dire qu’il reste des places", "«\u00a0Complet\u00a0» disparaît.", "Il reste des places",
        "La date n’est plus affichée complète.", _nothing, _say_open, _may_open,
    ),
    "retablir": Act(
        "Rétablir cette date", "Elle a lieu, finalement, à la date dite.", "Rétablir", "La date est rétablie.",
        _message, _restore, _stopped,
    ),
    "supprimer": Act(
        "Supprimer cette date", "Personne ne l’a encore vue\u00a0: elle disparaît, tout simplement.", "Supprimer",
        "La date est supprimée.", _nothing, _skip, _hidden, danger=True,
    ),
}  # fmt: skip
