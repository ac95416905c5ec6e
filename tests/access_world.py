"""What the access matrix walks through: every address, one sample object inside and one outside of everybody's scope.

How to add an endpoint: nothing, when it takes no object; else one line in SAMPLES that says which object its address
names and which capability shows that object. How to add a kind of object: a field of `Side` and its builder.
"""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.gis.geos import MultiPolygon
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from PIL import Image

from accounts import api_keys
from accounts.models import User
from grid.models import Compound, Grid, Organization, Post
from grid.posts import CAPABILITIES, CAPABILITIES_BY_POST
from incidents.catalogue import load_calendar
from incidents.dispute_parties import NewParty
from incidents.disputes import NewDispute, enter
from incidents.intake import NewIncident, report_incident
from incidents.models import (
    Application,
    CallBack,
    DispatchRule,
    Dispute,
    GridTask,
    HandOver,
    Incident,
    JointAction,
    RuleRelease,
    Supervision,
    TaskKind,
    Whistle,
)
from incidents.models.incident import Source
from incidents.photos import process_photo
from incidents.whistle_levels import load_levels
from incidents.whistle_raising import Call, NewWhistle, raise_whistle
from notices.models import Notice
from reports import writing
from reports.models import Assessment, Decision, DocumentTemplate, Meeting, Paper, Report, WorkMethodStep
from reports.papers import writing as paper_writing
from tests import street
from tests.access_assessment import sample_assessment
from tests.access_field import CHECKLIST, COURSE, Field, sample_field
from tests.access_party import Party, sample_party
from tests.access_party_samples import PARTY_QUERIES, PARTY_SAMPLES
from tests.access_records import Records, sample_records
from tests.access_sample import NOBODY, VOLUNTEER, Sample
from tests.access_volunteers import PAPER, Volunteering, active_volunteer, sample_volunteers
from tests.access_volunteers_samples import VOLUNTEER_QUERIES, VOLUNTEER_SAMPLES
from tests.street import COMMUNITY, MICRO, OTHER_COMMUNITY, OTHER_GRID, OTHER_STREET, ROLES, STREET

INSIDE, OUTSIDE = "界内", "界外"
"""Words in the names of the sample objects, by which a list that shows too much is found out."""

# --- addresses ---


@dataclass(frozen=True)
class Endpoint:
    """One address of the resolver and, for the API, one method of it."""

    name: str
    route: str
    callback: Any
    method: str = ""
    action: str = ""

    @property
    def is_api(self) -> bool:
        """Whether systems come here: strangers get 401 instead of the login page."""
        return self.route.startswith("api/")

    @property
    def rule(self) -> str | None:
        """The rule that the view declares: "public", "signed_in", capabilities joined by "|"; None when it has none."""
        viewset = getattr(self.callback, "cls", None)
        if viewset is not None and hasattr(viewset, "access_rules"):
            found: str | None = viewset.access_rules.get(self.action or self.method)
            return found
        given: str | None = getattr(self.callback, "access_rule", None)
        return given

    @property
    def takes_object(self) -> bool:
        """Whether the address names something."""
        return "<" in self.route

    def __str__(self) -> str:
        return f"{self.method or 'page'} {self.name}"


def endpoints(resolver: Any = None) -> list[Endpoint]:
    """Every address that the project has, those of the API once per method."""
    return list(_walk(resolver or get_resolver(), "", ()))


def _walk(resolver: Any, route: str, names: tuple[str, ...]) -> Iterator[Endpoint]:
    for pattern in resolver.url_patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern, here, (*names, pattern.namespace) if pattern.namespace else names)
        elif isinstance(pattern, URLPattern):
            name = ":".join((*names, pattern.name or here))
            yield from _of_pattern(name, here, pattern.callback)


def _of_pattern(name: str, route: str, callback: Any) -> Iterator[Endpoint]:
    actions = dict(getattr(callback, "actions", None) or {})
    if not actions:
        yield Endpoint(name, route, callback)
    # HEAD is answered by the reader of GET, under the same rule: to walk it as well told nothing more
    assert actions.pop("head", actions.get("get")) == actions.get("get")
    for method, action in actions.items():
        yield Endpoint(name, route, callback, method, action)


# --- objects ---


@dataclass
class Side:
    """The sample objects of one side of the border: all in one street, in its lowest grid."""

    street: str
    grid: Grid
    community: Grid
    organization: Organization
    compound: Compound
    post: Post
    incident: Incident
    supervision: Supervision
    report: Report
    meeting: Meeting
    decision: Decision
    dispute: Dispute
    call: CallBack
    application: Application
    whistle: Whistle
    group: Organization
    action: JointAction
    grid_task: GridTask
    act: HandOver
    rule: DispatchRule
    draft: DispatchRule
    release: RuleRelease
    paper: Paper
    template: DocumentTemplate
    assessment: Assessment
    records: Records
    field: Field
    party: Party
    volunteering: Volunteering


@dataclass
class World:
    """Two streets; everybody works in the first."""

    people: dict[str, User]
    keys: dict[str, str]
    inside: Side
    outside: Side
    now: datetime
    unknown: set[tuple[str, str]] = field(default_factory=set)
    """Pages and the method that they do not know, as far as a walk has met them: no matter for whom."""


KEY_ROLES: dict[str, tuple[str, frozenset[str]]] = {
    "key": (STREET, frozenset(CAPABILITIES)),
    "key_elsewhere": (OTHER_STREET, frozenset(CAPABILITIES)),
    "key_without": (STREET, frozenset({"audit.view"})),
}
"""API keys: the subtree and what they may."""

STRANGERS = ("anonymous", "inactive")
ACTORS = (*STRANGERS, "admin", "department", "volunteer", *ROLES, *KEY_ROLES)


def capabilities_of(actor: str) -> frozenset[str]:
    """What the actor may in the own subtree, from the posts' table alone."""
    if actor in STRANGERS:
        return frozenset()
    if actor == "admin":
        return frozenset(CAPABILITIES)
    if actor == "volunteer":
        return frozenset({VOLUNTEER})
    if actor in KEY_ROLES:
        return KEY_ROLES[actor][1]
    return CAPABILITIES_BY_POST["handler" if actor == "department" else ROLES[actor][0]]


def sees(actor: str, *, inside: bool) -> bool:
    """Whether that side of the border is the actor's."""
    return actor == "admin" or inside != (actor == "key_elsewhere")


def build_world() -> World:
    """Everybody and everything."""
    now = timezone.now()
    load_calendar()
    load_levels()
    grids = street.build_streets()
    for code in (OTHER_STREET, OTHER_COMMUNITY, OTHER_GRID):
        Grid.objects.filter(code=code).update(name=f"{OUTSIDE}{code}")
        grids[code].refresh_from_db()
    people = street.make_roles(grids)
    people["inactive"] = street.make_person("inactive", is_active=False)
    street.give_post(people["inactive"], "operator", grids[STREET])
    people["volunteer"] = street.make_person("volunteer")
    active_volunteer(people["volunteer"], grids[MICRO], people["admin"], now)
    inside = _side(STREET, grids[MICRO], grids[COMMUNITY], INSIDE, people["admin"], now)
    outside = _side(OTHER_STREET, grids[OTHER_GRID], grids[OTHER_COMMUNITY], OUTSIDE, people["admin"], now)
    keys = {role: _key(role, people, now) for role in KEY_ROLES}
    return World(people, keys, inside, outside, now)


def _side(code: str, grid: Grid, community: Grid, word: str, admin: User, now: datetime) -> Side:
    worker = street.make_person(f"worker{code}", f"{word}网格员", phone="13812345678")
    area = grid.boundary
    assert isinstance(area, MultiPolygon)
    report, _created = writing.write("daily", community, timezone.localdate(now) - timedelta(days=2), now=now)
    post = street.give_post(worker, "grid_worker", grid)  # first: a scope is read once
    incident = report_incident(
        NewIncident(
            text=f"{word}的下水道堵了",
            source=Source.PATROL,
            point=area.point_on_surface,
            contact_name="张三",
            contact_phone="13912345678",
            photos=(process_photo(_picture(word)),),
        ),
        actor=worker,
        now=now,
    )
    organization = street.make_organization(grid, code="office", name=f"{word}派出所")
    group = street.make_organization(grid, code="tg", name=f"{word}专班", kind=Organization.Kind.TASK_GROUP)
    return Side(
        street=code,
        grid=grid,
        community=community,
        organization=organization,
        compound=(compound := Compound.objects.create(grid=grid, name=f"{word}小区")),
        post=post,
        incident=incident,
        supervision=_supervision(incident, organization, word, now),
        report=report,
        meeting=(meeting := _meeting(report, word)),
        decision=Decision.objects.create(
            meeting=meeting, grid_code=community.code, text=f"{word}清运", owner="市政科", decided_at=now
        ),
        dispute=_dispute(grid, worker, word, now),
        call=CallBack.objects.create(incident=incident, due_at=now),
        application=Application.objects.create(
            incident=incident, kind="extension", applicant=worker, reason=f"{word}申请", applied_at=now
        ),
        whistle=_whistle(grid, organization, word, now),
        group=group,
        action=_action(grid, group, word, admin, now),
        grid_task=_grid_task(grid, word, admin, now),
        act=HandOver.objects.create(giver=worker, taker=admin, reason=f"{word}调离", made_by=admin, made_at=now),
        rule=_rule(grid, organization, is_active=True),
        draft=_rule(grid, organization, is_active=False, is_draft=True),
        release=RuleRelease.objects.create(
            version=1 + RuleRelease.objects.count(), grid_code=grid.code, rules=[], note=f"{word}调整", by=admin, at=now
        ),
        paper=paper_writing.create(
            "rectification", community, title=f"{word}整改通知", body=word, actor=admin, now=now
        ),
        template=DocumentTemplate.objects.create(
            kind="bulletin", grid=community, name=f"{word}.docx", content=b"x", uploaded_by=admin, uploaded_at=now
        ),
        assessment=sample_assessment(community, word, admin, now),
        records=sample_records(community, word, admin, now),
        field=(field := sample_field(grid, compound, word, worker, now)),
        party=sample_party(grid, compound, field.household, word, worker, now),
        volunteering=sample_volunteers(grid, word, worker, now),
    )


def _meeting(report: Report, word: str) -> Meeting:
    """The dispatch meeting on the report."""
    return Meeting.objects.create(
        kind="dispatch",
        grid=report.grid,
        grid_code=report.grid_code,
        held_on=report.period_end + timedelta(days=1),
        report=report,
        chair=f"{word}主任",
    )


def _supervision(incident: Incident, unit: Organization, word: str, now: datetime) -> Supervision:
    """A notice to a unit for which nobody here acts."""
    return Supervision.objects.create(
        incident=incident,
        kind="supervise",
        number=f"督办〔2026〕{incident.pk}号",
        state="issued",
        organization=unit,
        text=f"{word}请速办",
        issued_at=now,
        reply_due_at=now + timedelta(days=1),
    )


def _rule(grid: Grid, unit: Organization, **more: Any) -> DispatchRule:
    """A rule to the unit, for any category in the grid."""
    return DispatchRule.objects.create(grid_code=grid.code, target="organization", organization=unit, **more)


def _grid_task(grid: Grid, word: str, admin: User, now: datetime) -> GridTask:
    """A task that runs, with one share and one line."""
    kind, _made = TaskKind.objects.get_or_create(code="rollout", defaults={"name": "推广安装"})
    task = GridTask.objects.create(
        kind=kind,
        title=f"{word}任务",
        text="逐户登记",
        grid=grid,
        grid_code=grid.code,
        due_on=timezone.localdate(now),
        state=GridTask.State.ISSUED,
        created_by=admin,
        created_at=now,
        issued_at=now,
    )
    task.parts.create(grid=grid, grid_code=grid.code, target=3)
    task.items.create(position=1, text=f"{word}清单")
    return task


def _action(grid: Grid, group: Organization, word: str, admin: User, now: datetime) -> JointAction:
    """A joint action that runs today."""
    today = timezone.localdate(now)
    return JointAction.objects.create(
        name=f"{word}联合行动",
        purpose="清运垃圾",
        grid=grid,
        grid_code=grid.code,
        lead=group,
        starts_on=today,
        ends_on=today,
        state="running",
        created_by=admin,
        created_at=now,
    )


def _dispute(grid: Grid, worker: User, word: str, now: datetime) -> Dispute:
    """Entered by the worker of the place, mediated by nobody yet."""
    sides = [NewParty("first", f"{word}甲"), NewParty("second", f"{word}乙")]
    new = NewDispute("neighbours", "low", f"{word}邻里漏水", f"{word}两家争吵", sides, grid=grid)
    return enter(new, actor=worker, now=now)


def _picture(word: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 64), "navy" if word == INSIDE else "maroon").save(out, "JPEG")
    return out.getvalue()


def _key(role: str, people: dict[str, User], now: datetime) -> str:
    account = User.objects.create_service(username=role, real_name=role)
    code, capabilities = KEY_ROLES[role]
    people[role] = account
    _key_row, token = api_keys.issue(
        account=account, name=role, capabilities=capabilities, grid_code=code, actor=people["admin"], now=now
    )
    return token


def notice_for(user: User, now: datetime) -> Notice:
    """A delivered notice in the inbox of `user`."""
    return Notice.objects.create(
        recipient=user,
        kind="test",
        title="通知",
        dedupe_key=f"matrix:{user.pk}:{Notice.objects.count()}",
        created_at=now,
        delivered_at=now,
    )


# --- which object an address names ---


def _pk(name: str) -> Callable[[Side], dict[str, Any]]:
    return lambda side: {"pk": getattr(side, name).pk}


def _code(side: Side) -> dict[str, Any]:
    return {"code": side.grid.code}


def _number(side: Side) -> dict[str, Any]:
    return {"number": side.incident.number}


def _photo(side: Side) -> dict[str, Any]:
    return {"public_id": side.incident.attachments.get().public_id}


def _whistle(grid: Grid, organization: Organization, word: str, now: datetime) -> Whistle:
    """Raised by a committee member, not approved yet: the called unit does not see it."""
    caller = street.make_person(f"caller{grid.code}", f"{word}社区委员")
    street.give_post(caller, "committee_member", grid)
    calls = (Call(organization, f"{word}到场处置", is_lead=True),)
    new = NewWhistle(f"{word}占道经营", f"{word}屡禁不止", "enforcement", "blue", calls, grid=grid)
    return raise_whistle(new, actor=caller, now=now)


def _field(name: str) -> Callable[[Side], dict[str, Any]]:
    return lambda side: {"pk": getattr(side.field, name).pk}


def _patrol(side: Side) -> dict[str, Any]:
    return {"client_id": side.field.patrol.client_id}


def _visit_plan(side: Side) -> dict[str, Any]:
    return {"pk": side.field.duty.plan_id}


def _whistle_number(side: Side) -> dict[str, Any]:
    return {"number": side.whistle.number}


def _dispute_number(side: Side) -> dict[str, Any]:
    return {"number": side.dispute.number}


CALLS = ("incidents:call_back", "api-call-back-detail", "api-call-back-record")


def _action_case(side: Side) -> dict[str, Any]:
    return {"pk": side.action.pk, "number": side.incident.number}


def _share(side: Side) -> dict[str, Any]:
    return {"part": side.grid_task.parts.get().pk, "amount": 1}


def _action_day(side: Side) -> dict[str, Any]:
    return {"day": str(side.action.starts_on), "people": 3, "text": "清理"}


def _record(name: str, **more: str) -> Callable[[Side], dict[str, Any]]:
    """The row of one kind of record, and of what belongs to it by the name in the address."""
    return lambda side: {
        "pk": getattr(side.records, name).pk,
        **{key: getattr(side.records, value).pk for key, value in more.items()},
    }


def _method(side: Side) -> WorkMethodStep:
    return WorkMethodStep.objects.get(method__grid=side.community)


WORKS = "task.edit|incident.handle"
MATTER = {"topic": "环境卫生", "title": "清理楼道"}
LABELS = "incident.accept|incident.dispatch|incident.supervise|incident.check"

SAMPLES: dict[str, Sample] = {
    "incidents:apply": Sample(
        lambda side: {"number": side.incident.number, "kind": "extension"}, "incident.view", needs=NOBODY
    ),
    "incidents:application": Sample(_pk("application"), "incident.view", needs_to_post="incident.approve"),
    "incidents:application_withdraw": Sample(_pk("application"), "incident.view", needs=NOBODY),
    "api-application-detail": Sample(_pk("application"), "incident.view"),
    "api-application-review": Sample(
        _pk("application"),
        "incident.view",
        needs="incident.approve",
        body=lambda side: {"result": "rejected", "reason": "不符合"},
    ),
    "api-application-withdraw": Sample(_pk("application"), "incident.view", needs=NOBODY),
    **{f"incidents:{name}": Sample(_pk("rule"), "rules.edit") for name in ("rule", "rule_draft")},
    **{f"incidents:{name}": Sample(_pk("draft"), "rules.edit") for name in ("rule_edit", "rule_discard")},
    **{
        f"incidents:{name}": Sample(lambda side: {"version": side.release.version}, "rules.edit")
        for name in ("rule_release", "rule_release_back")
    },
    "incidents:grid_task": Sample(_pk("grid_task"), "grid.view"),
    "incidents:grid_task_step": Sample(
        lambda side: {"pk": side.grid_task.pk, "step": "finish"}, "grid.view", needs="task.edit"
    ),
    "incidents:grid_task_tick": Sample(
        lambda side: {"pk": side.grid_task.pk, "item": side.grid_task.items.get().pk},
        "grid.view",
        needs_to_post=WORKS,
        on_grid=True,
    ),
    "incidents:grid_task_part": Sample(lambda side: {"pk": side.grid_task.parts.get().pk}, "grid.view"),
    "incidents:grid_task_part_step": Sample(
        lambda side: {"pk": side.grid_task.parts.get().pk, "step": "report"}, "grid.view"
    ),
    "api-grid-task-detail": Sample(_pk("grid_task"), "grid.view"),
    "api-grid-task-progress": Sample(_pk("grid_task"), "grid.view", needs_to_post=WORKS, body=_share, on_grid=True),
    "incidents:labels": Sample(_number, "incident.view", needs_to_post=LABELS),
    "incidents:action": Sample(_pk("action"), "incident.view"),
    "incidents:action_edit": Sample(_pk("action"), "incident.view"),
    "incidents:action_step": Sample(lambda side: {"pk": side.action.pk, "step": "end"}, "incident.view"),
    **{
        f"incidents:{name}": Sample(_pk("action"), "incident.view", needs="action.edit")
        for name in ("action_day", "action_gather")
    },
    "incidents:action_release": Sample(_action_case, "incident.view", needs="action.edit"),
    "api-action-detail": Sample(_pk("action"), "incident.view"),
    "api-action-cases": Sample(_pk("action"), "incident.view"),
    "api-action-days": Sample(_pk("action"), "incident.view", needs_to_post="action.edit", body=_action_day),
    "incidents:group": Sample(_pk("group"), "incident.view"),
    "incidents:hand_over": Sample(lambda side: {"pk": side.post.user_id}, "grid.edit"),
    "incidents:hand_over_act": Sample(_pk("act"), "grid.edit"),
    **{f"grid:{name}": Sample(_code, "grid.view") for name in ("detail", "edit", "add", "retire", "appoint")},
    "grid:board": Sample(_code, "grid.view", needs_to_post="grid.edit"),
    "grid:end_post": Sample(_pk("post"), "grid.view"),
    "grid:absence": Sample(_pk("post"), "grid.view"),
    "grid:phone": Sample(lambda side: {"pk": side.post.user_id}, "grid.view"),
    "api-grid-detail": Sample(_code, "grid.view"),
    "api-grid-boundary": Sample(_code, "grid.view"),
    "api-organization-detail": Sample(_pk("organization"), "grid.view"),
    "api-compound-detail": Sample(_pk("compound"), "grid.view"),
    "incidents:detail": Sample(_number, "incident.view"),
    "incidents:sent": Sample(_number, "incident.view"),
    "incidents:contact": Sample(_number, "incident.view", needs="contact.reveal"),
    "incidents:move": Sample(
        lambda side: {"number": side.incident.number, "name": "reject"}, "incident.view", needs="incident.accept"
    ),
    "incidents:add_photos": Sample(_number, "incident.view"),
    "incidents:cluster": Sample(_number, "incident.view"),
    "incidents:relocate": Sample(_number, "incident.view"),
    "incidents:photo": Sample(_photo, "incident.view"),
    **{
        f"api-incident-{name}": Sample(_number, "incident.view")
        for name in ("detail", "attachments", "clocks", "events", "reveal", "candidates", "join", "part", "relocate")
    },
    "api-incident-moves": Sample(
        _number,
        "incident.view",
        needs="incident.accept",
        body=lambda side: {"move": "reject", "reason": "重复上报", "version": side.incident.version},
    ),
    "api-incident-photo": Sample(
        lambda side: {"number": side.incident.number, "photo": _photo(side)["public_id"]}, "incident.view"
    ),
    "incidents:dispute": Sample(_dispute_number, "dispute.view"),
    "incidents:dispute_parties": Sample(_dispute_number, "dispute.view", needs="contact.reveal"),
    "incidents:dispute_move": Sample(lambda side: {"number": side.dispute.number, "name": "visit"}, "dispute.view"),
    "api-dispute-detail": Sample(_dispute_number, "dispute.view"),
    "api-dispute-events": Sample(_dispute_number, "dispute.view"),
    "api-dispute-moves": Sample(
        _dispute_number, "dispute.view", body=lambda side: {"move": "visit", "version": side.dispute.version}
    ),
    **{name: Sample(_pk("call"), "incident.call_back") for name in CALLS},
    "incidents:call_back_exclude": Sample(_pk("call"), "incident.approve"),
    "api-call-back-exclude": Sample(_pk("call"), "incident.approve", body=lambda side: {"reason": "无理诉求"}),
    **{f"api-report-{name}": Sample(_pk("report"), "report.view") for name in ("detail", "excel", "word")},
    **{f"reports:{name}": Sample(_pk("report"), "report.view") for name in ("detail", "excel", "word")},
    **{
        f"reports:{name}": Sample(_pk("report"), "report.view")
        for name in ("correct", "text", "restore_text", "step", "send", "decide")
    },
    **{f"api-report-{name}": Sample(_pk("report"), "report.view") for name in ("correct", "text", "step", "send")},
    "reports:meeting": Sample(_pk("meeting"), "report.view", needs_to_post="report.write"),
    "reports:meeting_edit": Sample(_pk("meeting"), "report.view"),
    "reports:decision": Sample(_pk("decision"), "report.view"),
    "api-meeting-detail": Sample(_pk("meeting"), "report.view"),
    "api-meeting-decide": Sample(_pk("meeting"), "report.view"),
    "api-decision-detail": Sample(_pk("decision"), "report.view"),
    "api-decision-done": Sample(_pk("decision"), "report.view", needs="report.write"),
    **{
        f"reports:{name}": Sample(
            lambda side: {
                "code": side.community.code,
                "first": side.report.period_start,
                "last": side.report.period_end,
                "measure": "reported",
            },
            "report.view",
            needs=needs,
        )
        for name, needs in (("cases", ""), ("cases_excel", "incident.export"))
    },
    "reports:cases_of_day": Sample(
        lambda side: {"code": side.community.code, "day": side.report.period_start, "measure": "reported"},
        "report.view",
    ),
    **{f"reports:{name}": Sample(_pk("paper"), "report.view") for name in ("paper", "paper_word")},
    "reports:paper_edit": Sample(_pk("paper"), "report.write"),
    "reports:paper_step": Sample(lambda side: {"pk": side.paper.pk, "name": "withdraw"}, "report.view"),
    **{f"reports:{name}": Sample(_pk("template"), "report.sign") for name in ("template_switch", "template_file")},
    **{f"api-paper-{name}": Sample(_pk("paper"), "report.view") for name in ("detail", "word")},
    **{
        f"reports:{name}": Sample(_pk("assessment"), "report.view")
        for name in (
            "assessment",
            "assessment_what_if",
            "assessment_excel",
            "assessment_recount",
            "entry_new",
            "case_exclude",
            "objection_new",
        )
    },
    "reports:assessment_step": Sample(lambda side: {"pk": side.assessment.pk, "name": "withdraw"}, "report.view"),
    "reports:entry_withdraw": Sample(lambda side: {"pk": side.assessment.entries.get().pk}, "report.view"),
    "reports:objection_answer": Sample(lambda side: {"pk": side.assessment.objections.get().pk}, "report.view"),
    "reports:scheme": Sample(lambda side: {"pk": side.assessment.scheme_id}, "report.view"),
    "reports:scheme_edit": Sample(lambda side: {"pk": side.assessment.scheme_id}, "report.view"),
    "reports:five_step": Sample(
        lambda side: {"pk": WorkMethodStep.objects.get(method__grid=side.community).pk}, "report.view"
    ),
    "api-assessment-detail": Sample(_pk("assessment"), "report.view"),
    # honours, typical cases, records: of the community
    **{
        f"reports:honour{name}": Sample(_record("round"), "report.view")
        for name in ("", "_names", "_word", "_excel", "_certificates", "_step", "_nominate")
    },
    **{f"reports:{name}": Sample(_record("nomination"), "report.view") for name in ("nomination", "nomination_step")},
    "reports:certificate": Sample(_record("nomination"), "report.view"),
    **{f"reports:typical{name}": Sample(_record("typical"), "report.view") for name in ("", "_edit", "_step", "_word")},
    "reports:model_community": Sample(lambda side: {"code": side.community.code}, "report.view"),
    **{f"reports:tour{name}": Sample(_record("tour"), "report.view") for name in ("", "_hold")},
    "reports:tour_look": Sample(_record("tour", item="item"), "report.view"),
    "reports:matter": Sample(_record("matter"), "report.view", needs_to_post="report.write", body=lambda side: MATTER),
    "reports:method": Sample(lambda side: {"pk": _method(side).method_id}, "report.view"),
    "reports:method_tell": Sample(
        lambda side: {"pk": _method(side).method_id, "step": _method(side).pk}, "report.view"
    ),
    **{
        f"api-{name}-detail": Sample(_record(field), "report.view")
        for name, field in (
            ("honour-round", "round"),
            ("nomination", "nomination"),
            ("typical-case", "typical"),
            ("tour", "tour"),
            ("matter", "matter"),
        )
    },
    "incidents:whistle": Sample(_whistle_number, "incident.view"),
    "incidents:whistle_move": Sample(
        lambda side: {"number": side.whistle.number, "name": "refuse"}, "incident.view", needs="whistle.approve"
    ),
    "api-whistle-detail": Sample(_whistle_number, "incident.view"),
    "api-whistle-moves": Sample(
        _whistle_number,
        "incident.view",
        needs="whistle.approve",
        body=lambda side: {"move": "refuse", "text": "能自行解决", "version": side.whistle.version},
    ),
    "incidents:urge": Sample(_number, "incident.view"),
    "incidents:supervise": Sample(_number, "incident.view", needs="incident.supervise"),
    "incidents:arbitration_decide": Sample(_number, "incident.view", needs="incident.approve"),
    **{
        f"incidents:supervision_{name}": Sample(
            lambda side: {"number": side.supervision.number},
            "incident.view",
            needs=needs,
            body=lambda side, words=words: words,
        )
        for name, needs, words in (
            ("paper", "", {}),
            ("reply", NOBODY, {"text": ""}),
            ("lift", "incident.supervise", {"reason": ""}),
        )
    },
    **{
        f"api-supervision-{name}": Sample(_pk("supervision"), "incident.view", needs=needs)
        for name, needs in (("detail", ""), ("reply", NOBODY), ("lift", ""))
    },
    # field work: notes, photos
    "fieldwork:note": Sample(_field("note"), "field.view"),
    "fieldwork:note_become": Sample(
        lambda side: {"pk": side.field.note.pk, "kind": "wish"}, "field.view", needs="field.write"
    ),
    "fieldwork:note_take_back": Sample(_field("note"), "field.view", needs="field.write"),
    "fieldwork:photo": Sample(lambda side: {"public_id": side.field.photo.public_id}, "field.view"),
    "api-field-note-detail": Sample(_field("note"), "field.view"),
    "api-field-note-become": Sample(
        _field("note"), "field.view", needs="field.write", body=lambda side: {"what": "wish"}
    ),
    # field work: patrols
    "fieldwork:patrol": Sample(_patrol, "field.view"),
    "fieldwork:patrol_drop": Sample(_patrol, "field.view"),
    "fieldwork:patrol_plan": Sample(_field("plan"), "field.view"),
    "fieldwork:patrol_plan_edit": Sample(_field("plan"), "field.view"),
    "fieldwork:policy_off": Sample(_field("switch"), "field.view"),
    "fieldwork:badge_take": Sample(_field("holding"), "grid.view"),
    "api-field-patrol-detail": Sample(_field("patrol"), "field.view"),
    "api-field-patrol-findings": Sample(_field("patrol"), "field.view"),
    "api-field-patrol-finish": Sample(_field("patrol"), "field.view", needs_to_post=NOBODY),
    "api-field-patrol-plan-detail": Sample(_field("plan"), "field.view"),
    "api-field-badge-detail": Sample(_field("holding"), "grid.view"),
    # field work: households
    "fieldwork:building": Sample(_field("building"), "household.view"),
    "fieldwork:household_new": Sample(_field("building"), "household.view", needs="household.edit"),
    "fieldwork:household": Sample(_field("household"), "household.view"),
    "fieldwork:household_edit": Sample(_field("household"), "household.view", needs="household.edit"),
    "fieldwork:resident_new": Sample(_field("household"), "household.view", needs="household.edit"),
    "fieldwork:resident_edit": Sample(_field("resident"), "household.view", needs="household.edit"),
    "fieldwork:resident_gone": Sample(_field("resident"), "household.view", needs="household.edit"),
    "fieldwork:resident_reveal": Sample(_field("resident"), "household.view", needs="care.reveal"),
    "api-field-household-detail": Sample(_field("household"), "household.view"),
    "api-field-household-residents": Sample(_field("household"), "household.view", needs="household.edit"),
    "api-field-resident-reveal": Sample(_field("resident"), "household.view", needs="care.reveal"),
    "api-field-building-detail": Sample(_field("building"), "household.view"),
    "api-field-building-board": Sample(_field("building"), "household.view"),
    # field work: visits
    **{f"fieldwork:{name}": Sample(_field("visit"), "field.view") for name in ("visit", "visit_incident")},
    **{f"fieldwork:knock{name}": Sample(_field("knock"), "field.view") for name in ("", "_walk", "_door")},
    **{
        f"fieldwork:knock_{name}": Sample(_field("knock"), "field.view", needs="field.plan")
        for name in ("edit", "end", "follow")
    },
    "fieldwork:knock_step": Sample(
        lambda side: {"pk": side.field.knock.pk, "name": "start"}, "field.view", needs="field.plan"
    ),
    **{
        f"fieldwork:visit_plan_{name}": Sample(_visit_plan, "field.view", needs="field.plan")
        for name in ("edit", "switch")
    },
    "api-field-visit-plan-detail": Sample(_visit_plan, "field.view"),
    "api-field-visit-detail": Sample(_field("visit"), "field.view"),
    "api-field-duty-detail": Sample(_field("duty"), "care.view"),
    "api-field-knock-detail": Sample(_field("knock"), "field.view"),
    "api-field-knock-doors": Sample(_field("knock"), "field.view"),
    # field work: care
    **{f"fieldwork:care_{name}": Sample(_field("subject"), "care.view") for name in ("subject", "edit", "consent")},
    "fieldwork:care_step": Sample(_field("subject"), "care.view"),
    "fieldwork:care_reason": Sample(_field("subject"), "care.view"),
    "fieldwork:care_new": Sample(_field("household"), "household.view", needs="care.edit"),
    "fieldwork:promise_to": Sample(_field("subject"), "care.view", needs="care.edit"),
    "fieldwork:promise": Sample(_field("promise"), "care.view"),
    "fieldwork:promise_step": Sample(_field("promise"), "care.view"),
    "api-field-care-detail": Sample(_field("subject"), "care.view"),
    "api-field-promise-detail": Sample(_field("promise"), "care.view"),
    # field work: inspections
    **{
        f"fieldwork:{name}": Sample(_field(kind), "field.view", needs=needs)
        for name, kind, needs in (
            ("inspection", "inspection", ""),
            ("order", "inspection", "inspection.order"),
            ("place", "place", ""),
            ("place_edit", "place", "field.write"),
            ("place_close", "place", "field.write"),
            ("place_contact", "place", "care.reveal"),
            ("inspect", "place", "field.write"),
            ("hazard_fix", "hazard", "field.write"),
            ("rectification", "notice", ""),
        )
    },
    "fieldwork:rectification_step": Sample(
        lambda side: {"pk": side.field.notice.pk, "name": "recheck"}, "field.view", needs="field.write"
    ),
    "reports:rectification_sheet": Sample(_field("notice"), "field.view"),
    "reports:rectification_word": Sample(_field("notice"), "field.view"),
    "api-field-place-detail": Sample(_field("place"), "field.view"),
    "api-field-inspection-detail": Sample(_field("inspection"), "field.view"),
    "api-field-hazard-detail": Sample(_field("hazard"), "field.view"),
    "api-field-rectification-detail": Sample(_field("notice"), "field.view"),
    "api-field-rectification-recheck": Sample(
        _field("notice"), "field.view", needs="field.write", body=lambda side: {"result": "fixed"}
    ),
    # field work: training
    **{
        f"fieldwork:training_{name}": Sample(_field("training"), "grid.view", needs=needs)
        for name, needs in (
            ("session", ""),
            ("edit", "training.edit"),
            ("sign_up", ""),
            ("withdraw", ""),
            ("call", "training.edit"),
            ("attendance", "training.edit"),
            ("excel", "training.edit"),
        )
    },
    "fieldwork:training_strike": Sample(
        lambda side: {"pk": side.field.training.pk, "user": 1}, "grid.view", needs="training.edit"
    ),
    "fieldwork:training_step": Sample(
        lambda side: {"pk": side.field.training.pk, "name": "call-off"}, "grid.view", needs="training.edit"
    ),
    "api-field-training-detail": Sample(_field("training"), "grid.view"),
    "api-field-training-sign-up": Sample(_field("training"), "grid.view"),
    **PARTY_SAMPLES,
    **VOLUNTEER_SAMPLES,
    "notices:read": Sample(lambda side: {}, ""),
    "api-notice-detail": Sample(lambda side: {}, ""),
    "api-notice-read": Sample(lambda side: {}, ""),
}

CHOICES: dict[str, dict[str, Any]] = {
    "fieldwork:care_colour": {"slot": 1},
    "reports:indicator": {"name": "rework_rate"},
    # courses are of no grid: whoever the rule lets in sees and keeps them all
    **{f"fieldwork:{name}": {"pk": COURSE} for name in ("course", "course_edit", "material_add")},
    "fieldwork:material_remove": {"pk": COURSE, "material": COURSE},
    "api-field-course-detail": {"pk": COURSE},
    # checklists are of the whole office
    **{f"fieldwork:{name}": {"pk": CHECKLIST} for name in ("checklist", "checklist_add")},
    "fieldwork:checklist_step": {"pk": CHECKLIST, "name": "new-version"},
    "fieldwork:inspection_excel": {"name": "places"},
    "volunteers:my_statement": {"year": 2026, "month": 1},
    # the page of a paper is public to whoever holds it
    "volunteers:verify": {"code": PAPER},
}
"""Addresses that name one of some fixed choices, which is nobody's: whom the rule lets in gets in."""

QUERIES: dict[str, tuple[str, Callable[[Side], str], str]] = {
    "grid:list": ("under", lambda side: side.grid.code, "grid.view"),
    "grid:map": ("under", lambda side: side.grid.code, "grid.view"),
    "fieldwork:care_colours": ("grid", lambda side: side.grid.code, "field.view"),
    "fieldwork:inspection_statistics": ("grid", lambda side: side.community.code, "field.view"),
    "reports:list": ("grid", lambda side: side.community.code, "report.view"),
    "fieldwork:volumes": ("grid", lambda side: side.grid.code, "field.view"),
    "fieldwork:volumes_excel": ("grid", lambda side: side.grid.code, "field.view"),
    "reports:preview": ("grid", lambda side: side.community.code, "report.view"),
    "reports:indicator": ("grid", lambda side: side.community.code, "report.view"),
    "reports:burden": ("grid", lambda side: side.street, "burden.view"),
    "reports:burden_excel": ("grid", lambda side: side.street, "burden.view"),
    "api-indicator-values": ("grid", lambda side: side.community.code, "report.view"),
    **PARTY_QUERIES,
    **VOLUNTEER_QUERIES,
}
"""Pages whose object stands in the query: its name, its value, the capability that shows it."""

THIRD_PARTY = ("admin/", "i18n/", "healthz", "readyz", "api/schema/", "api/docs/", "static/")
"""Addresses that are not ours to rule: the admin asks `is_staff` and the scope by itself (tests/grid/test_admin.py)."""
