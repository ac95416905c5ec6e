"""What became of the cases: units that send them back and forth, closed against solved, and how many take part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import CharField, Count, Exists, OuterRef, Q, Value
from django.db.models.functions import Cast, Coalesce, Left, NullIf
from django.utils.translation import gettext as _

from incidents.filters import MOST_NUMBERS
from incidents.models import CallBack, Incident, IncidentEvent
from incidents.states import State
from incidents.supervision_returns import names_of, returns_between
from reports.dashboards.cards import Card, Cell, count, people, rate, words
from reports.dashboards.choice import Choice
from reports.dashboards.trends import period_words
from reports.metrics import NEXT_LENGTH

MOST_RETURNS: Final = 5000
"""The newest of the period; a street has a few hundred a month."""
MOST_BARS: Final = 15
STAFF: Final = "staff"
"""People without a unit stand together: nobody is compared by name (architecture.md, law 14)."""


@dataclass(slots=True)
class Pair:
    """Cases that one returned and that went to the other next."""

    giver: str
    taker: str
    returns: int = 0
    came_back: int = 0
    cases: dict[str, None] = field(default_factory=dict)


def bounces(choice: Choice, user: Any) -> Card:
    """Who returned cases to whom; three queries."""
    pairs = _pairs(choice, user)
    names = names_of({side for pair in pairs for side in (pair.giver, pair.taker)})
    names |= {STAFF: _("grid staff"), "": _("nobody yet")}
    mutual = {(pair.giver, pair.taker) for pair in pairs}
    rows = [_bounce_row(choice, pair, names, (pair.taker, pair.giver) in mutual) for pair in pairs]
    return Card(
        id="chart-bounces",
        title=_("Units that send cases to each other"),
        unit=_("returns"),
        period=period_words(choice.period.first, choice.period.last),
        url=choice.cases_url("returned"),
        chart=_bounce_chart(choice, pairs, names),
        header=[
            _("Returned by"),
            _("Went next to"),
            _("Times returned"),
            _("Cases"),
            _("Ended where it was returned"),
            _("Both ways"),
        ],
        rows=rows,
        height="l" if len(pairs) > 10 else "m",
        drawn=(2,),
    )


def _pairs(choice: Choice, user: Any) -> list[Pair]:
    found: dict[tuple[str, str], Pair] = {}
    returned: Any = returns_between(user, choice.period.start, choice.period.end, choice.code)
    rows = returned.order_by("-pk").values_list("giver", "taker", "holder", "incident__number")[:MOST_RETURNS]
    for giver, taker, holder, number in rows:
        key = _side(giver), _side(taker)
        pair = found.setdefault(key, Pair(*key))
        pair.returns += 1
        pair.came_back += giver == holder
        pair.cases[number] = None
    return sorted(found.values(), key=lambda pair: (-pair.returns, pair.giver, pair.taker))


def _side(key: str) -> str:
    return key if key.startswith("unit:") or not key else STAFF


def _among(choice: Choice, pair: Pair) -> str:
    return choice.list_url(among=",".join(list(pair.cases)[:MOST_NUMBERS]), grid="", category="", source="")


def _bounce_row(choice: Choice, pair: Pair, names: Mapping[str, str], is_mutual: bool) -> list[Cell]:
    url = _among(choice, pair)
    return [
        words(names.get(pair.giver, pair.giver)),
        words(names.get(pair.taker, pair.taker)),
        count(pair.returns, url),
        count(len(pair.cases), url),
        count(pair.came_back),
        words(_("yes") if is_mutual and pair.giver != pair.taker else ""),
    ]


def _bounce_chart(choice: Choice, pairs: Sequence[Pair], names: Mapping[str, str]) -> dict[str, Any]:
    shown = pairs[:MOST_BARS]
    labels = [f"{names.get(pair.giver, pair.giver)} → {names.get(pair.taker, pair.taker)}" for pair in shown]
    series = [
        {"name": _("Times returned"), "values": [pair.returns for pair in shown], "tone": "warning"},
        {"name": _("Ended where it was returned"), "values": [pair.came_back for pair in shown], "tone": "danger"},
    ]
    return {"kind": "hbar", "labels": labels, "series": series, "links": [_among(choice, pair) for pair in shown]}


# --- closed and solved ------------------------------------------------------------------------------------------------


def solved(choice: Choice) -> Card:
    """Of the cases closed in the period: called back, reached, solved, and taken back; one query."""
    found = _ended(choice)
    lines = _solved_lines(choice, found)
    return Card(
        id="chart-solved",
        title=_("Closed and solved"),
        unit=_("cases (unit)"),
        period=period_words(choice.period.first, choice.period.last),
        url=_ended_url(choice),
        chart={
            "kind": "hbar",
            "labels": [label for label, _n, _tone, _url in lines],
            "series": [{"name": _("Cases"), "values": [n for _label, n, _tone, _url in lines], "tone": "primary"}],
            "links": [url for _label, _n, _tone, url in lines],
        },
        header=[_("Of the closed cases"), _("Cases"), _("Share of the cases")],
        rows=[[words(label), count(n, url), rate((n, found["closed"]))] for label, n, _tone, url in lines],
        note=_("A case is solved when somebody saw it on site or the reporter says so; closing alone is not solving."),
        drawn=(1,),
    )


def _solved_lines(choice: Choice, found: Mapping[str, int]) -> list[tuple[str, int, str, str]]:
    return [
        (_("Closed"), found["closed"], "primary", _ended_url(choice)),
        (_("Were called back"), found["called"], "info", ""),
        (_("Reporter reached"), found["reached"], "info", ""),
        (_("Reporter says: solved"), found["said_solved"], "success", ""),
        (_("Found solved"), found["solved"], "success", _ended_url(choice, is_solved="yes")),
        (_("Found not solved"), found["unsolved"], "danger", _ended_url(choice, is_solved="no")),
        (_("Solved, then taken back"), found["withdrawn"], "danger", ""),
        (_("Not known yet"), found["unknown"], "secondary", _ended_url(choice, is_solved="unknown")),
    ]


def _ended_url(choice: Choice, **more: str) -> str:
    first, last = choice.period.first, choice.period.last
    return choice.list_url(state=str(State.CLOSED), closed_from=first, closed_to=last, **more)


def _ended(choice: Choice) -> Mapping[str, int]:
    calls = CallBack.objects.filter(incident=OuterRef("pk"), called_at__isnull=False)
    reached = calls.filter(contact=CallBack.Contact.REACHED)
    taken_back = IncidentEvent.objects.filter(incident=OuterRef("pk"), kind=IncidentEvent.Kind.UNSOLVED)
    rows = _chosen(choice).filter(
        state=State.CLOSED, closed_at__gte=choice.period.start, closed_at__lt=choice.period.end
    )
    counts: Mapping[str, int] = rows.order_by().aggregate(
        closed=Count("pk"),
        called=Count("pk", filter=Exists(calls)),
        reached=Count("pk", filter=Exists(reached)),
        said_solved=Count("pk", filter=Exists(reached.filter(solved=True))),
        solved=Count("pk", filter=Q(is_solved=True)),
        unsolved=Count("pk", filter=Q(is_solved=False)),
        unknown=Count("pk", filter=Q(is_solved__isnull=True)),
        withdrawn=Count("pk", filter=Exists(taken_back)),
    )
    return counts


def _chosen(choice: Choice) -> Any:
    """The incidents of the subtree, class and source."""
    rows = Incident.objects.under(choice.code)
    if choice.source:
        rows = rows.filter(source=choice.source)
    if choice.category == "none":
        return rows.filter(category__isnull=True)
    if choice.category:
        return rows.filter(Q(category=choice.category) | Q(category__parent=choice.category))
    return rows


# --- who takes part ---------------------------------------------------------------------------------------------------


def reporters(choice: Choice, names: Mapping[str, str]) -> Card:
    """How many different people reported, by area; fewer than five are not told apart. Two queries."""
    lines = _reporters(choice)
    title, inside = _("People who reported"), _("In no grid of the next level")
    rows = []
    for code in sorted(lines):
        cases, who = lines[code]
        name, url = (inside, "") if code == choice.code else (names.get(code, code), choice.url(code=code))
        shown = count(cases, choice.cases_url("reported", {"area": code}))
        rows.append([words(name, url if code in names else ""), shown, people(who), _each(cases, who)])
    return Card(
        id="chart-people",
        title=title,
        unit=_("people"),
        period=period_words(choice.period.first, choice.period.last),
        url=choice.cases_url("reported"),
        chart=_people_chart(rows, title),
        header=[_("Name"), _("Cases reported"), title, _("Cases per person")],
        rows=rows,
        note=_("By phone number or account. Fewer than five people are shown as “<5”; nobody is named or ranked."),
        height="l" if len(rows) > 10 else "m",
        drawn=(2,),
    )


def _reporters(choice: Choice) -> Mapping[str, tuple[int, int]]:
    who = Coalesce(NullIf("contact_index", Value("")), Cast("reporter_id", CharField()))
    rows = _chosen(choice).filter(reported_at__gte=choice.period.start, reported_at__lt=choice.period.end)
    found = rows.order_by().annotate(area=Left("grid_code", NEXT_LENGTH[len(choice.code)])).values("area")
    counted = found.annotate(cases=Count("pk"), who=Count(who, distinct=True)).values_list("area", "cases", "who")
    return {area: (cases, number) for area, cases, number in counted}


def _each(cases: int, who: int) -> Cell:
    shown = who >= 5
    return Cell(f"{cases / who:.1f}" if shown else "—", round(cases / who, 2) if shown else None)


def _people_chart(rows: Sequence[Sequence[Cell]], name: str) -> dict[str, Any]:
    """Bars of those areas whose number may be told."""
    told = [row for row in rows if row[2].value is not None]
    return {
        "kind": "hbar",
        "labels": [row[0].text for row in told],
        "series": [{"name": name, "values": [row[2].value for row in told], "tone": "info"}],
        "links": [row[0].url for row in told],
    }
