"""One run of a scheme: made, counted as often as wanted while a draft, published, final, withdrawn.

The results are one JSON value: plan, counts, lines. From the published moment on the counts in it are frozen; an upheld
objection takes an entry or a case out of it and reckons the lines again, nothing else moves them.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.errors import NotNow, demand_valid
from accounts.models import User
from accounts.templatetags.display import day
from grid.access import demand
from grid.models import Grid, Post
from grid.posts import LEADER_KINDS, PostKind
from incidents.models import Incident
from notices.models import Notice
from notices.writing import notify
from reports import listings, stages
from reports.assessment import counting, plans
from reports.assessment.score import AREA, POST, UNIT, UNMARKED, Facts, Mark, Plan, score
from reports.indicators import DEFINITION_VERSION
from reports.metrics import NEXT_LENGTH, Extent
from reports.models import Assessment, Scheme
from reports.periods import Period, last_finished_day, local_day, must_be_finished

Json = dict[str, Any]
Status = Assessment.Status
LONGEST: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class NewRun:
    """Which scheme is run for the areas, units or posts of which grid, over which days."""

    scheme: Scheme
    grid: Grid
    period: Period


def create(new: NewRun, *, actor: User, now: datetime) -> Assessment:
    """A draft with its first count. NotAllowed without assessment.edit on the grid; NotNow when it exists already."""
    demand(actor, "assessment.edit", new.grid.code)
    _check(new, now)
    with transaction.atomic():
        scheme = Scheme.objects.select_for_update(no_key=True).get(pk=new.scheme.pk)  # two at once wait for each other
        days = {"period_start": new.period.first, "period_end": new.period.last}
        same = Assessment.objects.filter(scheme=scheme, grid=new.grid, **days).exclude(status=Status.WITHDRAWN)
        if same.exists():
            raise NotNow(_("There is an assessment by this scheme for these days already."))
        row = Assessment(scheme=scheme, grid=new.grid, grid_code=new.grid.code, **days)
        row.created_by, row.created_at = actor, now
        _count(row, now)
        row.save()
        stages.keep_step(row, before="", actor=actor, now=now)
    return row


def _check(new: NewRun, now: datetime) -> None:
    first, last = new.period.first, new.period.last
    fits = new.grid.code.startswith(new.scheme.grid_code)
    has_areas = len(new.grid.code) in NEXT_LENGTH and NEXT_LENGTH[len(new.grid.code)] > len(new.grid.code)
    demand_valid(
        (
            ("scheme", new.scheme.is_active, _("This scheme is not used any more.")),
            ("scheme", new.scheme.items.exists() or new.scheme.rules.exists(), _("This scheme has no items yet.")),
            ("grid", fits, _("The scheme belongs to another office.")),
            ("grid", has_areas or new.scheme.subject != AREA, _("There is no grid of this level below.")),
            ("last", first <= last and last - first <= LONGEST, _("The last day stands before the first, or too far.")),
            ("first", first <= local_day(now), _("These days have not begun yet.")),
        )
    )


# --- counting ---------------------------------------------------------------------------------------------------------


def period_of(row: Assessment) -> Period:
    """The days of a run."""
    return Period(row.period_start, row.period_end)


def recount(pk: int, *, actor: User, now: datetime) -> Assessment:
    """Count a draft anew: new events, and the scheme as it is now."""
    with transaction.atomic():
        row = locked(pk, Status.DRAFT)
        demand(actor, "assessment.edit", row.grid_code)
        _count(row, now)
        return save(row)


def locked(pk: int, *states: str) -> Assessment:
    """The row, locked for this transaction; NotNow in another status."""
    row: Assessment = Assessment.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)
    if row.status not in states:
        raise NotNow(
            _("This step is not possible now: the status is “%(status)s”.") % {"status": row.get_status_display()}
        )
    return row


def save(row: Assessment) -> Assessment:
    """Keep new results; whoever looks at the old ones must look again."""
    row.version += 1
    row.save(update_fields=["results", "input_hash", "definition_version", "version"])
    return row


def _count(row: Assessment, now: datetime) -> None:
    """Put results and input hash into `row`, from the database."""
    plan, period = plans.plan_of(row.scheme), period_of(row)
    until = now if row.period_end > last_finished_day(now) else None
    extent = Extent.of(row.grid_code, period, until=until)
    excluded = _excluded(row)
    with translation.override("zh-hans"):  # names of posts are part of a document, whoever asks for it
        names = counting.subjects(plan.subject, row.grid, period)
        found = counting.read(plan.subject, row.grid, period, until=until, leave_out=excluded)
        names = counting.names_of(plan.subject, found.ratios) | names if plan.subject != POST else names
    facts = Facts({key: found.ratios.get(key, {}) for key in names}, {key: found.cases.get(key, 0) for key in names})
    base = {
        "grid": {"code": row.grid_code, "name": row.grid.name, "level": row.grid.level},
        "period": {"first": period.first.isoformat(), "last": period.last.isoformat()},
        "as_of": extent.end.isoformat(),
        "interim": extent.end < period.end,
        "scheme": {"name": row.scheme.name, "number": row.scheme.number, "source": row.scheme.source},
        "names": names,
        "events": "" if plan.subject == POST else listings.input_hash(extent),
    }
    row.definition_version = DEFINITION_VERSION
    settle(row, base, plan, facts)


def settle(row: Assessment, base: Mapping[str, Any], plan: Plan, facts: Facts) -> None:
    """Reckon all lines from the counts and the entries that stand, and put them into `row`; not saved."""
    marks = plans.marks_of(row.entries.all()) if row.pk else []
    given = {name: base[name] for name in ("grid", "period", "as_of", "interim", "scheme", "names", "events")}
    row.results = built(given | {"excluded": _excluded_shown(row)}, plan, facts, marks)
    row.input_hash = hash_of(row.results, marks)


def built(base: Json, plan: Plan, facts: Facts, marks: Sequence[Mark]) -> Json:
    """The whole results: a pure function of what goes in."""
    lines = [plans.line_json(line, plan, base["names"]) for line in score(plan, facts, marks)]
    return {
        "format": plans.FORMAT,
        "definitions": DEFINITION_VERSION,
        **base,
        "plan": plans.plan_json(plan),
        "facts": plans.facts_json(facts),
        "lines": lines,
    }


def hash_of(results: Mapping[str, Any], marks: Sequence[Mark]) -> str:
    """SHA-256 over everything that the lines follow from."""
    names = ("grid", "period", "as_of", "plan", "facts", "excluded", "events", "definitions")
    given = sorted((one.subject, one.item, one.rule, str(one.amount)) for one in marks)
    text = json.dumps([{name: results[name] for name in names}, given], ensure_ascii=False, sort_keys=True)
    return sha256(text.encode()).hexdigest()


def reckon_again(row: Assessment, facts: Facts | None = None) -> None:
    """The lines anew after an entry came or went; from the counts in the results, or the given ones. Saved."""
    stored = row.results
    settle(row, stored, plans.plan_from(stored["plan"]), facts or plans.facts_from(stored["facts"]))
    save(row)


def reckon_without(row: Assessment, incident: int) -> None:
    """The lines anew without one more case: its counts are taken from those in the results. Saved."""
    reckon_again(row, counting.less(plans.facts_from(row.results["facts"]), _alone(row, incident)))


def counts_in(row: Assessment, incident: int) -> bool:
    """Whether the case stands in any count of the run."""
    alone = _alone(row, incident)
    return any(below for pairs in alone.ratios.values() for _above, below in pairs.values()) or any(
        alone.cases.values()
    )


def _alone(row: Assessment, incident: int) -> Facts:
    """The counts that come from one case."""
    until = datetime.fromisoformat(row.results["as_of"])
    subject = row.results["plan"]["subject"]
    return counting.read(subject, row.grid, period_of(row), until=until, only=[incident])


def _excluded(row: Assessment) -> list[int]:
    return list(row.exclusions.order_by("incident").values_list("incident", flat=True)) if row.pk else []


def _excluded_shown(row: Assessment) -> list[Json]:
    if not row.pk:
        return []
    rows = row.exclusions.order_by("incident__number").values_list("incident__number", "reason")
    return [{"number": number, "reason": reason} for number, reason in rows]


def what_if(row: Assessment, plan: Plan) -> list[Json]:
    """The lines as another plan would give them, beside those that stand: nothing is saved.

    Each line with `was` (the standing one), better ranks first.
    """
    facts, marks = plans.facts_from(row.results["facts"]), plans.marks_of(row.entries.all())
    standing = {line["key"]: line for line in row.results["lines"]}
    names = row.results["names"]
    return [plans.line_json(line, plan, names) | {"was": standing[line.key]} for line in score(plan, facts, marks)]


# --- steps ------------------------------------------------------------------------------------------------------------


def publish(pk: int, *, version: int | None, actor: User, now: datetime) -> Assessment:
    """Count for the last time, freeze, tell those assessed, open it to objections.

    NotNow before the days are over, or while something by hand is missing.
    """
    with transaction.atomic():
        row = locked(pk, Status.DRAFT)
        stages.check_version(row, version)
        must_be_finished(period_of(row), now)
        _count(row, now)
        _demand_complete(row)
        row = stages.advance(
            row,
            "publish",
            actor=actor,
            now=now,
            results=row.results,
            input_hash=row.input_hash,
            definition_version=row.definition_version,
            published_at=now,
            objections_until=local_day(now) + timedelta(days=row.scheme.objection_days),
        )
        tell(row, _subjects_people(row, now), _("Assessment published: %(name)s"), "publish", actor, now)
    published: Assessment = row
    return published


def _demand_complete(row: Assessment) -> None:
    """NotNow while somebody who is assessed lacks points by hand; a kind of post without any mark is not assessed."""
    marked = {mark.subject for mark in plans.marks_of(row.entries.all())}
    is_post = row.results["plan"]["subject"] == POST
    missing = [
        line["name"]
        for line in row.results["lines"]
        if line["why"] == UNMARKED and (not is_post or line["key"] in marked)
    ]
    if missing:
        raise NotNow(_("Points by hand are missing for: %(names)s.") % {"names": "、".join(missing[:5])})
    if not row.results["lines"] or all(line["total"] is None for line in row.results["lines"]):
        raise NotNow(_("There is nothing to publish: nobody has a score."))


def finish(pk: int, *, version: int | None, actor: User, now: datetime) -> Assessment:
    """Make it final: after the days for objections, with none of them open."""
    with transaction.atomic():
        row = locked(pk, Status.PUBLISHED)
        if row.objections.filter(status="open").exists():
            raise NotNow(_("An objection is still open: answer it first."))
        if row.objections_until and local_day(now) <= row.objections_until:
            raise NotNow(_("Objections are possible until %(day)s.") % {"day": day(row.objections_until)})
        final: Assessment = stages.advance(row, "finish", actor=actor, now=now, version=version)
    return final


def withdraw(pk: int, *, text: str, version: int | None, actor: User, now: datetime) -> Assessment:
    """Take it back with a reason; those assessed are told when they knew of it."""
    with transaction.atomic():
        row = Assessment.objects.get(pk=pk)
        was_known = row.status in (Status.PUBLISHED, Status.FINAL)
        row = stages.advance(row, "withdraw", actor=actor, now=now, version=version, text=text)
        if was_known:
            tell(row, _subjects_people(row, now), _("Assessment withdrawn: %(name)s"), "withdraw", actor, now)
    return row


def tell(row: Assessment, people: Any, title: str, occasion: str, actor: User, now: datetime) -> None:
    """One notice to each of `people`, once per occasion."""
    notify(
        recipients=people.exclude(pk=actor.pk),
        kind=f"assessment.{occasion.partition(':')[0]}",
        level=Notice.Level.TASK if occasion.startswith("object") else Notice.Level.INFO,
        title=title % {"name": f"{row.grid.name} {row.scheme.name} {row.period_start} – {row.period_end}"},
        url=reverse("reports:assessment", args=[row.pk]),
        dedupe_key=f"assessment:{row.pk}:{occasion}",
        grid_code=row.grid_code,
        payload={"assessment": row.pk, "status": row.status},
        now=now,
    )


def _subjects_people(row: Assessment, now: datetime) -> Any:
    """Who answers for those assessed: those in charge of the areas, heads of the units, heads for kinds of post."""
    keys, posts = [line["key"] for line in row.results["lines"]], Post.objects.on(local_day(now))
    match row.results["plan"]["subject"]:
        case kind if kind == AREA:
            posts = posts.filter(kind__in=LEADER_KINDS, grid__code__in=keys)
        case kind if kind == UNIT:
            posts = posts.filter(kind=PostKind.ORG_HEAD, organization__in=[int(key[1:]) for key in keys])
        case _:
            posts = posts.filter(kind=PostKind.COMMUNITY_HEAD, grid__code__startswith=row.grid_code)
    return User.objects.filter(pk__in=posts.values("user"), is_active=True)


def case_of(number: str, row: Assessment) -> Incident | None:
    """The incident of that number inside the grid of the run."""
    found = Incident.objects.filter(number=number.strip(), grid_code__startswith=row.grid_code)
    case: Incident | None = found.only("pk", "number", "grid_code").first()
    return case
