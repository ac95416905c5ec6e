"""Made-up field work around November 2026, and a recount of it in plain Python from the Chinese definitions."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from accounts.models import User
from fieldwork.models import (
    Attendance,
    CareColour,
    CarePromise,
    CareSubject,
    Course,
    Hazard,
    Household,
    InspectedPlace,
    Inspection,
    KnockAction,
    KnockedDoor,
    Patrol,
    PatrolFinding,
    PlaceKind,
    PopulationTag,
    QuickNote,
    RectificationNotice,
    TrainingSession,
    Visit,
    VisitDuty,
    VisitPlan,
)
from grid.models import Building, Compound, Grid
from incidents.models import Incident
from reports.periods import PEOPLE_TIME, Period, period_of
from tests import street
from tests.reports.conftest import DAY

MONTH = period_of("monthly", DAY)
PLACES = (street.MICRO, street.MICRO_EAST, street.SISTER, street.STREET, street.OTHER_GRID)


class Town:
    """Made-up field work around November 2026 in two streets: some of it just before, at and after the borders."""

    def __init__(self, seed: int, grids: dict[str, Grid], people: dict[str, User]) -> None:
        self.random, self.grids, self.by = Random(seed), grids, people["operator"]
        self.cases = list(Incident.objects.all())

    def day(self) -> date:
        return MONTH.first + timedelta(days=self.random.choice([*range(-3, 34), -1, 0, 29, 30]))

    def moment(self) -> datetime:
        clock = self.random.choice(["00:00:00", "23:59:59", "10:30:00"])
        return datetime.fromisoformat(f"{self.day()}T{clock}+08:00")

    def maybe(self, make: Callable[[], Any]) -> Any:
        return make() if self.random.random() < 0.6 else None

    def here(self) -> dict[str, Any]:
        grid = self.grids[self.random.choice(PLACES)]
        return {"grid": grid, "grid_code": grid.code}

    def record(self) -> dict[str, Any]:
        at = self.moment()
        return {**self.here(), "by": self.by, "at": at, "received_at": at}

    def build(self) -> None:
        self.notes()
        self.patrols()
        self.households()
        self.inspections()
        self.training()

    def notes(self) -> None:
        for _n in range(20):
            case = self.maybe(lambda: self.random.choice(self.cases))
            QuickNote.objects.create(text="楼道", incident=case, became="incident" if case else "", **self.record())

    def patrols(self) -> None:
        for _n in range(14):
            given, status = self.record(), self.random.choice(["finished", "dropped"])
            ended = {"status": status, "finished_at": given["at"] + timedelta(days=self.random.choice([0, 2]))}
            patrol = Patrol.objects.create(kind=self.random.choice(["daily", "night"]), **ended, **given)
            case = self.maybe(lambda: self.random.choice(self.cases))
            key = f"00000000-0000-4000-8000-{patrol.pk:012d}"
            found = {"client_id": key, "at": self.moment(), "text": "飞线", "incident": case}
            PatrolFinding.objects.create(patrol=patrol, fixed_on_spot=case is None, **found)

    def households(self) -> None:
        compound = Compound.objects.create(grid=self.grids[street.MICRO], name="聚龙花园")
        building = Building.objects.create(compound=compound, grid=self.grids[street.MICRO], name="1号楼")
        colour = CareColour.objects.create(slot=5, name="绿", value="#2fb344", meaning="独居")
        rounds = self.plans(colour)
        action = self.action(building)
        for n in range(30):
            home = Household.objects.create(building=building, room=str(n), **self.here())
            there = {"grid": home.grid, "grid_code": home.grid_code}
            self.care(home, there, *self.random.choice(rounds))
            self.at_home(n, home, there, action)

    def plans(self, colour: CareColour) -> list[tuple[PopulationTag, VisitPlan]]:
        tags = [
            PopulationTag.objects.create(name=name, colour=colour, is_sensitive=secret)
            for name, secret in (("独居老人", False), ("社区矫正", True))
        ]
        plans = [
            VisitPlan.objects.create(
                name=f"{tag}每月", target="care", tag=tag, period="month", is_sensitive=tag.is_sensitive, starts_on=DAY
            )
            for tag in tags
        ]
        return list(zip(tags, plans, strict=True))

    def care(self, home: Household, there: dict[str, Any], tag: PopulationTag, plan: VisitPlan) -> None:
        gone = self.maybe(self.day)
        care = CareSubject.objects.create(
            household=home,
            tag=tag,
            basis="duty",
            reason="秘密",
            entered_by=self.by,
            since=self.day(),
            status="ended" if gone else "active",
            ended_on=gone,
            **there,
        )
        for _round in range(2):
            VisitDuty.objects.create(plan=plan, subject=care, due_on=self.day(), done_on=self.day(), **there)
        VisitDuty.objects.create(
            plan=plan, subject=care, due_on=self.day(), dropped=self.random.random() < 0.2, **there
        )

    def at_home(self, n: int, home: Household, there: dict[str, Any], action: KnockAction) -> None:
        outcome = self.random.choice(Visit.Outcome.values)
        Visit.objects.create(household=home, outcome=outcome, **self.record() | there)
        kept = self.maybe(self.day)
        status = self.random.choice(["done", "dropped"]) if kept else "open"
        made = self.day()
        CarePromise.objects.create(
            title="修灯",
            household=home,
            promised_by=self.by,
            promised_on=made,
            due_on=made + timedelta(days=self.random.choice([0, 9])),
            status=status,
            done_on=kept,
            result="已办" if kept else "",
            **there,
        )
        key = f"00000000-0000-4000-9000-{home.pk:012d}"
        door = {"client_id": key, "building": home.building, "room": str(n), "by": self.by, "at": self.moment()}
        KnockedDoor.objects.create(action=action, answer=self.random.choice(KnockedDoor.Answer.values), **door)

    def action(self, building: Building) -> KnockAction:
        days = {"starts_on": MONTH.first, "ends_on": MONTH.last, "created_at": self.moment()}
        here = {"grid": building.grid, "grid_code": building.grid.code}
        return KnockAction.objects.create(title="敲门", question="装灯吗", led_by=self.by, **days, **here)

    def inspections(self) -> None:
        kind = PlaceKind.objects.create(code="mall", name="商场", group="crowded")
        places = [InspectedPlace.objects.create(kind=kind, name=f"商场{n}", **self.here()) for n in range(6)]
        for n in range(16):
            place = self.random.choice(places)
            there = {"grid": place.grid, "grid_code": place.grid_code}
            look = Inspection.objects.create(place=place, **self.record() | there)
            notice = self.maybe(lambda look=look, there=there, n=n: self.notice(look, n, there))
            for status in self.random.sample(["open", "fixed_once", "fixed", "ordered"], 2):
                Hazard.objects.create(
                    inspection=look,
                    place=place,
                    text="堵塞",
                    is_serious=self.random.random() < 0.3,
                    status="open" if status == "ordered" and not notice else status,
                    notice=notice if status in ("ordered", "fixed") else None,
                    fixed_at=look.at + timedelta(days=self.random.choice([0, 3])) if "fixed" in status else None,
                    **there,
                )

    def notice(self, look: Inspection, n: int, there: dict[str, Any]) -> RectificationNotice:
        at = look.at + timedelta(days=self.random.choice([0, 2]))
        status = self.random.choice(["issued", "closed", "withdrawn"])
        ended = None if status == "issued" else at + timedelta(days=self.random.choice([0, 3]))
        told = {"number": f"整改{n}", "demand": "清理", "deadline": at.date(), "issued_by": self.by, "issued_at": at}
        return RectificationNotice.objects.create(
            place=look.place, inspection=look, status=status, ended_at=ended, **told, **there
        )

    def training(self) -> None:
        course = Course.objects.create(title="走访", form="on_site")
        for _n in range(8):
            at = self.moment()
            status = self.random.choice(TrainingSession.Status.values)
            session = TrainingSession.objects.create(
                course=course,
                starts_at=at,
                ends_at=at + timedelta(hours=2),
                place="二楼",
                status=status,
                created_by=self.by,
                **self.here(),
            )
            for user in User.objects.order_by("pk")[:5]:
                presence = self.random.choice(Attendance.Presence.values)
                passed = self.random.choice([True, False, None]) if presence == "present" else None
                Attendance.objects.create(session=session, user=user, presence=presence, passed=passed, noted_at=at)


def recounted(code: str, period: Period) -> dict[str, int]:
    """Everything once more, row by row, from the words of data/chapter_fieldwork.json."""
    told = _Told(code, period)
    return told.on_the_way() | told.at_doors() | told.at_places() | told.in_class()


class _Told:
    """The rows of one subtree and period."""

    def __init__(self, code: str, period: Period) -> None:
        self.code, self.first, self.last = code, period.first, period.last
        self.start = datetime.combine(period.first, datetime.min.time(), PEOPLE_TIME)
        self.end = datetime.combine(period.last + timedelta(days=1), datetime.min.time(), PEOPLE_TIME)

    def here(self, model: Any, at: str = "at", place: str = "grid_code") -> list[Any]:
        rows = [row for row in model.objects.all() if get(row, place).startswith(self.code)]
        return [row for row in rows if self.start <= get(row, at) < self.end]

    def own(self, model: Any) -> list[Any]:
        return [row for row in model.objects.all() if row.grid_code.startswith(self.code)]

    def within(self, day: date | None) -> bool:
        return day is not None and self.first <= day <= self.last

    def case(self, row: Any) -> bool:
        return row.incident is not None and row.incident.reported_at < self.end

    def on_the_way(self) -> dict[str, int]:
        notes, finds = self.here(QuickNote), self.here(PatrolFinding, place="patrol.grid_code")
        walks = [p for p in self.here(Patrol) if not (p.status == "dropped" and p.finished_at < self.end)]
        return {
            "notes": len(notes),
            "notes_incidents": n(self.case(x) for x in notes),
            "patrols": len(walks),
            "night_patrols": n(p.kind == "night" for p in walks),
            "findings": len(finds),
            "findings_fixed": n(x.fixed_on_spot for x in finds),
            "findings_incidents": n(self.case(x) for x in finds),
        }

    def at_doors(self) -> dict[str, int]:
        visits, doors = self.here(Visit), self.here(KnockedDoor, place="action.grid_code")
        rounds = [d for d in self.own(VisitDuty) if not d.dropped]
        carried = [d for d in rounds if d.due_on < self.first and (d.done_on is None or d.done_on >= self.first)]
        owed = carried + [d for d in rounds if self.within(d.due_on)]
        done = [d for d in owed if d.done_on is not None and d.done_on <= self.last]
        promises = self.own(CarePromise)
        due = [p for p in promises if self.within(p.due_on)]
        return {
            "visits": len(visits),
            "met": n(v.outcome == "met" for v in visits),
            "not_home": n(v.outcome == "not_home" for v in visits),
            "visits_due": len(owed),
            "visits_done": len(done),
            "visits_late": n(d.done_on > d.due_on for d in done),
            "doors": len(doors),
            "doors_answered": n(d.answer == "answered" for d in doors),
            "care": in_care(self.code, self.last) // 5 * 5,
            "promises_made": n(self.within(p.promised_on) for p in promises),
            "promises_due": len(due),
            "promises_kept": n(p.status == "done" and p.done_on <= self.last for p in due),
        }

    def at_places(self) -> dict[str, int]:
        looks, hazards = self.here(Inspection), self.here(Hazard, "inspection.at")
        right = [h for h in hazards if h.status in ("fixed_once", "fixed") and h.fixed_at < self.end]
        sent = [x for x in self.here(RectificationNotice, "inspection.at") if x.issued_at < self.end]
        kept = [x for x in sent if not (x.status == "withdrawn" and x.ended_at < self.end)]
        return {
            "inspections": len(looks),
            "places": len({x.place_id for x in looks}),
            "hazards": len(hazards),
            "hazards_serious": n(h.is_serious for h in hazards),
            "hazards_at_once": n(h.status == "fixed_once" for h in right),
            "hazards_ordered": n(h.notice is not None and h.notice.issued_at < self.end for h in hazards),
            "hazards_fixed": len(right),
            "notices": len(kept),
        }

    def in_class(self) -> dict[str, int]:
        held = [s for s in self.here(TrainingSession, "starts_at") if s.status == "held"]
        came = [a for s in held for a in s.attendance.all() if a.presence == "present"]
        return {"trainings": len(held), "trained": len(came), "trained_passed": n(a.passed for a in came)}


def get(row: Any, path: str) -> Any:
    """The value at the end of a path of names."""
    for name in path.split("."):
        row = getattr(row, name)
    return row


def n(answers: Iterable[Any]) -> int:
    """How many are true."""
    return sum(map(bool, answers))


def in_care(code: str, day: date) -> int:
    rows = CareSubject.objects.filter(tag__is_sensitive=False, grid_code__startswith=code)
    return len({r.household_id for r in rows if r.since <= day and (r.ended_on is None or r.ended_on > day)})
