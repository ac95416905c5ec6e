"""代表委员进网格: what deputies collect in the grids, who answers until when, and whether they are satisfied (4.22)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import NotAllowed, NotNow, demand_valid
from accounts.models import User
from accounts.text_guard import clean_field
from grid.access import demand
from grid.models import Grid, Organization, Post
from grid.once import sealed_uuid, write_once
from grid.posts import PostKind
from grid.scope import scope_of
from incidents.intake import NewIncident, report_incident
from incidents.models import Incident
from incidents.models.incident import Source
from incidents.people import actors_of
from notices.models import Notice
from notices.writing import notify_all
from partybuilding import council_news
from partybuilding.models import DeputyOpinion
from partybuilding.stages import advance, keep_step, steps_of

Status, Satisfaction = DeputyOpinion.Status, DeputyOpinion.Satisfaction
TEXT_LENGTH: Final = 2000
FARTHEST: Final = timedelta(days=3660)


@dataclass(frozen=True, slots=True)
class NewOpinion:
    """An opinion as typed or sent in. `deputy`: her account, when she has one here."""

    client_id: UUID
    body: str
    deputy_name: str
    text: str
    deputy: User | None = None
    due_on: date | None = None


def may_collect(user: Any, code: str | None = None) -> bool:
    """Whether `user` enters opinions there: who holds meetings, and deputies in their own grids."""
    scope = scope_of(user)
    if scope.can("council.edit", code):
        return True
    posts = Post.objects.on(timezone.localdate()).filter(user=user.pk, kind=PostKind.DEPUTY)
    codes = list(posts.values_list("grid__code", flat=True))
    return bool(codes) if code is None else any(code.startswith(own) for own in codes if own)


def is_only_deputy(user: Any) -> bool:
    """Whether `user` enters opinions as a deputy alone: they are hers then."""
    return not scope_of(user).can("council.edit") and may_collect(user)


def collect(new: NewOpinion, *, grid: Grid, actor: User, now: datetime) -> tuple[DeputyOpinion, bool]:
    """Take an opinion in, and whether it is new: the same send again gives the first one.

    A deputy who does not hold the meetings there enters her own alone, under her own name. NotAllowed for anybody but
    who holds meetings there and a deputy of the grid; NotValid by field.
    """
    if not may_collect(actor, grid.code):
        raise NotAllowed(_("You may not do this here."))
    own = not scope_of(actor).can("council.edit", grid.code)
    deputy, name = (actor, "") if own else (new.deputy, new.deputy_name)
    columns = {
        "body": new.body,
        "deputy_name": clean_field("deputy_name", name, max_length=50) or (deputy.real_name[:50] if deputy else ""),
        "text": clean_field("text", new.text, max_length=TEXT_LENGTH, multiline=True),
        "due_on": new.due_on,
    }
    _check(columns, now)
    given = {**columns, "grid": grid.code, "deputy": deputy and deputy.pk}

    def write(digest: str) -> DeputyOpinion:
        place: dict[str, Any] = {"grid": grid, "grid_code": grid.code, "deputy": deputy, "by": actor, "at": now}
        row = DeputyOpinion.objects.create(client_id=new.client_id, digest=digest, **place, **columns)
        keep_step(row, before="", actor=actor, now=now)
        return row

    return write_once(DeputyOpinion, new.client_id, given, actor=actor, write=write)


def _check(columns: dict[str, Any], now: datetime) -> None:
    today, due = timezone.localdate(now), columns["due_on"]
    demand_valid(
        (
            ("body", columns["body"] in DeputyOpinion.Body.values, _("Choose one of the two.")),
            ("deputy_name", bool(columns["deputy_name"]), _("Say whose opinion it is.")),
            ("text", bool(columns["text"]), _("Write the opinion.")),
            (
                "due_on",
                due is None or today <= due <= today + FARTHEST,
                _("The day lies in the past or too far ahead."),
            ),
        )
    )


# --- the way of an opinion --------------------------------------------------------------------------------------------


def work(
    opinion: DeputyOpinion,
    *,
    organization: Organization | None,
    due_on: date | None,
    version: int | None,
    actor: User,
    now: datetime,
    text: str = "",
) -> DeputyOpinion:
    """Take it on: which unit answers (none: the office itself) and until when; its people are told."""
    demand_valid((("due_on", due_on is None or due_on >= timezone.localdate(now), _("The day lies in the past.")),))
    with transaction.atomic():
        fields = {"organization": organization, "due_on": due_on or opinion.due_on}
        row: DeputyOpinion = advance(opinion, "work", actor=actor, now=now, version=version, text=text, **fields)
        people = actors_of([row.organization_id], timezone.localdate(now)) if organization else []
        heading = gettext_lazy("An opinion of a deputy is yours to answer")
        _tell(row, [one for one in people if one.pk != actor.pk], "given", heading, now)
    return row


def make_incident(opinion: DeputyOpinion, *, actor: User, now: datetime) -> Incident:
    """Report it as a case of the source 代表委员; a second click is told the number. NotNow once it is answered."""
    with transaction.atomic():
        row = DeputyOpinion.objects.select_for_update(of=("self",)).select_related("grid").get(pk=opinion.pk)
        demand(actor, "council.edit", row.grid_code)
        if row.incident_id is not None:
            raise NotNow(_("It is a case already: %(number)s.") % {"number": _number(row)})
        if row.status not in (Status.RECEIVED, Status.WORKING):
            raise NotNow(_("The opinion was answered already."))
        new = NewIncident(
            text=row.text, source=Source.DEPUTY, grid=row.grid, client_uuid=sealed_uuid(row.client_id, "incident")
        )
        row.incident = report_incident(new, actor=actor, now=now)
        row.version += 1
        row.save(update_fields=["incident", "version"])
        if row.status == Status.RECEIVED:
            advance(row, "work", actor=actor, now=now, text=row.incident.number)
    return row.incident


def _number(row: DeputyOpinion) -> str:
    return row.incident.number if row.incident is not None else ""


def answer(opinion: DeputyOpinion, *, text: str, version: int | None, actor: User, now: datetime) -> DeputyOpinion:
    """Answer it, by who holds meetings there or the unit that it went to; the deputy is told."""
    text = clean_field("text", text, max_length=TEXT_LENGTH, multiline=True)
    demand_valid((("answer", bool(text), _("Write the answer.")),))
    with transaction.atomic():
        fields: dict[str, Any] = {"answer": text, "answered_at": now}
        row: DeputyOpinion = advance(opinion, "answer", actor=actor, now=now, version=version, **fields)
        deputy = [row.deputy] if row.deputy is not None and row.deputy_id != actor.pk else []
        _tell(row, deputy, "answered", gettext_lazy("Your opinion was answered: please evaluate the answer"), now)
    return row


def rate(
    opinion: DeputyOpinion, *, satisfaction: str, version: int | None, actor: User, now: datetime, text: str = ""
) -> DeputyOpinion:
    """How satisfied the deputy is; by herself, or by who holds meetings there when she said it to them.

    NotAllowed for whoever answered an opinion of a deputy with an account: she was asked, and says it herself or to
    somebody else.
    """
    demand_valid((("satisfaction", satisfaction in Satisfaction.values, _("Choose how satisfied.")),))
    if not may_rate(opinion, actor):
        raise NotAllowed(_("The deputy evaluates your answer herself, or says it to somebody else."))
    given = {"satisfaction": satisfaction}
    row: DeputyOpinion = advance(opinion, "rate", actor=actor, now=now, version=version, text=text, **given)
    return row


def may_rate(opinion: DeputyOpinion, user: Any) -> bool:
    """Whether `user` is another person than who answered, where the deputy has an account and is asked herself."""
    if opinion.deputy_id in (None, user.pk):
        return True
    return all(step.after != Status.ANSWERED or step.by_id != user.pk for step in steps_of(opinion))


def _tell(row: DeputyOpinion, people: Any, word: str, heading: Any, now: datetime) -> None:
    notify_all([council_news.opinion_message(row, people, word, heading, Notice.Level.TASK)], now=now)


# --- reading ----------------------------------------------------------------------------------------------------------


def opinions_for(user: Any) -> QuerySet[DeputyOpinion]:
    """The opinions that `user` sees, her own, and those that her unit answers."""
    rows: QuerySet[DeputyOpinion] = DeputyOpinion.objects.visible_to(user)
    return rows.select_related("grid", "organization", "incident", "deputy").defer("grid__boundary", "incident__text")


def figures(rows: QuerySet[DeputyOpinion], today: date) -> dict[str, Any]:
    """How many, open, past their day, answered, and the share of evaluated ones that are satisfied; one query.

    `satisfied` is satisfied or basically satisfied among all that were evaluated (None while nobody has).
    """
    waiting = Q(status__in=[Status.RECEIVED, Status.WORKING])
    good = Q(satisfaction__in=[Satisfaction.SATISFIED, Satisfaction.BASICALLY])
    found: dict[str, Any] = rows.order_by().aggregate(
        all=Count("pk"),
        open=Count("pk", filter=waiting),
        late=Count("pk", filter=waiting & Q(due_on__lt=today)),
        answered=Count("pk", filter=~waiting),
        rated=Count("pk", filter=Q(status=Status.RATED)),
        good=Count("pk", filter=Q(status=Status.RATED) & good),
    )
    return {**found, "satisfied": found["good"] / found["rated"] if found["rated"] else None}
