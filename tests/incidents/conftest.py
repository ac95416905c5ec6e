"""What the tests of `incidents` share: a street with everybody in it, categories, and an incident in any state."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from itertools import count
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.utils import timezone
from PIL import Image
from rest_framework.test import APIClient

from accounts import api_keys
from accounts.models import User
from grid.models import Grid, Organization
from incidents import intake, lifecycle
from incidents.models import Category, Incident
from incidents.models.category import Severity
from incidents.models.incident import Source
from incidents.photos import ProcessedPhoto
from incidents.states import State
from tests import street

WAY = {
    State.REPORTED: (),
    State.VERIFYING: ("verify",),
    State.FILED: ("file",),
    State.DISPATCHED: ("file", "dispatch"),
    State.HANDLING: ("file", "dispatch", "take"),
    State.SUSPENDED: ("file", "dispatch", "take", "suspend"),
    State.DEFERRED: ("file", "dispatch", "take", "defer"),
    State.CONFIRMING: ("file", "dispatch", "take", "finish"),
    State.FORWARDING: ("file", "dispatch", "take", "finish", "confirm"),
    State.HANDLED: ("file", "dispatch", "take", "feedback"),
    State.CHECKING: ("file", "dispatch", "take", "feedback", "start_check"),
    State.CHECKED: ("file", "dispatch", "take", "feedback", "start_check", "pass_check"),
    State.REWORKING: ("file", "dispatch", "take", "feedback", "rework"),
    State.CLOSED: ("file", "dispatch", "take", "feedback", "close"),
    State.ANSWERED: ("answer",),
    State.NOT_ACCEPTED: ("reject",),
    State.NOT_FILED: ("not_file",),
    State.CANCELLED: ("cancel",),
}
"""How an incident comes into each state."""
DOER = {
    "verify": "operator",
    "genuine": "gridleader",
    "not_genuine": "gridleader",
    "file": "operator",
    "answer": "operator",
    "reject": "operator",
    "not_file": "shiftleader",
    "cancel": "operator",
    "dispatch": "dispatcher",
    "recall": "dispatcher",
    "take": "department",
    "hand_on": "head",
    "return": "department",
    "report_up": "department",
    "next_step": "department",
    "feedback": "department",
    "finish": "department",
    "send_back": "head",
    "confirm": "head",
    "forward": "dispatcher",
    "refuse_work": "dispatcher",
    "suspend": "dispatcher",
    "defer": "dispatcher",
    "resume": "department",
    "start_check": "operator",
    "pass_check": "gridleader",
    "close": "operator",
    "close_checked": "operator",
    "rework": "operator",
    "force_close": "shiftleader",
    "approve_self": "operator",
    "refuse_self": "operator",
    "reopen": "operator",
}
"""The role that makes a move in the main way."""
WITH_CONFIRMATION = (State.CONFIRMING, State.FORWARDING)
"""States that only the cases of a unit with a confirming head reach."""


@dataclass
class World:
    """Two streets, people by role, a unit, categories."""

    grids: dict[str, Grid]
    people: dict[str, User]
    unit: Organization
    garbage: Category
    now: datetime
    keys: "count[int]" = field(default_factory=lambda: count(1))

    def report(self, *, by: str = "gridleader", **more: Any) -> Incident:
        """A new incident in the grid of the first community."""
        given = {"text": "楼下垃圾堆了三天没人清", "source": Source.PATROL, "point": street.inside(street.MICRO)} | more
        return intake.report_incident(intake.NewIncident(**given), actor=self.people[by], now=self.now)

    def move(self, incident: Incident, name: str, *, by: str | None = None, **more: Any) -> Incident:
        """One move by the role that makes it in the main way, with all it needs."""
        given = {"text": "说明", "reason": "理由", "category": self.garbage if name in ("file", "answer") else None}
        if name == "dispatch":
            given["organization"] = self.unit
        if name == "hand_on":
            given["user"] = self.people["department"]
        if name in ("suspend", "defer"):
            given |= {"sanctioned": True, "until": self.now + timedelta(days=10)}
        if name == "pass_check":
            given["photos"] = [picture()]
        actor = self.people[by or DOER[name]]
        return lifecycle.perform(incident.pk, name, **{"actor": actor, "now": self.now} | given | more)

    def confirming_unit(self, confirms: bool = True) -> None:
        """Whether from now on the head of the unit confirms its work."""
        self.unit.confirms_work = confirms
        self.unit.save(update_fields=["confirms_work"])

    def incident(self, state: str = State.REPORTED, **more: Any) -> Incident:
        """An incident in `state`, brought there by moves."""
        if state == State.SELF_HANDLED:
            return self.report(self_handled_text="当场清走", **more)
        incident = self.report(**more)
        self.confirming_unit(state in WITH_CONFIRMATION)
        for name in WAY[State(state)]:
            incident = self.move(incident, name)
        return incident


def make_category(
    name: str = "暴露垃圾", *, keywords: tuple[str, ...] = ("垃圾", "垃圾堆了", "坏垃圾"), **more: Any
) -> Category:
    """A minor class."""
    major, _made = Category.objects.get_or_create(kind="matter", standard="t", code="01", defaults={"name": "市容环境"})
    number = Category.objects.count()
    values = {"kind": "matter", "standard": "t", "code": f"01{number:02d}", "severity": Severity.MICRO} | more
    return Category.objects.create(name=name, keywords=list(keywords), parent=major, **values)


def build_world() -> World:
    """Everything, at the present moment (whole seconds, so that what comes back from the database is equal)."""
    grids = street.build_streets()
    people = street.make_roles(grids)
    unit = Organization.objects.get()
    return World(grids, people, unit, make_category(), timezone.now().replace(microsecond=0))


@pytest.fixture
def world(db: None) -> World:
    """The world, rolled back after the test."""
    return build_world()


@pytest.fixture
def committed(transactional_db: None) -> World:
    """The world in a database whose transactions are real."""
    return build_world()


@pytest.fixture
def later(world: World) -> Callable[..., datetime]:
    """A moment after the world's: later(hours=2)."""
    return lambda **span: world.now + timedelta(**span)


FAR_AWAY = Point(116.4, 39.9, srid=4326)


@pytest.fixture
def keyed(world: World) -> Callable[..., APIClient]:
    """A client with an API key: keyed("incident.view", grid=…)."""

    def make(*capabilities: str, grid: str = street.STREET) -> APIClient:
        account = User.objects.create_service(username=f"system{next(world.keys)}", real_name="对接系统")
        actor = world.people["admin"]
        _key, token = api_keys.issue(
            account=account,
            name="测试",
            capabilities=list(capabilities),
            grid_code=grid,
            actor=actor,
            now=world.now,
        )
        return APIClient(headers={"Authorization": f"Bearer {token}"})

    return make


@pytest.fixture
def signed(world: World) -> Callable[[str], APIClient]:
    """A client signed in as a role."""

    def make(role: str) -> APIClient:
        client = APIClient()
        client.force_login(world.people[role])
        return client

    return make


def jpeg(colour: str = "red") -> bytes:
    """A small real picture."""
    out = BytesIO()
    Image.new("RGB", (32, 24), colour).save(out, "JPEG")
    return out.getvalue()


def picture(colour: str = "red") -> ProcessedPhoto:
    """A photo as the forms hand it on."""
    return ProcessedPhoto(jpeg(colour), hashlib.sha256(colour.encode()).hexdigest(), 32, 24, jpeg(colour))


def close_files(answer: Any) -> None:
    """Close what an answer streams from; its own close() would end the database connection of the test too."""
    for close in answer._resource_closers:
        close()
