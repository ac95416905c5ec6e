"""Objections of those assessed (申诉): who may object, the answer by a second person, what an upheld one changes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, NotNow, demand_valid
from accounts.models import User
from accounts.protect import mask_numbers
from grid.models import Post
from grid.posts import CAPABILITIES_BY_POST
from grid.scope import scope_of
from reports import stages
from reports.assessment import entries, plans, runs
from reports.assessment.score import AREA, UNIT
from reports.models import Assessment, Objection
from reports.periods import local_day

TEXT_LENGTH: Final = 1000
DECIDERS: Final = tuple(kind for kind, held in CAPABILITIES_BY_POST.items() if "assessment.decide" in held)


def open_to(row: Assessment, user: Any, now: datetime) -> list[tuple[str, str]]:
    """(key, name) of those for whom `user` may object now: the own areas, the units led."""
    if row.status != Assessment.Status.PUBLISHED or not row.objections_until or local_day(now) > row.objections_until:
        return []
    return [(line["key"], line["name"]) for line in row.results["lines"] if _speaks_for(row, line["key"], user)]


def _speaks_for(row: Assessment, key: str, user: Any) -> bool:
    scope, subject = scope_of(user), row.results["plan"]["subject"]
    if subject == UNIT:
        return int(key[1:]) in scope.led
    if subject == AREA:
        return scope.can("report.write", key)
    # a kind of post has no head: whoever writes for a community below speaks for its people
    return any(prefix.startswith(row.grid_code) for prefix in scope.prefixes("report.write"))


def raise_objection(pk: int, *, subject: str, text: str, actor: User, now: datetime) -> Objection:
    """Object for one of those assessed. NotAllowed for another's line; NotNow outside the days for objections."""
    with transaction.atomic():
        row = runs.locked(pk, Assessment.Status.PUBLISHED)
        if row.objections_until and local_day(now) > row.objections_until:
            raise NotNow(_("The days for objections are over."))
        demand_valid(
            (
                ("text", bool(text.strip()), _("Say what is wrong.")),
                ("text", len(text) <= TEXT_LENGTH, _("At most 1,000 characters.")),
                ("subject", subject in row.results["names"], _("This one is not assessed here.")),
            )
        )
        if not _speaks_for(row, subject, actor):
            raise NotAllowed(_("Only those who answer for it may object."))
        if row.objections.filter(subject=subject, status=Objection.Status.OPEN).exists():
            raise NotNow(_("An objection for it is open already: add your words there."))
        objection = Objection.objects.create(
            assessment=row, subject=subject, text=mask_numbers(text.strip()), by=actor, at=now
        )
        stages.keep_step(objection, before="", actor=actor, now=now)
        title = _("Objection to an assessment: %(name)s")
        runs.tell(row, _deciders(row, now), title, f"object:{objection.pk}", actor, now)
    return objection


def _deciders(row: Assessment, now: datetime) -> Any:
    above = [row.grid_code[:n] for n in range(4, len(row.grid_code) + 1)]
    posts = Post.objects.on(local_day(now)).filter(kind__in=DECIDERS, grid__code__in=above)
    return User.objects.filter(pk__in=posts.values("user"), is_active=True)


@dataclass(frozen=True, slots=True)
class Upheld:
    """What an upheld objection takes out: an entry (its key), a case (its number), or both."""

    entry: int | None = None
    number: str = ""


def uphold(pk: int, what: Upheld, *, text: str, version: int | None, actor: User, now: datetime) -> Objection:
    """Withdraw the entry or leave out the case, reckon again, and keep the difference with the objection.

    NotAllowed for whoever raised it (a second person decides); NotValid when nothing is taken out.
    """
    with transaction.atomic():
        row = _run_of(pk)
        objection = stages.advance(
            Objection.objects.get(pk=pk),
            "uphold",
            actor=actor,
            now=now,
            version=version,
            text=text,
            answer=text.strip(),
        )
        taken = what.entry is not None or bool(what.number.strip())
        demand_valid((("what", taken, _("Choose the entry to withdraw, or name the case to leave out.")),))
        before = row.results["lines"]
        change: dict[str, Any] = {}
        if what.entry is not None:
            taken_back = entries.take_back(row, what.entry, reason=text, actor=actor, now=now)
            change["entry"] = str(taken_back.rule or taken_back.item)
            runs.reckon_again(row)
        if what.number.strip():
            out = entries.leave_out(row, what.number, reason=text, actor=actor, now=now, objection=objection)
            change["number"] = what.number.strip()
            runs.reckon_without(row, out.incident_id)
        change["lines"] = plans.changes(before, row.results["lines"])
        return _answered(objection, row, change, actor, now)


def refuse(pk: int, *, text: str, version: int | None, actor: User, now: datetime) -> Objection:
    """Leave everything as it is, with an answer."""
    with transaction.atomic():
        row = _run_of(pk)
        objection = stages.advance(
            Objection.objects.get(pk=pk),
            "refuse",
            actor=actor,
            now=now,
            version=version,
            text=text,
            answer=text.strip(),
        )
        return _answered(objection, row, {}, actor, now)


def _run_of(pk: int) -> Assessment:
    """The run, locked before its objection (always in this order)."""
    return runs.locked(
        Objection.objects.values_list("assessment_id", flat=True).get(pk=pk), Assessment.Status.PUBLISHED
    )


def _answered(objection: Objection, row: Assessment, change: dict[str, Any], actor: User, now: datetime) -> Objection:
    objection.change = change
    objection.save(update_fields=["change"])
    people = User.objects.filter(pk=objection.by_id)
    runs.tell(row, people, _("Your objection is answered: %(name)s"), f"answer:{objection.pk}", actor, now)
    return objection
