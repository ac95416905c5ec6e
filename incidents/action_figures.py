"""What came of a joint action so far: figures by queries, none of them stored. Reads only."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from incidents.models import ActionDay, Incident, JointAction
from incidents.states import OPEN_STATES


@dataclass(frozen=True, slots=True)
class Progress:
    """The figures of one joint action; a person-day is one person on duty for one day."""

    days_written: int
    days: int
    person_days: int
    most_people: int
    found: int
    settled: int
    compounds_done: int
    compounds: int
    cases: int
    cases_open: int

    @property
    def cases_ended(self) -> int:
        """Gathered cases that have ended."""
        return self.cases - self.cases_open

    @property
    def compounds_left(self) -> int:
        """Compounds of the list where nobody has been yet."""
        return self.compounds - self.compounds_done

    @property
    def settled_share(self) -> float | None:
        """Settled of found, 0 to 1; None while nothing was found."""
        return self.settled / self.found if self.found else None


def progress(action: JointAction, rows: list[ActionDay], compounds: list[Any]) -> Progress:
    """The figures of `action` from its days and its compounds (with `is_done`), and one query for its cases."""
    cases = Incident.objects.filter(joint_action=action).order_by()
    counted = cases.aggregate(all=Count("pk"), open=Count("pk", filter=Q(state__in=OPEN_STATES)))
    return Progress(
        days_written=len(rows),
        days=(action.ends_on - action.starts_on).days + 1,
        person_days=sum(day.people for day in rows),
        most_people=max((day.people for day in rows), default=0),
        found=sum(day.found for day in rows),
        settled=sum(day.settled for day in rows),
        compounds_done=sum(1 for compound in compounds if compound.first_day),
        compounds=len(compounds),
        cases=counted["all"],
        cases_open=counted["open"],
    )


def days_of(action: JointAction) -> list[ActionDay]:
    """The days written, oldest first, with their compounds; two queries."""
    rows = action.days.select_related("written_by").prefetch_related("compounds_done")
    return list(rows.order_by("day"))


def compounds_of(action: JointAction) -> list[Any]:
    """The compounds of the list, each with `first_day` (None while nobody has been there), undone first."""
    visits = ActionDay.objects.filter(action=action, compounds_done=OuterRef("pk")).order_by("day").values("day")[:1]
    rows: Any = action.compounds.select_related("grid").defer("grid__boundary").annotate(first_day=Subquery(visits))
    return sorted(rows, key=lambda one: (one.first_day is not None, one.first_day or action.starts_on, one.name))


def with_figures(rows: QuerySet[JointAction]) -> QuerySet[JointAction]:
    """Actions with `person_days`, `found_all`, `settled_all`, `done`, `wanted` and `cases`, for lists."""
    listed = JointAction.compounds.through.objects
    return rows.annotate(
        person_days=_of_days(Sum("people")),
        found_all=_of_days(Sum("found")),
        settled_all=_of_days(Sum("settled")),
        done=_of_days(Count("compounds_done", distinct=True)),
        wanted=_of(listed.filter(jointaction=OuterRef("pk")), "jointaction", Count("pk")),
        cases=_of(Incident.objects.filter(joint_action=OuterRef("pk")), "joint_action", Count("pk")),
    )


def _of_days(figure: Any) -> Coalesce:
    return _of(ActionDay.objects.filter(action=OuterRef("pk")), "action", figure)


def _of(rows: QuerySet[Any], key: str, figure: Any) -> Coalesce:
    found = rows.order_by().values(key).annotate(figure=figure).values("figure")
    return Coalesce(Subquery(found, output_field=IntegerField()), 0)


def chart(rows: list[ActionDay]) -> dict[str, Any]:
    """People, found and settled by day, for parts/chart_box.html."""
    return {
        "kind": "bar",
        "labels": [f"{day.day:%m-%d}" for day in rows],
        "series": [
            {"name": str(_label(name)), "values": [getattr(day, name) for day in rows], "tone": tone}
            for name, tone in (("people", "primary"), ("found", "warning"), ("settled", "success"))
        ],
    }


def _label(name: str) -> Any:
    return ActionDay._meta.get_field(name).verbose_name  # type: ignore[union-attr]


def for_case(incident: Incident, user: Any) -> JointAction | None:
    """The joint action that a case was gathered into, as far as `user` sees it; no query for a case of none."""
    if incident.joint_action_id is None:
        return None
    found: JointAction | None = JointAction.objects.visible_to(user).filter(pk=incident.joint_action_id).first()
    return found
