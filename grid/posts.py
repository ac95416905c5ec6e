"""The posts of the field (岗位) and what each may do, as data.

Rights come from posts, never from ad-hoc flags (architecture.md 5); the kinds
are those of domain.md 1.5.
"""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

CAPABILITIES: Final = {
    "incident.view": _("see incidents"),
    "incident.report": _("report incidents"),
    "incident.accept": _("accept, file, reject, cancel"),
    "incident.dispatch": _("dispatch"),
    "incident.handle": _("handle"),
    "incident.check": _("check on site"),
    "incident.close": _("close"),
    "incident.supervise": _("supervise"),
    "incident.approve": _("approve applications, decide arbitrations, close by order"),
    "incident.approve_high": _("approve what goes beyond the rule"),
    "incident.call_back": _("call reporters back"),
    "incident.export": _("export incidents"),
    "whistle.blow": _("raise a whistle"),
    "whistle.approve": _("approve a whistle"),
    "dispute.view": _("see disputes"),
    "dispute.mediate": _("mediate disputes"),
    "action.edit": _("plan joint actions and write their days"),
    "task.edit": _("give out tasks through the grids"),
    "rules.edit": _("change dispatch rules"),
    "contact.reveal": _("see a reporter's contact"),
    "grid.view": _("see grids"),
    "grid.edit": _("edit grids and posts"),
    "report.view": _("see reports"),
    "report.write": _("write and check reports, papers, meetings"),
    "report.sign": _("sign and send reports and papers"),
    "assessment.edit": _("make assessments"),
    "assessment.decide": _("publish assessments and answer objections"),
    "honour.nominate": _("nominate for honours"),
    "honour.decide": _("open rounds of honours and decide them"),
    "burden.view": _("see what forms cost"),
    "audit.view": _("see the audit of access"),
    "field.view": _("see field work"),
    "field.write": _("write notes, patrols, visits, inspections"),
    "field.plan": _("plan patrols, visits and door-knock actions"),
    "household.view": _("see households, masked"),
    "household.edit": _("edit households and residents"),
    "care.view": _("see people in care, masked"),
    "care.sensitive": _("see sensitive care tags"),
    "care.edit": _("enter and end care, make promises"),
    "care.reveal": _("open the reason of care and residents’ contacts"),
    "inspection.order": _("issue notices to put right"),
    "training.edit": _("plan training and note who was there"),
    "policy.decide": _("switch on what the rules leave off"),
    "party.view": _("see party work: organizations, lists, meetings, activities"),
    "party.edit": _("edit party organizations, members, rosters"),
    "party.reveal": _("open members’ and partners’ contacts"),
    "party.decide": _("call for lists, review stars, evaluate"),
    "lists.edit": _("edit partner units, needs, resources, projects, stars, alliances"),
    "order.issue": _("take in residents’ orders and give them to members"),
    "council.edit": _("hold meetings and follow up decisions"),
    "activity.edit": _("plan activities and note who came"),
    "wish.view": _("see wishes, masked"),
    "wish.verify": _("verify, publish and follow wishes"),
    "wish.reveal": _("open who wished and where"),
    "volunteer.view": _("see volunteers, masked, teams and services"),
    "volunteer.edit": _("approve volunteers, lead teams"),
    "volunteer.certify": _("correct hours, issue certificates"),
    "service.edit": _("plan services and confirm hours"),
    "shop.edit": _("keep the shop and hand out"),
    "micro.edit": _("accompany micro-projects"),
    "micro.decide": _("fund and close micro-projects"),
}


class PostKind(models.TextChoices):
    """What a person is in a grid or an organization."""

    STREET_SECRETARY = "street_secretary", _("Street party secretary")
    DEPUTY_SECRETARY = "deputy_secretary", _("Deputy secretary in charge of party building")
    PARTY_OFFICER = "party_officer", _("Party-building office")
    LINKED_CADRE = "linked_cadre", _("Section cadre linked to a community")
    SHIFT_LEADER = "shift_leader", _("Shift leader")
    OPERATOR = "operator", _("Operator")
    DISPATCHER = "dispatcher", _("Dispatcher")
    SUPERVISOR = "supervisor", _("Supervisor")
    AUDITOR = "auditor", _("Auditor")
    COMMUNITY_HEAD = "community_head", _("Community head")
    COMMITTEE_MEMBER = "committee_member", _("Community committee member")
    GRID_LEADER = "grid_leader", _("Grid leader")
    GRID_WORKER = "grid_worker", _("Grid worker")
    MICRO_LEADER = "micro_leader", _("Micro-grid leader")
    BUILDING_HEAD = "building_head", _("Building head")
    POLICE = "police", _("Community police officer")
    CITY_OFFICER = "city_officer", _("City management officer")
    INSTRUCTOR = "instructor", _("Party-building instructor")
    DEPUTY = "deputy", _("Deputy or member of the consultative conference")
    GRID_PARTNER = "grid_partner", _("New-employment worker in the grid")
    MEDIATOR = "mediator", _("People's mediator")
    ORG_HEAD = "org_head", _("Head of the organization")
    HANDLER = "handler", _("Handler")
    MEMBER = "member", _("Member")


LEADER_KINDS: Final = (
    PostKind.STREET_SECRETARY,
    PostKind.COMMUNITY_HEAD,
    PostKind.GRID_LEADER,
    PostKind.MICRO_LEADER,
)
"""The one person in charge of a grid; the database allows one at a time."""

ORGANIZATION_KINDS: Final = (PostKind.ORG_HEAD, PostKind.HANDLER, PostKind.MEMBER)
"""Posts held in an organization; all others are held in a grid."""

_FIELD: Final = frozenset({"incident.view", "incident.report", "incident.handle", "grid.view"})
_DESK: Final = frozenset(
    {"incident.view", "incident.report", "incident.export", "contact.reveal", "grid.view", "report.view"}
)

_DISPUTE: Final = frozenset({"dispute.view", "dispute.mediate"})
_MAIN_LEADER: Final = frozenset({"incident.supervise", "whistle.blow", "whistle.approve", "action.edit", "task.edit"})
_OFFICE: Final = frozenset({"report.write", "assessment.edit", "honour.nominate", "burden.view"})

_FIELD_WORK: Final = frozenset({"field.view", "field.write"})
_CARE: Final = _FIELD_WORK | {"household.view", "household.edit", "care.view", "care.edit"}
_PLANS: Final = _CARE | {"field.plan", "care.reveal", "care.sensitive", "inspection.order", "training.edit"}

_PARTY_WORK: Final = frozenset({"party.view", "lists.edit", "order.issue", "council.edit", "activity.edit"})
_PARTY: Final = _PARTY_WORK | {"party.edit", "party.reveal"}

_WISHES: Final = frozenset({"wish.view", "wish.verify", "volunteer.view", "service.edit"})
_VOLUNTEERS: Final = _WISHES | {"wish.reveal", "volunteer.edit", "volunteer.certify", "shop.edit", "micro.edit"}

CAPABILITIES_BY_POST: Final[dict[str, frozenset[str]]] = {
    PostKind.STREET_SECRETARY: _DESK
    | _DISPUTE
    | _MAIN_LEADER
    | _OFFICE
    | {"incident.approve", "incident.approve_high", "report.sign", "assessment.decide", "honour.decide"}
    | _PLANS
    | _PARTY
    | _VOLUNTEERS
    | {"policy.decide", "party.decide", "micro.decide"},
    # 党工委 → 分管副书记 → 党建办 → 书记 → 网格员 (domain.md 10, row 2.17)
    PostKind.DEPUTY_SECRETARY: _PARTY
    | _VOLUNTEERS
    | {"party.decide", "micro.decide", "grid.view", "incident.view", "report.view", "report.sign"},
    PostKind.PARTY_OFFICER: _PARTY
    | _VOLUNTEERS
    | {"party.decide", "micro.decide", "grid.view", "incident.view", "incident.report", "report.view", "report.write"},
    PostKind.LINKED_CADRE: frozenset(
        {"incident.view", "incident.report", "incident.supervise", "grid.view", "report.view", "dispute.view"}
    )
    | {"whistle.blow", "action.edit", "task.edit", "honour.nominate", "field.view", "field.plan", "care.view"}
    | {"party.view", "council.edit", "wish.view", "volunteer.view"},
    PostKind.SHIFT_LEADER: _DESK
    | _DISPUTE
    | _OFFICE
    | _PLANS
    | {
        "incident.accept",
        "incident.dispatch",
        "incident.check",
        "incident.close",
        "incident.supervise",
        "incident.approve",
        "incident.call_back",
        "whistle.blow",
        "action.edit",
        "task.edit",
        "rules.edit",
        "grid.edit",
        "party.view",
        "lists.edit",
        "order.issue",
    },
    PostKind.OPERATOR: _DESK
    | {"incident.accept", "incident.check", "incident.close", "incident.call_back", "report.write"},
    PostKind.DISPATCHER: _DESK | {"incident.dispatch", "whistle.blow"},
    PostKind.SUPERVISOR: _DESK | {"incident.supervise", "incident.call_back", "field.view"},
    PostKind.AUDITOR: frozenset(
        {
            "incident.view",
            "grid.view",
            "report.view",
            "audit.view",
            "field.view",
            "party.view",
            "wish.view",
            "volunteer.view",
        }
    ),
    # the persons in charge close what the level rule leaves to them (domain.md 2.7)
    PostKind.COMMUNITY_HEAD: _FIELD
    | _DISPUTE
    | {"incident.check", "incident.close", "contact.reveal", "report.view", "incident.export"}
    | {"whistle.blow", "whistle.approve", "action.edit", "task.edit"}
    # a community checks and signs its own reports, and puts its people forward
    | {"report.write", "report.sign", "honour.nominate"}
    | _PLANS
    | _PARTY
    | _VOLUNTEERS,
    PostKind.COMMITTEE_MEMBER: _FIELD
    | _DISPUTE
    | {"whistle.blow", "report.view", "report.write"}
    | _CARE
    | {"field.plan", "training.edit"}
    | _PARTY_WORK
    | _WISHES
    | {"volunteer.edit", "shop.edit"},
    PostKind.GRID_LEADER: _FIELD
    | _DISPUTE
    | {"incident.check", "incident.close"}
    | _CARE
    | {"care.reveal"}
    | _PARTY_WORK
    | _WISHES
    | {"wish.reveal"},
    PostKind.GRID_WORKER: _FIELD | _DISPUTE | _CARE | _WISHES | {"party.view", "order.issue"},
    # looks after the people of a few buildings, and sees them masked; the reasons stay with the grid leader
    PostKind.MICRO_LEADER: _FIELD
    | _FIELD_WORK
    | {"household.view", "care.view", "party.view", "order.issue", "wish.view", "volunteer.view"},
    PostKind.BUILDING_HEAD: frozenset({"incident.view", "incident.report", "grid.view", "party.view", "volunteer.view"})
    | _FIELD_WORK,
    PostKind.POLICE: frozenset({"incident.view", "incident.report", "grid.view", "dispute.view"})
    | _FIELD_WORK
    | {"household.view", "care.view", "care.sensitive", "care.reveal", "inspection.order"},
    PostKind.CITY_OFFICER: frozenset({"incident.view", "incident.report", "grid.view"})
    | _FIELD_WORK
    | {"inspection.order"},
    PostKind.INSTRUCTOR: frozenset({"incident.view", "incident.report", "grid.view"}) | _PARTY_WORK | {"party.edit"},
    # 代表委员进网格: collects opinions and hands them in; 小牛哥: reports on the way (domain.md 1.5)
    PostKind.DEPUTY: frozenset({"incident.view", "incident.report", "grid.view", "party.view"}),
    PostKind.GRID_PARTNER: frozenset({"incident.report", "grid.view", "field.write"}),
    PostKind.MEDIATOR: _DISPUTE | {"incident.view", "grid.view"},
    PostKind.ORG_HEAD: frozenset({"incident.handle", "grid.view"}),
    PostKind.HANDLER: frozenset({"incident.handle", "grid.view"}),
    PostKind.MEMBER: frozenset({"grid.view"}),
}
"""The post decides what its holder may do on the grids below it, or for the unit."""


def posts_with(capability: str, *, units: bool = True) -> tuple[str, ...]:
    """The kinds of posts that give `capability`; `units=False`: without those held in an organization."""
    return tuple(
        kind
        for kind, given in CAPABILITIES_BY_POST.items()
        if capability in given and (units or kind not in ORGANIZATION_KINDS)
    )
