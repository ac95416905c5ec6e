"""Every address × every role × in and out of scope: who gets in is what the posts' table says, and nothing else."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template import Template
from django.test import Client, override_settings
from django.urls import path, re_path, reverse
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts import problems
from accounts.models import User
from accounts.sessions import ROLLED, STARTED
from grid.posts import CAPABILITIES
from grid.querysets import GridQuerySet, PostQuerySet, ScopedByGridQuerySet
from incidents.callback_queries import CallBackQuerySet
from incidents.dispute_queries import DisputeQuerySet
from incidents.querysets import IncidentQuerySet
from incidents.whistle_querysets import WhistleQuerySet
from notices.querysets import NoticeQuerySet
from reports.querysets import AssessmentQuerySet, DecisionQuerySet, PaperQuerySet, ReportQuerySet
from tests.access_world import (
    ACTORS,
    CHOICES,
    INSIDE,
    KEY_ROLES,
    OUTSIDE,
    QUERIES,
    SAMPLES,
    STRANGERS,
    THIRD_PARTY,
    Endpoint,
    Sample,
    Side,
    World,
    build_world,
    capabilities_of,
    endpoints,
    notice_for,
    sees,
)

IN = frozenset({200, 201, 202, 204, 206, 302, 303, 304, 400, 409, 415, 422})
"""Past the door: what the form or the state then says is another matter."""
NOT_THERE = frozenset({404})
NOT_YOU = frozenset({403, 404})
WRONG_METHOD = 405


def is_inbox(one: Endpoint) -> bool:
    """A door to the notices of the inbox, which are their owner's alone."""
    return "notice" in one.name and not one.name.startswith("incidents:")


def ours() -> list[Endpoint]:
    """The addresses that must have a rule."""
    return [one for one in endpoints() if not one.route.startswith(THIRD_PARTY)]


def faults_of_rules(found: list[Endpoint]) -> list[str]:
    """What is wrong with the rules of `found`, for people."""
    faults = []
    for one in found:
        if one.rule is None:
            faults.append(f"{one}: no rule. Use @requires(...), @signed_in, @public, or access_rules of the viewset.")
        elif one.rule not in ("public", "signed_in") and not set(one.rule.split("|")) <= set(CAPABILITIES):
            faults.append(f"{one}: the rule {one.rule!r} names no capability of grid.posts.")
        if one.takes_object and one.name not in SAMPLES and one.name not in CHOICES:
            faults.append(f"{one}: takes an object; say in tests/access_world.py SAMPLES which.")
    return faults


def test_every_address_and_every_action_has_a_rule():
    assert faults_of_rules(ours()) == []


def test_what_is_not_ours_is_no_more_than_what_we_list():
    foreign = {one.name.split(":")[0] for one in endpoints() if one.route.startswith(THIRD_PARTY)}
    assert foreign <= {"admin", "healthz", "readyz", "api-schema", "api-docs", "set_language"}


def test_a_new_page_or_action_without_a_rule_is_noticed():
    class Fresh(ViewSet):
        access_rules: ClassVar = {"list": "grid.view"}

        def list(self, request: Any) -> Response:
            return Response()

        def create(self, request: Any) -> Response:
            return Response()

    class Resolver:
        url_patterns = (
            path("fresh/", lambda request: HttpResponse(), name="fresh-page"),
            re_path("^api/fresh/$", Fresh.as_view({"get": "list", "post": "create"}), name="fresh-api"),
            path("fresh/<int:pk>/", lambda request, pk: HttpResponse(), name="fresh-object"),
        )

    faults = faults_of_rules(endpoints(Resolver()))
    assert [fault.split(":")[0] for fault in faults] == [
        "page fresh-page",
        "post fresh-api",
        "page fresh-object",
        "page fresh-object",
    ]


# --- the table ---


def expected(one: Endpoint, actor: str, sample: Sample | None, *, inside: bool, method: str) -> frozenset[int] | str:
    """The only place that says who gets in: statuses, or "login"."""
    rule = one.rule or ""
    by_key_on_page = actor in KEY_ROLES and not one.is_api
    if rule != "public" and (actor in STRANGERS or by_key_on_page):
        return "login"
    capabilities = frozenset() if by_key_on_page else capabilities_of(actor)
    if rule not in ("public", "signed_in") and not capabilities & set(rule.split("|")):
        return NOT_YOU
    if sample is None:
        return IN
    if not (sees(actor, inside=inside) and (not sample.shown_by or capabilities & set(sample.shown_by.split("|")))):
        return NOT_THERE
    if sample.on_grid and method == "post" and actor == "department":
        return NOT_YOU
    needed = {sample.needs, sample.needs_to_post if method == "post" else ""} - {""}
    return IN if all(capabilities & set(need.split("|")) for need in needed) else NOT_YOU


def fits(answer: Any, one: Endpoint, wanted: frozenset[int] | str) -> bool:
    """Whether the answer is what the table says."""
    to_login = answer.status_code == 302 and answer["Location"].startswith("/login/")
    if wanted == "login":
        return answer.status_code == 401 if one.is_api else to_login
    if to_login and one.name not in ("accounts:logout", "accounts:login"):
        return False
    return answer.status_code in wanted


# --- walking ---


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Built once: what a walk writes is rolled back request by request. Its photos lie where those of all tests lie."""
    media = Path(tmp_path_factory.getbasetemp()) / "media"
    with django_db_blocker.unblock(), transaction.atomic():
        with override_settings(MEDIA_ROOT=media):
            made = build_world()
        yield made
        transaction.set_rollback(True)


class Walker:
    """One actor at every door; what a visit writes is rolled back."""

    def __init__(self, world: World, actor: str) -> None:
        self.world, self.actor = world, actor
        self.client = Client(raise_request_exception=False)
        self.headers = {"Authorization": f"Bearer {world.keys[actor]}"} if actor in world.keys else {}
        if actor in world.people and actor not in world.keys:
            self._sign_in(world.people[actor])
        self.kept = self.client.cookies.copy()

    def _sign_in(self, user: User) -> None:
        """Begin a session whose end is not moved by every visit: each is taken back, so each would move it anew."""
        self.client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        session, now = self.client.session, self.world.now
        session.update({STARTED: int(now.timestamp()), ROLLED: int((now + timedelta(hours=12)).timestamp())})
        session.save()

    def visit(self, method: str, url: str, body: dict[str, Any]) -> Any:
        """One request, as if it had never been."""
        self.client.cookies = type(self.client.cookies)(self.kept)
        kind = {"content_type": "application/json"} if url.startswith("/api/") and method != "get" else {}
        with transaction.atomic():
            answer = getattr(self.client, method)(url, body, headers=self.headers, **kind)
            answer.body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            transaction.set_rollback(True)
        return answer

    def faults(self, found: list[Endpoint]) -> Iterator[str]:
        """Every cell of the matrix that differs from the table."""
        for one in found:
            for inside, url, sample in self.addresses(one):
                if self.tells(one, sample, inside=inside):
                    yield from self.faults_at(one, url, sample, inside=inside)

    def tells(self, one: Endpoint, sample: Sample | None, *, inside: bool) -> bool:
        """Whether a visit can tell something: who has no right at all is turned away at the own side already."""
        if sample is None or inside == sees(self.actor, inside=True):
            return True
        return any(
            expected(one, self.actor, sample, inside=not inside, method=method) not in (NOT_YOU, "login")
            for method in ("get", "post")
        )

    def addresses(self, one: Endpoint) -> Iterator[tuple[bool, str, Sample | None]]:
        """The addresses to try: the plain one, or one on each side of the border."""
        sides = ((True, self.world.inside), (False, self.world.outside))
        if one.name in SAMPLES:
            # an administrator knows no border: the other side would be the same door again, but for the inbox
            borderless = self.actor == "admin" and not is_inbox(one)
            for inside, side in sides[:1] if borderless else sides:
                yield inside, reverse(one.name, kwargs=self.values(one, side, inside=inside)), SAMPLES[one.name]
            return
        choice = CHOICES.get(one.name)
        if one.takes_object and choice is None:
            return  # without a sample: the test of the rules says so
        yield True, reverse(one.name, kwargs=choice), None
        if one.name in QUERIES:
            name, value, shown_by = QUERIES[one.name]
            for inside, side in sides:
                sample = Sample(lambda _side: {}, shown_by)
                reaches = not inside or self.actor in ("admin", "key", *wide(self.actor))
                if reaches:
                    yield inside, f"{reverse(one.name, kwargs=choice)}?{name}={value(side)}", sample

    def values(self, one: Endpoint, side: Side, *, inside: bool) -> dict[str, Any]:
        """The values of the address; a notice is the actor's own or somebody else's."""
        if not is_inbox(one):
            return SAMPLES[one.name].values(side)
        own = sees(self.actor, inside=inside) and (inside or self.actor == "key_elsewhere")
        owner = self.world.people.get(self.actor) if own else side.post.user
        notice = notice_for(owner or side.post.user, self.world.now)
        return {"pk" if one.is_api else "notice_id": notice.pk}

    def faults_at(self, one: Endpoint, url: str, sample: Sample | None, *, inside: bool) -> Iterator[str]:
        """What one door did wrong, by each method that it knows: what it does not know, it knows for nobody."""
        side = self.world.inside if inside else self.world.outside
        statuses = []
        for method in [one.method] if one.method else ["get", "post"]:
            if (one.name, method) in self.world.unknown:
                statuses.append(WRONG_METHOD)
                continue
            wanted = expected(one, self.actor, sample, inside=inside, method=method)
            if is_inbox(one) and sample and self.actor == "admin" and not inside:
                wanted = NOT_THERE  # an inbox is its owner's alone
            answer = self.visit(method, url, sample.body(side) if sample and method == "post" else {})
            statuses.append(answer.status_code)
            if answer.status_code == WRONG_METHOD and not one.method:
                self.world.unknown.add((one.name, method))
            if answer.status_code != WRONG_METHOD and not fits(answer, one, wanted):
                where = "inside" if inside else "outside"
                yield f"{self.actor} {method} {url} ({where}): {answer.status_code}, expected {describe(wanted)}"
            elif answer.status_code == 200 and (leak := self.leak(answer)):
                yield f"{self.actor} {method} {url}: shows what lies across the border: {leak}"
        if set(statuses) == {WRONG_METHOD}:
            yield f"{self.actor} {url}: neither GET nor POST is known here"

    def leak(self, answer: Any) -> str:
        """Words of the other side in the answer."""
        if self.actor == "admin":
            return ""
        word = INSIDE if self.actor == "key_elsewhere" else OUTSIDE
        text = answer.body.decode("utf-8", "replace")
        spot = max(text.find(word), text.find(word.encode("unicode_escape").decode()))
        return text[max(0, spot - 60) : spot + 60] if spot >= 0 else ""


def wide(actor: str) -> tuple[str, ...]:
    """The actors whose subtree holds the community of the samples, not only its lowest grid."""
    return () if actor in ("gridleader", "microleader") else (actor,)


def describe(wanted: frozenset[int] | str) -> str:
    """For the message of a failure."""
    return wanted if isinstance(wanted, str) else {IN: "in", NOT_THERE: "404"}.get(wanted, "403 or 404")


@pytest.fixture
def _lean_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page of each error is drawn once for the actor: it says the same behind every door, and costs as much."""
    monkeypatch.setattr(problems, "_page", cache_by_status(problems._page))
    # the client's record of templates and contexts is not asked for here, and costs with every part of a page
    monkeypatch.setattr(Template, "_render", lambda self, context: self.nodelist.render(context))


def cache_by_status(draw: Callable[..., str]) -> Callable[..., str]:
    """Draw the page of a status once; a refusal with words of its own is drawn each time."""
    drawn: dict[tuple[int, str], str] = {}

    def page(request: HttpRequest, problem: problems.Problem) -> str:
        if problem.errors:
            return draw(request, problem)
        key = (problem.status, problem.detail)
        return drawn[key] if key in drawn else drawn.setdefault(key, draw(request, problem))

    return page


@pytest.mark.django_db
@pytest.mark.usefixtures("_lean_pages")
@pytest.mark.parametrize("actor", ACTORS)
def test_everybody_gets_in_exactly_where_the_table_says(world, actor):
    faults = list(Walker(world, actor).faults(ours()))
    assert not faults, "\n".join(faults)


# --- the matrix itself is tested: without a scope it must go red ---

SCOPED: dict[type, Callable[[Endpoint], bool]] = {
    GridQuerySet: lambda one: one.name in ("grid:detail", "grid:list", "api-grid-list"),
    ScopedByGridQuerySet: lambda one: one.name in ("api-compound-detail", "api-organization-list"),
    PostQuerySet: lambda one: one.name == "grid:end_post",
    IncidentQuerySet: lambda one: one.name in ("incidents:detail", "api-incident-list"),
    DisputeQuerySet: lambda one: one.name in ("incidents:dispute", "api-dispute-list"),
    CallBackQuerySet: lambda one: one.name in ("incidents:call_back", "api-call-back-detail"),
    PaperQuerySet: lambda one: one.name in ("reports:paper", "api-paper-list"),
    DecisionQuerySet: lambda one: one.name in ("reports:decision", "reports:decisions"),
    ReportQuerySet: lambda one: one.name == "reports:detail",
    AssessmentQuerySet: lambda one: one.name in ("reports:assessment", "api-assessment-list"),
    WhistleQuerySet: lambda one: one.name in ("incidents:whistle", "incidents:whistles", "api-whistle-detail"),
    NoticeQuerySet: lambda one: one.name == "api-notice-detail",
}


@pytest.mark.django_db
@pytest.mark.parametrize("queryset", SCOPED, ids=lambda queryset: queryset.__name__)
def test_a_queryset_that_forgets_its_scope_is_noticed(world, monkeypatch, queryset):
    doors = [one for one in ours() if SCOPED[queryset](one)]
    walker = Walker(world, "shiftleader")
    assert list(walker.faults(doors)) == []
    monkeypatch.setattr(queryset, "visible_to", lambda self, user: self.all())
    assert len(list(walker.faults(doors))) >= len({one.name for one in doors})
