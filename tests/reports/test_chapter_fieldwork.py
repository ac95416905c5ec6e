"""The chapter of field work against a recount in plain Python, written from the Chinese definitions."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from fieldwork import duties, inspection_figures
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
    Resident,
    TrainingSession,
    Visit,
    VisitDuty,
    VisitPlan,
)
from grid.models import Building, Compound, Grid
from incidents.models import Incident
from reports.chapters import fieldwork_counts as counts
from reports.chapters import fieldwork_tables as tables
from reports.chapters.shelf import all_chapters
from reports.metrics import Extent
from reports.periods import PEOPLE_TIME, Period, period_of
from reports.rhythms import BUILDERS, documents
from tests import street
from tests.reports.conftest import DAY

NEXT_MONTH = datetime(2026, 12, 2, 8, tzinfo=PEOPLE_TIME)
MONTH = period_of("monthly", DAY)
PLACES = (street.MICRO, street.MICRO_EAST, street.SISTER, street.STREET, street.OTHER_GRID)
SEEDS = (1, 2, 3)


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
        action = self.action(building)
        for n in range(30):
            home = Household.objects.create(building=building, room=str(n), **self.here())
            there = {"grid": home.grid, "grid_code": home.grid_code}
            tag, plan = self.random.choice(list(zip(tags, plans, strict=True)))
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
                done = self.day()
                VisitDuty.objects.create(plan=plan, subject=care, due_on=self.day(), done_on=done, **there)
            VisitDuty.objects.create(
                plan=plan, subject=care, due_on=self.day(), dropped=self.random.random() < 0.2, **there
            )
            self.at_home(n, home, there, action)

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
    start = datetime.combine(period.first, datetime.min.time(), PEOPLE_TIME)
    end = datetime.combine(period.last + timedelta(days=1), datetime.min.time(), PEOPLE_TIME)

    def here(rows: Any, at: str = "at", place: str = "grid_code") -> list[Any]:
        return [row for row in rows.objects.all() if get(row, place).startswith(code) and start <= get(row, at) < end]

    def get(row: Any, path: str) -> Any:
        for name in path.split("."):
            row = getattr(row, name)
        return row

    def n(rows: Iterator[bool]) -> int:
        return sum(map(bool, rows))

    def case(row: Any) -> bool:
        return row.incident is not None and row.incident.reported_at < end

    notes, visits = here(QuickNote), here(Visit)
    walks = [p for p in here(Patrol) if not (p.status == "dropped" and p.finished_at < end)]
    finds = here(PatrolFinding, place="patrol.grid_code")
    own = [d for d in VisitDuty.objects.all() if d.grid_code.startswith(code) and not d.dropped]
    carried = [d for d in own if d.due_on < period.first and (d.done_on is None or d.done_on >= period.first)]
    owed = carried + [d for d in own if period.first <= d.due_on <= period.last]
    done = [d for d in owed if d.done_on is not None and d.done_on <= period.last]
    doors = here(KnockedDoor, place="action.grid_code")
    promises = [p for p in CarePromise.objects.all() if p.grid_code.startswith(code)]
    due = [p for p in promises if period.first <= p.due_on <= period.last]
    looks, hazards = here(Inspection), here(Hazard, "inspection.at")
    right = [h for h in hazards if h.status in ("fixed_once", "fixed") and h.fixed_at < end]
    sent = [x for x in here(RectificationNotice, "inspection.at") if x.issued_at < end]
    kept = [x for x in sent if not (x.status == "withdrawn" and x.ended_at < end)]
    held = [s for s in here(TrainingSession, "starts_at") if s.status == "held"]
    came = [a for s in held for a in s.attendance.all() if a.presence == "present"]
    return {
        "notes": len(notes),
        "notes_incidents": n(case(x) for x in notes),
        "patrols": len(walks),
        "night_patrols": n(p.kind == "night" for p in walks),
        "findings": len(finds),
        "findings_fixed": n(x.fixed_on_spot for x in finds),
        "findings_incidents": n(case(x) for x in finds),
        "visits": len(visits),
        "met": n(v.outcome == "met" for v in visits),
        "not_home": n(v.outcome == "not_home" for v in visits),
        "visits_due": len(owed),
        "visits_done": len(done),
        "visits_late": n(d.done_on > d.due_on for d in done),
        "doors": len(doors),
        "doors_answered": n(d.answer == "answered" for d in doors),
        "care": in_care(code, period.last) // 5 * 5,
        "promises_made": n(period.first <= p.promised_on <= period.last for p in promises),
        "promises_due": len(due),
        "promises_kept": n(p.status == "done" and p.done_on <= period.last for p in due),
        "inspections": len(looks),
        "places": len({x.place_id for x in looks}),
        "hazards": len(hazards),
        "hazards_serious": n(h.is_serious for h in hazards),
        "hazards_at_once": n(h.status == "fixed_once" for h in right),
        "hazards_ordered": n(h.notice is not None and h.notice.issued_at < end for h in hazards),
        "hazards_fixed": len(right),
        "notices": len(kept),
        "trainings": len(held),
        "trained": len(came),
        "trained_passed": n(a.passed for a in came),
    }


def in_care(code: str, day: date) -> int:
    rows = CareSubject.objects.filter(tag__is_sensitive=False, grid_code__startswith=code)
    return len({r.household_id for r in rows if r.since <= day and (r.ended_on is None or r.ended_on > day)})


@pytest.fixture
def town(request: pytest.FixtureRequest, busy_day: Grid, grids: dict[str, Grid], roles: dict[str, User]) -> Town:
    made = Town(getattr(request, "param", 1), grids, roles)
    made.build()
    return made


def chapter() -> Any:
    return next(each for each in all_chapters() if each.name == "fieldwork")


@pytest.mark.parametrize("town", SEEDS, indirect=True)
def test_every_figure_equals_the_recount_for_street_community_and_micro_grid(town: Town) -> None:
    for kind in ("weekly", "monthly"):
        for code in (street.STREET, street.COMMUNITY, street.MICRO, street.OTHER_STREET):
            period = period_of(kind, DAY)
            assert dict(chapter().count(Extent.of(code, period))) == recounted(code, period), (kind, code)


@pytest.mark.parametrize("town", SEEDS[:2], indirect=True)
def test_the_lines_of_the_areas_equal_their_own_recount(town: Town) -> None:
    lines = counts.by_area(Extent.of(street.STREET, MONTH))
    for code in (street.COMMUNITY, street.SISTER):
        wanted = {name: n for name, n in recounted(code, MONTH).items() if name != "care"}
        assert {name: lines[code][name] for name in wanted} == wanted


def test_visit_rate_and_rectification_are_those_of_the_pages(town: Town, roles: dict[str, User]) -> None:
    found = chapter().count(Extent.of(street.STREET, MONTH))
    rows = VisitDuty.objects.filter(grid_code__startswith=street.STREET)
    page = duties.figures(rows, MONTH.first, MONTH.last)
    names = ("visits_due", "visits_done", "visits_late")
    assert [found[name] for name in names] == [page["due"], page["visited"], page["late"]]
    Hazard.objects.filter(fixed_at__gte=MONTH.end).update(status="open", fixed_at=None)
    RectificationNotice.objects.filter(issued_at__gte=MONTH.end).update(
        status="withdrawn", ended_at=NEXT_MONTH, issued_at=MONTH.start
    )
    RectificationNotice.objects.filter(status="withdrawn").update(ended_at=MONTH.start)
    found = chapter().count(Extent.of(street.STREET, MONTH))
    looks = inspection_figures.of_period(roles["admin"], first=MONTH.first, last=MONTH.last, under=street.STREET)
    line = inspection_figures.total(looks, today=NEXT_MONTH.date())
    assert [found[f"hazards{name}"] for name in ("", "_at_once", "_fixed")] == [
        line.hazards,
        line.at_once,
        line.put_right,
    ]
    assert [found[name] for name in ("inspections", "places", "notices")] == [
        line.inspections,
        line.places,
        line.notices,
    ]


def test_what_happens_after_the_end_changes_nothing(town: Town) -> None:
    before = dict(chapter().count(Extent.of(street.STREET, MONTH)))
    Hazard.objects.filter(status="open").update(status="fixed", fixed_at=NEXT_MONTH)
    VisitDuty.objects.filter(done_on=None, dropped=False).update(done_on=NEXT_MONTH.date())
    CarePromise.objects.filter(status="open").update(status="done", done_on=NEXT_MONTH.date(), result="办好")
    CareSubject.objects.filter(status="active").update(status="ended", ended_on=NEXT_MONTH.date())
    assert dict(chapter().count(Extent.of(street.STREET, MONTH))) == before


def test_a_monthly_report_tells_of_field_work_in_words_tables_word_and_excel(
    town: Town, grids: dict[str, Grid]
) -> None:
    Resident.objects.create(
        household=Household.objects.filter(grid_code__startswith=street.COMMUNITY)[0], name="占阿姨"
    )
    Grid.objects.filter(code=street.COMMUNITY).update(population=4, households=20)
    snapshot = BUILDERS["monthly"](grids[street.STREET], MONTH, now=NEXT_MONTH)
    found = snapshot["chapters"]["fieldwork"]["numbers"]
    text = "".join("".join(each["paragraphs"]) for each in snapshot["text"]["sections"])
    assert f"本月随手记{found['notes']}条" in text
    assert f"按计划应走访{found['visits_due']}户次，已走访{found['visits_done']}户次" in text
    assert f"发现隐患{found['hazards']}处" in text
    names = {table["name"] for table in snapshot["tables"]}
    assert {
        "field_work",
        "field_visits",
        "field_special",
        "field_groups",
        "field_inspections",
        "field_housing",
    } <= names
    housing = next(table for table in snapshot["tables"] if table["name"] == "field_housing")
    assert [cell["value"] for cell in housing["rows"][0]["cells"]][1:4:2] == [20, 4]
    assert housing["rows"][0]["cells"][5]["value"] == 0.25
    assert "占阿姨" not in str(snapshot)
    assert "秘密" not in str(snapshot)
    assert documents.word(snapshot)
    assert documents.excel(snapshot)


def test_totals_of_the_tables_are_the_figures(town: Town, grids: dict[str, Grid]) -> None:
    snapshot = BUILDERS["monthly"](grids[street.STREET], MONTH, now=NEXT_MONTH)
    found = snapshot["chapters"]["fieldwork"]["numbers"]
    last = {table["name"]: table["rows"][-1]["cells"] for table in snapshot["tables"]}
    work = [cell["value"] for cell in last["field_work"]][1:]
    assert work == [found[name] for name in ("notes", "patrols", "night_patrols", "findings", "visits", "doors")]
    assert [cell["value"] for cell in last["field_visits"]][3:6] == [
        found[name] for name in ("visits_due", "visits_done", "visits_late")
    ]
    kinds = [table for table in snapshot["tables"] if table["name"] in ("field_special", "field_groups")]
    lines = [row["cells"] for table in kinds for row in table["rows"] if "场所" not in row["cells"][0]["value"]]
    assert sum(line[1]["value"] for line in lines) == found["visits_due"]


def test_few_people_are_never_a_line_of_their_own() -> None:
    lines = [{"name": name, "due": due, "done": 1} for name, due in (("甲", 30), ("乙", 3), ("丙", 7), ("丁", 1))]
    made = tables.merged(lines, "其他")
    assert [(line["name"], line["due"]) for line in made] == [("甲", 30), ("其他", 11)]
    assert tables.merged(lines[1:2], "其他") == []
    assert [line["name"] for line in tables.merged(lines[:1], "其他")] == ["甲"]
    assert tables.hidden({"a": 9, "b": 3, "c": 6, "d": 0}) == {"b", "c"}
    assert tables.hidden({"a": 9, "b": 3, "c": 2}) == {"b", "c"}


def test_the_colours_tell_steps_of_five_and_nothing_of_sensitive_tags(town: Town) -> None:
    extent = Extent.of(street.STREET, MONTH)
    exact = in_care(street.STREET, MONTH.last)
    (cell,) = counts.care_by_colour(extent).values()
    assert cell.shown == ("<5" if exact < 5 else f"{exact - exact % 5}+")
    assert counts.care(extent).told == exact - exact % 5


def test_a_chapter_costs_the_same_whatever_there_is(busy_day: Grid, grids: dict[str, Grid], roles: Any) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as found:
            chapter().count(Extent.of(street.STREET, MONTH))
            counts.by_area(Extent.of(street.STREET, MONTH))
        return len(found)

    before = cost()
    Town(5, grids, roles).build()
    assert cost() == before <= 3
