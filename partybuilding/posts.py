"""Posts of party organizations: appointed, ended; what the plan asks for and nobody holds."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotNow, NotValid
from accounts.models import User
from accounts.text_guard import clean_field
from grid.access import demand
from partybuilding.models import PartyOrganization, PartyPost, PostPlan
from partybuilding.organizations import EDITS, living, locked, note

Title = PartyPost.Title
HEADS: Final = (Title.SECRETARY, Title.GROUP_LEADER)
"""The one person at the head; the database allows one at a time."""
AHEAD: Final = timedelta(days=90)


def appoint(
    party: PartyOrganization, *, title: str, name: str, user: User | None, since: date, actor: User, now: datetime
) -> PartyPost:
    """Give somebody a post of `party` from `since` on: an account, or a name where the person has none.

    NotAllowed without party.edit there; NotValid (by field) for no name or a day too far ahead; NotNow when the one
    head of it is somebody else, or she holds this post already.
    """
    demand(actor, EDITS, party.grid_code)
    shown = user.real_name or user.username if user is not None else clean_field("name", name, max_length=50)
    _check(title, shown, since, timezone.localdate(now))
    with transaction.atomic():
        party = locked(party, None)
        same = PartyPost.objects.filter(party=party, title=title, until=None)
        if same.filter(user=user).exists() if user is not None else same.filter(user=None, name=shown).exists():
            raise NotNow(_("%(person)s holds this post already.") % {"person": shown})
        try:
            with transaction.atomic():
                post = PartyPost.objects.create(party=party, title=title, name=shown, user=user, since=since)
        except IntegrityError as error:
            raise NotNow(_("Somebody else is at its head: end that post first.")) from error
        note(party, f"post {post.pk} given: {title}", actor, now)
    return post


def end_post(post: PartyPost, *, on: date, actor: User, now: datetime) -> PartyPost:
    """End it: `on` is the first day without the post. NotNow when it has ended; NotValid before its beginning."""
    demand(actor, EDITS, post.party.grid_code)
    with transaction.atomic():
        held = PartyPost.objects.select_for_update(of=("self",)).get(pk=post.pk)
        if held.until is not None:
            raise NotNow(_("This post has ended already."))
        if on <= held.since or on > timezone.localdate(now) + AHEAD:
            said = _("The end must lie after the beginning, %(day)s.") % {"day": held.since}
            raise NotValid(said, {"until": [said]})
        held.until = on
        held.save(update_fields=["until"])
        note(post.party, f"post {post.pk} ended", actor, now)
    return held


def _check(title: str, name: str, since: date, today: date) -> None:
    wrong: dict[str, list[str]] = {}
    if title not in Title.values:
        wrong["title"] = [_("Choose one of the posts.")]
    if not name:
        wrong["name"] = [_("Say who: an account or a name.")]
    if since > today + AHEAD:
        wrong["since"] = [_("At most three months ahead.")]
    if wrong:
        raise NotValid(_("Please correct the marked fields."), wrong)


# --- the plan ---


@dataclass(frozen=True, slots=True)
class Unfilled:
    """Posts of one organization that the plan asks for and nobody holds."""

    party: PartyOrganization
    title: str
    missing: int

    @property
    def label(self) -> str:
        """The post in words."""
        return str(Title(self.title).label)


def plans() -> dict[str, dict[str, int]]:
    """How many holders of each post an organization of each kind should have."""
    wanted: dict[str, dict[str, int]] = defaultdict(dict)
    for kind, title, count in PostPlan.objects.values_list("kind", "title", "count"):
        wanted[kind][title] = count
    return wanted


def unfilled(parties: Iterable[PartyOrganization], *, today: date) -> list[Unfilled]:
    """What is missing in `parties`, in their order; two queries for any number."""
    rows = {row.pk: row for row in parties}
    held = held_posts(PartyPost.objects.filter(party__in=rows), today=today)
    found = missing_posts(((row.pk, row.kind) for row in rows.values()), held)
    return [Unfilled(rows[pk], title, count) for pk, title, count in found]


def held_posts(rows: Any, *, today: date) -> Counter[tuple[int, str]]:
    """How many hold each post (organization, title) on `today` among `rows`."""
    return Counter(rows.on(today).order_by().values_list("party", "title"))


def missing_posts(parties: Iterable[tuple[int, str]], held: Counter[tuple[int, str]]) -> Iterator[tuple[int, str, int]]:
    """(organization, title, how many are missing) for organizations given by key and kind; one query for the plan."""
    wanted = plans()
    for pk, kind in parties:
        for title, count in wanted.get(kind, {}).items():
            if held[pk, title] < count:
                yield pk, title, count - held[pk, title]


def present(party: PartyOrganization, *, today: date) -> list[PartyPost]:
    """Who holds a post of it on `today`, the head first."""
    order = {title: place for place, title in enumerate(Title.values)}
    rows = PartyPost.objects.on(today).filter(party=party).select_related("user")
    return sorted(rows, key=lambda post: (order[post.title], post.since, post.pk))


def without_head(rows: Any, *, today: date) -> Any:
    """Of the organizations `rows` those that nobody leads."""
    heads = PartyPost.objects.on(today).filter(title__in=HEADS).values("party")
    return living(rows).exclude(pk__in=heads)
