"""Invented events in any number, always the same for the same number (fixed seed): benchmarks and demonstration."""

from __future__ import annotations

import json
import multiprocessing
import random
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models.fields.files import FieldFile
from django.utils import timezone
from django.utils.text import slugify

from core.reference import Access, EventType, Sector, Status
from core.text import fold
from events.derived import write
from events.models import Event, Session
from members.models import Organisation
from territories.models import Commune

PARIS = ZoneInfo("Europe/Paris")
PREFIX = "graine-"  # of `source_uid`: what was seeded is known as such
BATCH = 500  # events
# Kind: how often, how long (minutes), at what hours, how many dates at most, what it is about.
_KINDS: dict[str, tuple[int, int, tuple[int, ...], int, tuple[str, ...]]] = {
    EventType.ATELIER: (26, 120, (9, 10, 14), 12, (
        "Découvrir ses compétences", "Préparer son CV", "Réussir son entretien", "Oser changer de métier",
        "Trouver une alternance", "Parler de soi en trois minutes", "Explorer les métiers {de}",
    )),
    EventType.REUNION_INFORMATION: (18, 90, (9, 14, 17), 8, (
        "Se former {dans}", "La validation des acquis de l’expérience, comment faire ?",
        "Financer sa formation", "Le conseil en évolution professionnelle", "Entrer en apprentissage {dans}",
    )),
    EventType.PORTES_OUVERTES: (14, 420, (9,), 2, (
        "Portes ouvertes du centre de formation", "Portes ouvertes : les métiers {de}",
        "Une journée dans nos ateliers", "Portes ouvertes du lycée professionnel",
    )),
    EventType.WEBINAIRE: (12, 60, (12, 18), 6, (
        "Les métiers {de} qui recrutent", "Reprendre des études à tout âge", "Comprendre Parcoursup pas à pas",
        "Un métier, une voix : rencontre en ligne",
    )),
    EventType.VISITE: (8, 150, (9, 14), 4, ("Visite d’entreprise : les métiers {de}", "Dans les coulisses")),
    EventType.CONFERENCE: (6, 90, (18, 19), 1, ("Quels métiers {dans} demain ?", "Choisir sans stéréotype")),
    EventType.JOB_DATING: (6, 180, (9, 14), 1, ("Job dating {dans}", "Rencontrez les employeurs {de}")),
    EventType.FORUM: (5, 420, (9,), 1, ("Forum des métiers", "Forum de l’alternance", "Forum des métiers {de}")),
    EventType.SALON: (3, 960, (9,), 1, ("Salon de l’orientation et des formations", "Salon des métiers {de}")),
    EventType.STAGE: (2, 2400, (9,), 2, ("Une semaine pour essayer un métier", "Stage de découverte {dans}")),
}  # fmt: skip
_OF: dict[str, tuple[str, str]] = {
    Sector.AGRICULTURE: ("de l’agriculture et du paysage", "dans l’agriculture"),
    Sector.ARTISANAT: ("de l’artisanat", "dans l’artisanat"),
    Sector.BOIS: ("de la forêt et du bois", "dans la filière bois"),
    Sector.CONSTRUCTION: ("du bâtiment et des travaux publics", "dans le bâtiment"),
    Sector.HOTELLERIE: ("de l’hôtellerie et de la restauration", "dans la restauration"),
    Sector.INDUSTRIE: ("de l’industrie", "dans l’industrie"),
    Sector.NUMERIQUE: ("du numérique", "dans le numérique"),
    Sector.SANITAIRE_SOCIAL: ("du soin et de l’accompagnement", "dans le soin et le social"),
    Sector.COMMERCE: ("du commerce", "dans le commerce"),
    Sector.METIERS_ART: ("d’art", "dans les métiers d’art"),
    Sector.TOUS: ("qui recrutent", "près de chez vous"),
}
_OFTEN_ONLINE = (EventType.ATELIER, EventType.REUNION_INFORMATION, EventType.CONFERENCE)
_PUBLICS: tuple[tuple[str, ...], ...] = (
    (), (), (), (), (Status.LYCEEN, Status.PARENT), (Status.COLLEGIEN, Status.PARENT), (Status.ETUDIANT,),
    (Status.DEMANDEUR_EMPLOI,), (Status.SALARIE, Status.CADRE), (Status.DECROCHEUR,), (Status.APPRENTI, Status.LYCEEN),
    (Status.HANDICAP,), (Status.PROFESSIONNEL,),
)  # fmt: skip
_PLACES = ("Salle des fêtes", "Maison de la formation", "Médiathèque", "Lycée professionnel", "Espace des métiers",
           "Hôtel de ville", "Centre de formation", "Pépinière d’entreprises")  # fmt: skip
_TEXTS = (
    "Des professionnel·les racontent leur quotidien, répondent à vos questions et vous font essayer quelques gestes.",
    "Venez avec vos questions : une conseillère ou un conseiller vous reçoit, sans rendez-vous et sans engagement.",
    "Un temps en petit groupe pour y voir plus clair, avec des exercices simples et des exemples du territoire.",
    "Formations, débouchés, aides : tout ce qu’il faut savoir avant de se décider, expliqué simplement.",
)


@dataclass(frozen=True)
class Ground:
    """What events stand on: communes (drawn by their people) and organisations."""

    communes: Sequence[Commune]
    weights: Sequence[int]
    organisations: Sequence[Organisation]


def ground() -> Ground:
    """Raises `LookupError` (French) when no region pack was loaded."""
    communes = list(Commune.objects.select_related("department", "agency").order_by("insee"))
    organisations = list(Organisation.objects.public().filter(sites__listed=True).distinct().order_by("slug"))
    if not communes or not organisations:
        raise LookupError("Chargez d’abord le pack de la région : manage.py load_region_pack data/grand-est")
    return Ground(communes, list(accumulate(max(c.population, 50) for c in communes)), organisations)


def grow(sessions: int, *, today: date | None = None) -> Iterator[int]:
    """Bring the seeded dates to `sessions`, batch after batch; yields how many there are after each."""
    count = seeded()
    for made in _more(sessions - count, _next_batch(), 1, today or timezone.localdate()):
        count += made
        yield count


def grow_together(sessions: int, jobs: int, *, today: date | None = None) -> None:
    """As `grow`, by `jobs` processes at once, each with its connection and its share of the batches.

    Raises `ChildProcessError` when one of them fails.
    """
    missing, first, day = sessions - seeded(), _next_batch(), today or timezone.localdate()
    connection.close()  # no process uses the connection of another
    shares = [missing // jobs + (rank < missing % jobs) for rank in range(jobs)]
    context = multiprocessing.get_context("fork")
    workers = [
        context.Process(target=_share, args=(share, first + rank, jobs, day)) for rank, share in enumerate(shares)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        raise ChildProcessError("Une partie des évènements n’a pas été écrite.")


def seeded() -> int:
    """How many dates were seeded so far."""
    return Session.objects.filter(event__source_uid__startswith=PREFIX).count()


def _share(wanted: int, first: int, step: int, today: date) -> None:
    for _ in _more(wanted, first, step, today):
        pass


def _next_batch() -> int:
    """The first batch of numbers that no seeded event has."""
    uids = Event.objects.filter(source_uid__startswith=PREFIX).order_by("-id").values_list("source_uid", flat=True)
    return max((int(uid.removeprefix(PREFIX)) // BATCH for uid in uids[: 8 * BATCH]), default=-1) + 1


def _more(wanted: int, batch: int, step: int, today: date) -> Iterator[int]:
    """Write `wanted` dates of the batches `batch`, `batch + step`…; yields how many at each."""
    base = ground()
    while wanted > 0:
        events, dates = _drawn(base, today, range(batch * BATCH, (batch + 1) * BATCH), wanted)
        _write(events, dates)
        wanted, batch = wanted - len(dates), batch + step
        yield len(dates)


def _drawn(base: Ground, today: date, numbers: Iterable[int], wanted: int) -> tuple[list[Event], list[Session]]:
    events: list[Event] = []
    sessions: list[Session] = []
    for number in numbers:
        if len(sessions) >= wanted:
            break
        dice = random.Random(f"agenda-{number}")  # noqa: S311 (the same events each time, no secret)
        event = _event(base, number, dice)
        sessions += list(_sessions(base, event, today, dice))[: wanted - len(sessions)]
        events.append(event)
    return events, sessions


def _event(base: Ground, number: int, dice: random.Random) -> Event:
    kind = dice.choices(list(_KINDS), [facts[0] for facts in _KINDS.values()])[0]
    sector = dice.choice([*_OF, Sector.TOUS, Sector.TOUS])
    of, within = _OF[sector]
    title = dice.choice(_KINDS[kind][4]).format(de=of, dans=within).replace(" ?", "\u00a0?").replace(" :", "\u00a0:")
    organisation = dice.choice(base.organisations)
    now = timezone.now()
    link = dice.random() < 0.4
    return Event(
        slug=f"{slugify(fold(title))[:100]}-{number}", title=title, folded_title=fold(title)[:200], kind=kind,
        summary=dice.choice(_TEXTS), description="\n\n".join(dice.sample(_TEXTS, 2)),
        sectors=[] if sector == Sector.TOUS else [sector], publics=list(dice.choice(_PUBLICS)),
        access=dice.choice(([], [], [Access.PMR], [Access.PMR], [Access.PMR, Access.LSF], [Access.FALC])),
        organisation=organisation, registration_mode="link" if link else "none",
        registration_url=f"https://inscription.exemple.invalid/{number}" if link else "",
        state=Event.State.PUBLISHED, published_at=now, proposed_at=now, source_uid=f"{PREFIX}{number}",
        source_note="Évènement inventé.",
    )  # fmt: skip


def _sessions(base: Ground, event: Event, today: date, dice: random.Random) -> Iterator[Session]:
    _, minutes, hours, most, _ = _KINDS[event.kind]
    first = today + timedelta(days=int(dice.triangular(-120, 330, 45)))
    step = dice.choice((7, 7, 14, 28, 1 if event.kind == EventType.VISITE else 7))
    online = event.kind == EventType.WEBINAIRE or (dice.random() < 0.08 and event.kind in _OFTEN_ONLINE)
    commune = dice.choices(base.communes, cum_weights=base.weights)[0]
    hour, place = dice.choice(hours), dice.choice(_PLACES)
    for rank in range(dice.randint(1, most)):
        day = first + timedelta(days=rank * step)
        if event.kind in {EventType.SALON, EventType.PORTES_OUVERTES, EventType.FORUM}:
            day += timedelta(days=(5 - day.weekday()) % 7)  # a Saturday
        elif day.weekday() > 4:
            day += timedelta(days=7 - day.weekday())
        starts = datetime.combine(day, time(hour), tzinfo=PARIS)
        session = Session(
            event=event, public_id=uuid.UUID(int=dice.getrandbits(128), version=4), starts_at=starts,
            ends_at=_later(starts, minutes), attendance=Session.Attendance.ONLINE if online else "place",
            status=dice.choices(list(Session.Status), (940, 12, 10, 5, 8, 25))[0], full=dice.random() < 0.04,
        )  # fmt: skip
        if session.status in {Session.Status.RESCHEDULED, Session.Status.POSTPONED}:
            session.former_starts_at = starts - timedelta(days=7)
        if online:
            session.online_url = f"https://visio.exemple.invalid/{event.source_uid}"
        else:
            _place(session, commune, place, dice)
        yield session
        event.agency = event.agency or (None if online else commune.agency)


def _later(starts: datetime, minutes: int) -> datetime:
    """Wall-clock end: a session over the change of hour still ends at the hour said."""
    return (starts.replace(tzinfo=None) + timedelta(minutes=minutes)).replace(tzinfo=PARIS)


def _place(session: Session, commune: Commune, place: str, dice: random.Random) -> None:
    session.commune, session.town, session.place_name = commune, commune.name, place
    session.address = f"{dice.randint(1, 80)} rue de la République"
    session.postal_code = commune.postal_codes[0] if commune.postal_codes else ""
    session.lat = commune.lat + dice.uniform(-0.01, 0.01)
    session.lon = commune.lon + dice.uniform(-0.01, 0.01)
    if session.status == Session.Status.MOVED_ONLINE:
        session.status = Session.Status.SCHEDULED


@transaction.atomic
def _write(events: list[Event], sessions: list[Session]) -> None:
    of_event: dict[int, list[Session]] = {id(event): [] for event in events}
    for session in sessions:
        of_event[id(session.event)].append(session)
    for event in events:
        dates = of_event[id(event)]
        event.first_starts_at = min((s.starts_at for s in dates), default=None)
        event.last_ends_at = max((s.ends_at for s in dates), default=None)
    _copy(events)
    now = timezone.now()
    for session in sessions:
        session.event = session.event  # now that it has a key
        session.changed_at = session.created_at = now
    _copy(sessions)
    write(sessions)


def _copy(rows: Sequence[Any]) -> None:
    """`COPY` of new rows, their keys taken from the sequence first: they are known without being read back."""
    if not rows:
        return
    table = rows[0]._meta.db_table
    fields = [f for f in rows[0]._meta.concrete_fields if not (f.has_db_default() and not f.primary_key)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, len(rows)]
        )
        for row, (key,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = key
        names = [field.attname for field in fields]
        columns = ", ".join(f'"{field.column}"' for field in fields)
        with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row([_plain(getattr(row, name)) for name in names])


def _plain(value: Any) -> Any:
    """A value as `COPY` takes it: a choice or a file is its text, an object its JSON."""
    if isinstance(value, dict):
        return json.dumps(value)
    return str(value) if isinstance(value, (str, FieldFile)) else value
