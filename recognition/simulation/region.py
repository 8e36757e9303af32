"""The Region and the bodies: examine, sit, decide, suspend, annul; and try what must not be possible."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

from members.models import Organisation
from recognition.models import Campaign, Candidature, Decision, GoverningBody, Notice, Recognition, Sitting
from recognition.services import ending, instructing, visiting
from recognition.services.agenda import awaiting
from recognition.services.annulling import open_notices
from recognition.services.campaigns import move_step
from recognition.services.checking import criteria_of
from recognition.services.deciding import decide
from recognition.services.sitting import close_minutes, fill_agenda, plan_sitting, put_on_agenda, record_opinion
from recognition.simulation.world import SAID, World, bodies

State = Candidature.State
TUESDAY = 1
GRANTED = "Les réserves sont levées par ce que l’organisme s’engage à corriger."


class Region:
    """Somebody at the desk, each working day; the bodies when they sit."""

    def __init__(self, world: World) -> None:
        self.world = world

    def play(self, day: dt.date) -> None:
        at = self.world.moment(day)
        if day.weekday() == TUESDAY:
            self._plan_year(day, at)
            self._examine(day, at)
            self._watch_over(day, at)
        for sitting in Sitting.objects.filter(held_on=day, closed_at=None).select_related("body"):
            self._sit(sitting, at)
        for sitting in Sitting.objects.filter(held_on__lt=day, closed_at=None).select_related("body"):
            if self.world.chance(0.5):
                close_minutes(sitting=sitting, minutes="Tout a été examiné.", at=at, actor=self.world.staff)

    # --- the year

    def _plan_year(self, day: dt.date, at: dt.datetime) -> None:
        campaign = Campaign.objects.filter(year=day.year).first()
        if campaign is None or campaign.opened_at is None:
            return
        opinions, decides = bodies()
        days = zip([*opinions, decides], ("council_on", "crefop_on", "commission_on"), strict=False)
        for body, step in days:
            if not Sitting.objects.filter(campaign=campaign, body=body).exists() and getattr(campaign, step) >= day:
                plan_sitting(
                    body=body, held_on=getattr(campaign, step), campaign=campaign, at=at, actor=self.world.staff
                )
            elif awaiting(body).exists() and not Sitting.objects.filter(body=body, held_on__gte=day).exists():
                later = day + dt.timedelta(days=10 + 7 * body.order)  # one more, for those that came late
                self.world.watch.try_(
                    "plan", partial(plan_sitting, body=body, held_on=later, at=at, actor=self.world.staff)
                )  # fmt: skip
        if day.month == 3 and day.day > 24 and self.world.chance(0.5):
            self._move(campaign, "deadline_on", self.world.rng.choice((-5, 3, 10)), at)
        if campaign.closed_at:
            self.world.watch.must_refuse(
                "R12", "closed deadline moved", lambda: self._push(campaign, "deadline_on", at)
            )
        past = day - dt.timedelta(days=2 if campaign.notify_by_on == day - dt.timedelta(days=1) else 1)
        self.world.watch.must_refuse(
            "R12", "step moved into the past",
            lambda: move_step(campaign=campaign, step="notify_by_on", day=past, reason="Essai.", at=at,
                              actor=self.world.staff),
        )  # fmt: skip

    def _move(self, campaign: Campaign, step: str, days: int, at: dt.datetime) -> None:
        day = getattr(campaign, step) + dt.timedelta(days=days)
        self.world.watch.try_(
            "move", partial(move_step, campaign=campaign, step=step, day=day, reason="Pont.", at=at,
                            actor=self.world.staff),
        )  # fmt: skip

    def _push(self, campaign: Campaign, step: str, at: dt.datetime) -> None:
        day = max(getattr(campaign, step), at.date()) + dt.timedelta(days=1)
        move_step(campaign=campaign, step=step, day=day, reason="Essai.", at=at, actor=self.world.staff)

    # --- dossiers

    def _examine(self, day: dt.date, at: dt.datetime) -> None:
        rows = Candidature.objects.filter(state__in=[State.DEPOSITED, State.COMPLETE, State.INCOMPLETE])
        for dossier in rows.select_related("organisation", "campaign", "charter").order_by("pk"):
            if dossier.campaign.closed_at is None or not self.world.chance(0.6):
                continue
            if dossier.state == State.DEPOSITED:
                self._read(dossier, day, at)
            elif dossier.state == State.COMPLETE:
                self._assess(dossier, at)
            else:
                self._lose_patience(dossier, day, at)

    def _read(self, dossier: Candidature, day: dt.date, at: dt.datetime) -> None:
        staff = self.world.staff
        self.world.watch.must_refuse(
            "R5", "ready without examination",
            lambda: instructing.make_ready(candidature=dossier, at=at, actor=staff),
        )  # fmt: skip
        if self.world.chance(0.3) and not dossier.requests.exists():
            instructing.ask(
                candidature=dossier, items=["Les comptes signés"], reason="La signature manque.",
                due_on=day + dt.timedelta(days=15), at=at, actor=staff,
            )  # fmt: skip
            return
        done = partial(instructing.declare_complete, candidature=dossier, at=at, actor=staff)
        self.world.watch.try_("declare complete", done)

    def _assess(self, dossier: Candidature, at: dt.datetime) -> None:
        staff = self.world.staff
        for criterion in criteria_of(dossier.charter):
            level = self.world.rng.choice(("met", "met", "partly"))
            instructing.assess(
                candidature=dossier, criterion=criterion, site=None, level=level, comment="Vu.", user=staff, at=at
            )
        instructing.make_ready(candidature=dossier, at=at, actor=staff)

    def _lose_patience(self, dossier: Candidature, day: dt.date, at: dt.datetime) -> None:
        request = dossier.requests.filter(answered_at=None, closed_at=None).first()
        if request is not None and request.due_on + dt.timedelta(days=30) < day:
            instructing.drop(candidature=dossier, reason="Sans réponse.", at=at, actor=self.world.staff)

    # --- sittings

    def _sit(self, sitting: Sitting, at: dt.datetime) -> None:
        fill_agenda(sitting=sitting, at=at, actor=self.world.staff)
        self._cheat(sitting, at)
        for item in sitting.items.select_related("candidature__organisation", "candidature__campaign"):
            if sitting.body.kind == GoverningBody.Kind.OPINION:
                value = self.world.rng.choice(("favourable", "favourable", "reserved", "unfavourable"))
                record_opinion(
                    sitting=sitting, candidature=item.candidature, value=value, reasons="Examiné en séance.", at=at,
                    actor=self.world.staff,
                )  # fmt: skip
            else:
                self._decide(sitting, item.candidature, at)

    def _decide(self, sitting: Sitting, dossier: Candidature, at: dt.datetime) -> None:
        watch, kind = self.world.watch, "grant" if self.world.chance(0.8) else "refusal"
        made = watch.try_(f"decide {kind}", partial(self._decision, sitting, dossier, kind, at))
        if made is None:
            return
        watch.must_refuse("R13", "decided twice", partial(self._decision, sitting, dossier, kind, at))
        watch.must_refuse(
            "R13", "decision edited", lambda: Decision.objects.filter(pk=made.pk).update(kind="grant", grounds="Autre")
        )

    def _decision(self, sitting: Sitting, dossier: Candidature, kind: str, at: dt.datetime) -> Decision:
        return decide(
            candidature=dossier, kind=kind, sitting=sitting, deliberation_number=f"CP-{sitting.pk}",
            grounds="L’accueil ne répond pas au cahier des charges." if kind == "refusal" else GRANTED, at=at,
            signatory=SAID["signatory"], signatory_title=SAID["signatory_title"], actor=self.world.staff,
        )  # fmt: skip

    def _cheat(self, sitting: Sitting, at: dt.datetime) -> None:
        """Dossiers that are not ready, or that a former body has not seen, do not pass before this one."""
        opinions, decides = bodies()
        watch = self.world.watch
        again = (State.READY, State.REFUSED)  # what was refused may be decided anew
        for dossier in Candidature.objects.exclude(state__in=again).select_related("organisation")[:3]:
            watch.must_refuse(
                "R5", "on the agenda before it is ready",
                partial(put_on_agenda, sitting=sitting, candidature=dossier, at=at, actor=self.world.staff),
            )  # fmt: skip
        unseen = Candidature.objects.filter(state=State.READY, opinions=None).select_related("organisation")
        for dossier in unseen[:3]:
            if sitting.body.pk == opinions[0].pk:
                continue
            rule = "R7" if sitting.body.pk == decides.pk else "R6"
            watch.must_refuse(
                rule, f"{sitting.body.slug} before the others",
                partial(put_on_agenda, sitting=sitting, candidature=dossier, at=at, actor=self.world.staff),
            )  # fmt: skip
            if rule == "R7":
                watch.must_refuse(
                    "R7", "decision without opinions", partial(self._decision, sitting, dossier, "grant", at)
                )

    # --- recognitions

    def _watch_over(self, day: dt.date, at: dt.datetime) -> None:
        staff, watch = self.world.staff, self.world.watch
        for row in Recognition.objects.in_force(day).select_related("organisation").order_by("pk"):
            if row.suspended_since and self.world.chance(0.3):
                watch.try_("resume", partial(ending.resume, recognition=row, **self._signed("R", row.pk, at)))
            elif not row.suspended_since and self.world.chance(0.004):
                said = self._signed("S", row.pk, at)
                stop = partial(ending.suspend, recognition=row, grounds="Un contrôle.", **said)
                if not open_notices(row):
                    watch.must_refuse("R10", "suspended unheard", stop)
                watch.try_("suspend", partial(stop, urgency="Un danger."))
            elif self.world.chance(0.004):
                deed = partial(ending.give_notice, recognition=row, kind=Notice.Kind.REPEAL, grounds="Le lieu a fermé.")
                watch.try_("notice", partial(deed, at=at, actor=staff))
            elif self.world.chance(0.002):
                leaves = partial(ending.give_up, recognition=row, reason="Par lettre, ce jour.", at=at, actor=staff)
                watch.try_("give up", leaves)
            elif self.world.chance(0.01):
                later = day + dt.timedelta(days=20)
                watch.try_("visit", partial(visiting.plan_visit, recognition=row, planned_on=later, at=at, actor=staff))
        for notice in Notice.objects.filter(dropped_on=None, decisions=None).order_by("pk"):
            self._annul(notice, day, at)
        for house in Organisation.objects.filter(status=Organisation.Status.SIGNATORY)[:1]:
            watch.must_refuse(
                "R1",
                "recognition of a member by right",
                lambda house=house: Recognition.objects.create(organisation=house),  # type: ignore[misc]
            )

    def _annul(self, notice: Notice, day: dt.date, at: dt.datetime) -> None:
        deed = partial(ending.annul, notice=notice, grounds="Le lieu a fermé.", **self._signed("A", notice.pk, at))
        if notice.answered_on is None and day <= notice.answer_by:
            self.world.watch.must_refuse("R14", "annulled before the answer", deed)
        else:
            self.world.watch.try_("annul", deed)

    def _signed(self, letter: str, number: int, at: dt.datetime) -> dict[str, Any]:
        return {
            "deliberation_number": f"CP-{letter}{number}", "signatory": SAID["signatory"],
            "signatory_title": SAID["signatory_title"], "at": at, "actor": self.world.staff,
        }  # fmt: skip
