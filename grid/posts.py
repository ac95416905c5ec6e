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
    "incident.export": _("export incidents"),
    "contact.reveal": _("see a reporter's contact"),
    "grid.view": _("see grids"),
    "grid.edit": _("edit grids and posts"),
    "report.view": _("see reports"),
    "report.write": _("write and sign reports"),
    "audit.view": _("see the audit of access"),
}


class PostKind(models.TextChoices):
    """What a person is in a grid or an organization."""

    STREET_SECRETARY = "street_secretary", _("Street party secretary")
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

CAPABILITIES_BY_POST: Final[dict[str, frozenset[str]]] = {
    PostKind.STREET_SECRETARY: _DESK | {"incident.supervise", "report.write"},
    PostKind.LINKED_CADRE: frozenset(
        {"incident.view", "incident.report", "incident.supervise", "grid.view", "report.view"}
    ),
    PostKind.SHIFT_LEADER: _DESK
    | {
        "incident.accept",
        "incident.dispatch",
        "incident.check",
        "incident.close",
        "incident.supervise",
        "report.write",
        "grid.edit",
    },
    PostKind.OPERATOR: _DESK | {"incident.accept", "incident.check", "incident.close", "report.write"},
    PostKind.DISPATCHER: _DESK | {"incident.dispatch"},
    PostKind.SUPERVISOR: _DESK | {"incident.supervise"},
    PostKind.AUDITOR: frozenset({"incident.view", "grid.view", "report.view", "audit.view"}),
    PostKind.COMMUNITY_HEAD: _FIELD | {"incident.check", "contact.reveal", "report.view", "incident.export"},
    PostKind.COMMITTEE_MEMBER: _FIELD,
    PostKind.GRID_LEADER: _FIELD | {"incident.check"},
    PostKind.GRID_WORKER: _FIELD,
    PostKind.MICRO_LEADER: _FIELD,
    PostKind.BUILDING_HEAD: frozenset({"incident.view", "incident.report", "grid.view"}),
    PostKind.POLICE: frozenset({"incident.view", "incident.report", "grid.view"}),
    PostKind.CITY_OFFICER: frozenset({"incident.view", "incident.report", "grid.view"}),
    PostKind.INSTRUCTOR: frozenset({"incident.view", "incident.report", "grid.view"}),
    PostKind.ORG_HEAD: frozenset({"incident.handle", "grid.view"}),
    PostKind.HANDLER: frozenset({"incident.handle", "grid.view"}),
    PostKind.MEMBER: frozenset({"grid.view"}),
}
