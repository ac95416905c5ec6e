"""Made-up party work around November 2026, each thing with its history, and a recount of it in plain Python."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from accounts.models import User
from grid.models import Building, Compound, Grid
from incidents.models import Incident
from partybuilding.models import (
    Activity,
    ActivityKind,
    Agreement,
    CallAnswer,
    DeputyOpinion,
    DutyPost,
    DutyShift,
    Forum,
    ForumMeeting,
    HouseholdLink,
    JointTaskKind,
    LinkContact,
    MemberCall,
    Need,
    PartnerUnit,
    PartyMember,
    PartyOrganization,
    PartyPost,
    PartyStep,
    PostPlan,
    Project,
    ProjectType,
    ReportIn,
    Resolution,
    ServiceOrder,
    Star,
    StarClaim,
    StarDelivery,
    SupportKind,
    Topic,
    YearlyEvaluation,
)
from reports.periods import PEOPLE_TIME
from tests import street
from tests.reports.town import MONTH

PLACES = (street.MICRO, street.MICRO_EAST, street.COMMUNITY, street.SISTER, street.STREET, street.OTHER_GRID)
PATHS: dict[type[Any], tuple[tuple[str, ...], ...]] = {
    ReportIn: (("reported", "active", "ended"),),
    DutyShift: (("planned", "attended", "absent"), ("planned", "excused", "attended"), ("planned", "called_off")),
    MemberCall: (("blown", "done"), ("blown", "called_off")),
    ServiceOrder: (("ordered", "pool", "taken", "done", "rated"), ("ordered", "pool", "cancelled")),
    Project: (
        ("proposed", "agreed", "running", "done", "confirmed", "evaluated"),
        ("proposed", "agreed", "done", "running", "done"),
        ("proposed", "agreed", "dropped"),
    ),
    StarClaim: (("pledged", "delivering", "delivered", "reviewed"), ("pledged", "dropped")),
    ForumMeeting: (("planned", "held"), ("planned", "called_off")),
    Resolution: (("open", "done"), ("open", "done", "open"), ("open", "dropped")),
    DeputyOpinion: (("received", "working", "answered", "rated"),),
    Activity: (("planned", "held"), ("planned", "called_off")),
}

History = list[tuple[datetime, str]]


class PartyTown:
    """Party work in two streets, some of it just before, at and after the borders of November 2026."""

    def __init__(self, seed: int, grids: dict[str, Grid], people: dict[str, User]) -> None:
        self.random, self.grids, self.by = Random(seed), grids, people["operator"]
        self.cases = list(Incident.objects.all())
        self.told: dict[tuple[str, int], History] = {}
        self.number = count(1)

    def day(self) -> date:
        return MONTH.first + timedelta(days=self.random.choice([*range(-4, 34), -1, 0, 29, 30]))

    def moment(self) -> datetime:
        clock = self.random.choice(["00:00:00", "23:59:59", "10:30:00"])
        return datetime.fromisoformat(f"{self.day()}T{clock}+08:00")

    def maybe(self, make: Callable[[], Any]) -> Any:
        return make() if self.random.random() < 0.6 else None

    def here(self) -> dict[str, Any]:
        grid = self.grids[self.random.choice(PLACES)]
        return {"grid": grid, "grid_code": grid.code}

    def since(self) -> dict[str, Any]:
        begun, end = self.day() - timedelta(days=3), self.day()
        return {"since": begun, "until": end if end > begun else None}

    def history(self, model: type[Any]) -> History:
        """A way through the statuses, cut off somewhere, at moments that rise."""
        path = self.random.choice(PATHS[model])
        if self.random.random() < 0.4:
            path = path[: self.random.randint(1, len(path))]
        moments = sorted(self.moment() + timedelta(seconds=next(self.number)) for _step in path)
        return list(zip(moments, path, strict=True))

    def staged(self, model: type[Any], history: History, **given: Any) -> Any:
        """A row with its record of steps; what is told here is kept for the recount."""
        row = model.objects.create(status=history[-1][1], **given)
        before = ""
        for at, status in history:
            PartyStep.objects.create(
                subject=model._meta.model_name, subject_id=row.pk, before=before, after=status, at=at
            )
            before = status
        self.told[model.__name__, row.pk] = history
        return row

    def build(self) -> None:
        self.organizations()
        self.members()
        self.lists()
        self.stars()
        self.councils()
        self.activities()

    def organizations(self) -> None:
        for kind, title, planned in (("branch", "secretary", 1), ("branch", "member", 2), ("group", "leader", 1)):
            PostPlan.objects.create(kind=kind, title=title, count=planned)
        for _n in range(18):
            here = self.here()
            body = street.make_organization(here["grid"], code=f"p{next(self.number)}", kind="party")
            dates = {"founded_on": self.maybe(self.day), "ended_on": None}
            if self.random.random() < 0.3:
                dates = {"founded_on": None, "ended_on": self.day()}
            kind = self.random.choice(["work", "community", "branch", "group", "joint"])
            one = PartyOrganization.objects.create(organization=body, kind=kind, **dates, **here)
            for title in self.random.sample([self.random.choice(["secretary", "leader"]), *["member"] * 3], 3):
                dates = {"since": self.day()} if title == "member" else self.since()
                PartyPost.objects.create(party=one, title=title, name="王", **dates)

    def members(self) -> None:
        home = self.grids[street.MICRO]
        compound = Compound.objects.create(grid=home, name="阳光花苑")
        self.building = Building.objects.create(compound=compound, grid=home, name="1号楼")
        self.units = [self.unit() for _n in range(12)]
        self.people = [self.member() for _n in range(40)]
        for unit in self.units:
            self.report_in(unit=unit)
        for member in self.people[:10]:
            self.report_in(member=member)
        self.duty()

    def unit(self) -> PartnerUnit:
        body = street.make_organization(self.here()["grid"], code=f"u{next(self.number)}", kind="enterprise")
        given = {"joined_on": self.maybe(self.day), "left_on": self.maybe(self.day)}
        made = PartnerUnit.objects.create(organization=body, **given)
        dates = {"starts_on": self.day(), "ended_on": self.maybe(self.day)}
        dates["ends_on"] = self.maybe(lambda: dates["starts_on"] + timedelta(days=self.random.choice([0, 5])))
        kind = self.random.choice(["co_building", "property", "plan"])
        Agreement.objects.create(
            unit=made, kind=kind, title="协议", signed_on=dates["starts_on"], **dates, **self.here()
        )
        return made

    def member(self) -> PartyMember:
        found = {"found": "hidden", "found_on": self.day(), "brought_in_on": self.maybe(self.day)}
        mode = self.random.choice([*PartyMember.Management.values, "direct"])
        left = self.day() if self.random.random() < 0.2 else None
        extra = found if self.random.random() < 0.4 else {}
        made = PartyMember.objects.create(name="占阿姨", management=mode, left_on=left, **extra, **self.here())
        for _n in range(2):
            link = HouseholdLink.objects.create(
                member=made, building=self.building, room=str(next(self.number)), **self.since(), **self.here()
            )
            self.maybe(lambda link=link: self.contact(link))
        return made

    def contact(self, link: HouseholdLink) -> None:
        LinkContact.objects.create(link=link, way="visit", by=self.by, at=self.moment())

    def report_in(self, **who: Any) -> None:
        made = self.staged(
            ReportIn, self.history(ReportIn), number=f"报到{next(self.number)}", reported_on=self.day(),
            **who, **self.here(),
        )  # fmt: skip
        for year in self.random.sample([2025, 2026], 1):
            YearlyEvaluation.objects.create(
                report=made, year=year, grade="good", text="好", by=self.by, at=self.moment()
            )

    def duty(self) -> None:
        kind = JointTaskKind.objects.create(name="联排")
        for member in self.people:
            hours = {"starts": "08:00", "ends": "10:00"}
            post = DutyPost.objects.create(
                name=f"岗{next(self.number)}", place="门岗", weekdays=[1], **hours, **self.here()
            )
            self.staged(DutyShift, self.history(DutyShift), post=post, on=self.day(), member=member)
        for _n in range(16):
            record = {"by": self.by, "at": self.moment(), **self.here()}
            call = self.staged(
                MemberCall, self.history(MemberCall), kind=kind, title="排查", place="门口", result="完",
                starts_at=self.moment(), **record,
            )  # fmt: skip
            for member in self.people[:3]:
                answer = self.random.choice(["came", "missed"])
                CallAnswer.objects.create(call=call, member=member, answer=answer, at=self.moment())

    def lists(self) -> None:
        self.kinds = [SupportKind.objects.create(name=name) for name in ("环境卫生", "法律咨询")]
        self.type = ProjectType.objects.create(name="民生微实事")
        for _n in range(24):
            self.order()
            self.need()
            self.project()

    def order(self) -> None:
        history = self.history(ServiceOrder)
        status, at = history[-1][1], {status: at for at, status in history}
        taken = status in ("taken", "done", "rated")
        self.staged(
            ServiceOrder, history, number=f"单{next(self.number)}", kind=self.kinds[0], text="代买药", name="占阿姨",
            member=self.people[0] if taken else None, taken_at=at.get("taken"), lapses_at=at.get("taken"),
            done_at=at.get("done"), report="好" if "done" in at else "", rated_at=at.get("rated"),
            rating=self.random.choice([3, 4, 5]) if "rated" in at else None,
            by=self.by, at=self.moment(), **self.here(),
        )  # fmt: skip

    def need(self) -> None:
        ended = self.maybe(self.moment)
        status = self.random.choice(["met", "unmet", "withdrawn"]) if ended else "open"
        at = self.moment()
        Need.objects.create(
            number=f"需{next(self.number)}", title="疏通", kind=self.random.choice(self.kinds), status=status,
            ended_at=ended, level_code=street.STREET, level_since=at, by=self.by, at=at, **self.here(),
        )  # fmt: skip

    def project(self) -> None:
        history = self.history(Project)
        done = {status: at for at, status in history}.get("done")
        after = {status: at for at, status in history}.get("confirmed")
        self.staged(
            Project, history, number=f"项{next(self.number)}", title="疏通", type=self.type, promised_on=self.day(),
            unit=self.units[0], done_at=done, result="好" if done else "", members_count=self.maybe(lambda: 10),
            confirmed_at=after, beneficiaries=self.maybe(lambda: 7), by=self.by, at=history[0][0], **self.here(),
        )  # fmt: skip

    def stars(self) -> None:
        self.star = Star.objects.create(name="共建共享星")
        for _n in range(16):
            claim = self.staged(
                StarClaim, self.history(StarClaim), unit=self.units[1], star=self.star, year=2026,
                pledge=f"义诊{next(self.number)}", due_on=self.day(), grade=self.random.choice(["kept", "not"]),
                reviewed_at=self.moment(), by=self.by, at=self.moment(), **self.here(),
            )  # fmt: skip
            StarDelivery.objects.create(claim=claim, on=self.day(), text="一场", by=self.by, at=self.moment())

    def councils(self) -> None:
        for _n in range(24):
            record = {"by": self.by, **self.here()}
            name = f"议事会{next(self.number)}"
            kind = self.random.choice(["council", "talk"])
            forum = Forum.objects.create(name=name, kind=kind, grid=record["grid"], grid_code=record["grid_code"])
            meeting = self.staged(
                ForumMeeting, self.history(ForumMeeting), forum=forum, title=name, starts_at=self.moment(),
                residents=self.maybe(lambda: 12), minutes="纪要", held_at=self.moment(), at=self.moment(), **record,
            )  # fmt: skip
            topic = Topic.objects.create(title="停车", principle="hard", meeting=meeting, at=self.moment(), **record)
            self.resolution(topic)
            self.resolution(topic)
            self.opinion()

    def resolution(self, topic: Topic) -> None:
        history = self.history(Resolution)
        status = history[-1][1]
        case = self.maybe(lambda: self.random.choice(self.cases or [None]))
        self.staged(
            Resolution, history, topic=topic, text="划线", owner="社区", due_on=self.day(), result="好",
            child="incident" if case else self.random.choice(["", "notice"]), incident=case,
            decided_at=self.moment(), ended_at=None if status == "open" else history[-1][0], by=self.by, **self.here(),
        )  # fmt: skip

    def opinion(self) -> None:
        history = self.history(DeputyOpinion)
        answered = {status: at for at, status in history}.get("answered")
        self.staged(
            DeputyOpinion, history, body="congress", deputy_name="代表", text="装灯", answer="已装" if answered else "",
            answered_at=answered, satisfaction=self.random.choice(["satisfied", "basically", "not"]),
            by=self.by, at=self.moment(), **self.here(),
        )  # fmt: skip

    def activities(self) -> None:
        kinds = [ActivityKind.objects.create(name=name) for name in ("主题党日", "宣讲")]
        for _n in range(40):
            at = self.moment()
            self.staged(
                Activity, self.history(Activity), kind=self.random.choice(kinds), title="活动", place="广场",
                level=self.random.choice(["street", "community", "grid"]),
                starts_at=at, ends_at=at + timedelta(hours=2),
                attended=20, beneficiaries=self.maybe(lambda: 30), by=self.by, at=at, **self.here(),
            )  # fmt: skip


def midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), PEOPLE_TIME)
