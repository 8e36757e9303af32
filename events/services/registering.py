"""A seat asked for, confirmed, given back, passed on to who waits (A1): never one more than there are.

Every door holds the event, then the session (the order of `services.sessions`), counts, and writes in one transaction:
whatever happens at once, or stops half-way, there are as many people seated as seats.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from core.journal import Actor, record
from core.secrets import digest
from events.models import Event, Registration, Session
from events.services import held_seats
from events.services import registration_mails as mails
from events.services.seats import Door, Seats, door_of, is_alive, seats_of
from events.services.secret_links import sealed
from events.services.sessions import say_full

State = Registration.State
# Asked for with one address and not confirmed: beyond, nobody is written to (an address may be somebody else's).
MOST_UNCONFIRMED = 5


class DoorShutError(Exception):
    """No seat is given now: `door` says why."""

    def __init__(self, door: Door) -> None:
        super().__init__(door.value)
        self.door = door


def register(*, session: Session, name: str, email: str, proven: bool = False, asker: str = "") -> Registration | None:
    """A seat, or a place in the waiting list, for who says to be `email`; `proven` when we know that they are.

    `asker` (`held_seats.key_of`) is whose seats are counted.

    The same address twice has one seat, and its mail again. None when too many requests of this address wait for an
    answer. Raises `DoorShutError`; for lack of seats, to who is seated as to anybody: nobody learns who is. Raises
    `held_seats.TooManyHeldError` when the asker already keeps too many seats from others.
    """
    found, door = _register(session, name, email.strip().lower(), proven, asker)
    if door == Door.FULL and not proven:
        raise DoorShutError(door)
    return found


@transaction.atomic
def _register(session: Session, name: str, address: str, proven: bool, asker: str) -> tuple[Registration | None, Door]:
    held = _held(session)
    _refuse_unless(held, Door.OPEN, Door.WAITING, Door.FULL)
    if not proven:  # before anything is looked up: nobody learns who is seated
        held_seats.refuse_too_many(asker, held)
    seats = _settle(held)
    door = door_of(held, seats)
    found = Registration.objects.filter(session=held, email__iexact=address, state__in=Registration.ALIVE).first()
    if found is not None:
        asked_again = not proven or found.state != State.HELD
        if proven:
            _confirm(found)
            _say(held, seats)
        if asked_again:  # else confirmed just now: that mail has it all
            mails.send_again(found)
        return found, door
    if door == Door.FULL:
        raise DoorShutError(door)
    if not proven and _unconfirmed(address) >= MOST_UNCONFIRMED:
        return None, door
    made = _make(held, door, name=name, email=address, proven=proven)
    held_seats.remember(asker, made)
    _say(held, seats)
    mails.send_first(made)
    return made, door


@transaction.atomic
def add_by_phone(*, session: Session, name: str, email: str = "", actor: Actor) -> Registration:
    """Somebody who asked the organiser. Raises `ValidationError` (French): no seat left, there already."""
    held, address = _held(session), email.strip().lower()
    seats = _settle(held)
    if address and Registration.objects.filter(session=held, email__iexact=address, state__in=Registration.ALIVE):
        raise ValidationError({"email": "Cette adresse est déjà inscrite à cette séance."})
    door = door_of(held, seats)
    if door == Door.FULL:
        raise ValidationError("Il n’y a plus de place. Augmentez d’abord le nombre de places de la séance.")
    if not door.asks and door not in (Door.CLOSED, Door.STARTED):
        raise ValidationError("Cette séance ne prend pas d’inscription.")
    if not door.asks:  # the public's time is over, the organiser's is not
        door = Door.OPEN if not seats.all_taken else Door.WAITING
    made = _make(held, door, name=name, email=address, proven=True, actor=actor)
    _say(held, seats)
    mails.send_first(made)
    return made


@transaction.atomic
def confirm(*, registration: Registration) -> Registration:
    """The link of the mail was followed: the address is proved, the seat stays. Anything else changes nothing.

    A seat whose time is over but that nobody took back yet is still theirs.
    """
    held, found = _both(registration)
    if found.state in Registration.ALIVE:
        before = _seats(held)
        _confirm(found)
        _say(held, before)
    return found


@transaction.atomic
def give_back(*, registration: Registration, actor: Actor | None = None, message: str = "") -> Registration:
    """The seat goes to the first who waits. The person is told; with an `actor` (the organiser), with their message.

    Twice is once. Raises `DoorShutError` when the session is over.
    """
    held, found = _both(registration)
    if found.state not in Registration.ALIVE:
        return found
    if held.ends_at <= timezone.now():
        raise DoorShutError(Door.PAST)
    before, waited = _seats(held), found.state == State.WAITING
    _to(found, State.CANCELLED, "registration.cancel", actor)
    _settle(held, before)
    if actor is not None:
        mails.send_cancelled(found, message)
    else:
        mails.send_given_back(found, waited=waited)
    return found


@transaction.atomic
def seats_changed(session: Session) -> None:
    """The organiser gave the session another number of seats, or said that it is no longer full: those who wait move
    up, and « complet » is said again, or no longer. To be called after the session is saved."""
    held = _held(session)
    _expire(held)
    _promote(held)
    seats = _seats(held)
    full = seats.sold_out or (held.full and seats.all_taken)
    if held.event.state == Event.State.PUBLISHED and held.full != full:
        say_full(session=held, full=full, actor=None)


def free_lapsed() -> int:
    """Seats whose address nobody confirmed in time, or that nobody was given: to the next; returns how many sessions.

    One transaction a session: a worker that stops half-way leaves the rest to the next.
    """
    now = timezone.now()
    lapsed = set(
        Registration.objects.filter(state=State.HELD, held_until__lte=now).values_list("session_id", flat=True)
    )
    coming = Session.objects.filter(registrations__state=State.WAITING, starts_at__gt=now, full=False).distinct()
    counted = list(coming.select_related("event"))
    seats = seats_of(counted)
    for session in Session.objects.filter(
        pk__in=lapsed | {session.pk for session in counted if not seats[session.pk].all_taken}
    ).select_related("event"):
        with transaction.atomic():
            _settle(_held(session))
    return len(lapsed)


@transaction.atomic
def mark_present(*, session: Session, present: Collection[UUID], actor: Actor) -> int:
    """Who came, among those who have a seat; returns how many. Whoever is not named did not come."""
    _held(session)
    seated = Registration.objects.filter(session=session, state=State.CONFIRMED)
    came = seated.filter(public_id__in=present).update(present=True)
    seated.exclude(public_id__in=present).update(present=False)
    record(verb="registration.attend", target=session.event, actor=actor, changes={"present": [None, came]})
    return came


def of_secret(secret: str) -> Registration | None:
    """Whose link this is: one look-up by digest, whatever was typed."""
    rows = Registration.objects.select_related("session__event__organisation", "session__commune", "session__site")
    return rows.filter(digest=digest(secret)).first()


# --- under the locks


def _held(session: Session) -> Session:
    """The session as it stands, its event and itself held in this order, whatever their state."""
    event = Event.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=session.event_id)
    held = Session.objects.select_for_update(of=("self",)).select_related("commune", "site").get(pk=session.pk)
    held.event = event
    return held


def _both(registration: Registration) -> tuple[Session, Registration]:
    held = _held(Session.objects.get(pk=registration.session_id))
    found = Registration.objects.select_for_update(of=("self",)).get(pk=registration.pk)
    found.session = held
    return held, found


def _refuse_unless(held: Session, *doors: Door) -> None:
    door = door_of(held, Seats(held.seats))
    if door not in doors:
        raise DoorShutError(door)


def _seats(held: Session) -> Seats:
    return seats_of([held])[held.pk]


def _settle(held: Session, before: Seats | None = None) -> Seats:
    """Take back what lapsed, give what is free to who waits, say whether it is full; returns the seats as they are.

    `before` are the seats before the act in hand: « complet » that their count said is said by it no longer.
    """
    before = before or _seats(held)
    by_count = held.full and before.all_taken
    _expire(held)
    if not held.full or by_count:
        _promote(held)
    return _say(held, before)


def _say(held: Session, before: Seats) -> Seats:
    """« Complet » as the count has it; said by the organiser while seats are left, it stays.

    Told to the public when confirmed people have every seat (invented addresses tell nothing); no longer told when one
    is free again, not when it only passed to somebody who has yet to confirm.
    """
    seats = _seats(held)
    if held.event.state == Event.State.PUBLISHED:
        if seats.sold_out and not held.full:
            held.full = say_full(session=held, full=True, actor=None).full
        elif held.full and before.all_taken and not seats.all_taken:
            held.full = say_full(session=held, full=False, actor=None).full
    return seats


def _expire(held: Session) -> None:
    lapsed = Registration.objects.filter(session=held, state=State.HELD, held_until__lte=timezone.now())
    for registration in lapsed.order_by("pk"):
        _to(registration, State.EXPIRED, "registration.expire")


def _promote(held: Session) -> None:
    seats = _seats(held)
    if not seats.waiting or seats.all_taken or not is_alive(held):
        return
    free = seats.waiting if seats.limit is None else seats.limit - seats.taken
    waiting = Registration.objects.filter(session=held, state=State.WAITING).order_by("created_at", "pk")
    for registration in waiting[:free]:
        registration.session = held
        sure = registration.email_confirmed or not registration.email
        registration.held_until = None if sure else held_seats.until_promoted(held)
        _to(registration, State.CONFIRMED if sure else State.HELD, "registration.promote")
        mails.send_promoted(registration)


def _make(
    held: Session, door: Door, *, name: str, email: str, proven: bool, actor: Actor | None = None
) -> Registration:
    seated = State.CONFIRMED if proven else State.HELD
    made = sealed(Registration(session=held, name=name, email=email, email_confirmed=proven))
    made.state = seated if door == Door.OPEN else State.WAITING
    made.held_until = held_seats.until(held, _seats(held)) if made.state == State.HELD else None
    made.created_at = made.decided_at = timezone.now()
    made.save()
    # Never who: the journal cannot forget it.
    record(
        verb="registration.add" if actor else "registration.ask", target=made, key=str(made.public_id), actor=actor,
        changes={"state": [None, str(made.state)]},
    )  # fmt: skip
    return made


def _confirm(found: Registration) -> None:
    if found.state == State.HELD:
        found.held_until = None
        found.email_confirmed = True
        _to(found, State.CONFIRMED, "registration.confirm")
        mails.send_confirmed(found)
    elif not found.email_confirmed:
        found.email_confirmed = True
        found.save(update_fields=["email_confirmed"])


def _to(registration: Registration, state: State, verb: str, actor: Actor | None = None) -> None:
    before, registration.state = registration.state, state
    registration.decided_at = timezone.now()
    registration.save(update_fields=["state", "decided_at", "held_until", "email_confirmed"])
    record(
        verb=verb, target=registration, key=str(registration.public_id), actor=actor,
        changes={"state": [before, str(state)]},
    )  # fmt: skip


def _unconfirmed(address: str) -> int:
    return Registration.objects.filter(
        email__iexact=address, email_confirmed=False, state__in=Registration.ALIVE
    ).count()
