"""The tables of the chapter of `fieldwork`; each stands only where there is something to show.

Numbers of few people are not told: small kinds of people stand in one line together, so that no line can be reckoned
from the total (reliability.md 4.5).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.db.models import Count, Q
from django.db.models.functions import Left

from fieldwork.models import CareColour, Household, InspectedPlace, Inspection, PlaceKind, Resident
from grid.models import Grid
from reports import cells
from reports.cells import cell, rate_cell, row
from reports.chapters import fieldwork_counts as counts
from reports.chapters.chapter import Compared
from reports.chapters.few import FEWEST, hidden, merged
from reports.chapters.scene import Scene
from reports.chapters.wording import heads, total_word
from reports.metrics import Extent

Json = dict[str, Any]
Words = Mapping[str, Any]
Line = Mapping[str, int]
Areas = Mapping[str, Line]

WATCHED: Final = (PlaceKind.Group.CROWDED, PlaceKind.Group.MIXED, PlaceKind.Group.SHARED_RENT)
"""重点场所、多合一、群租房: looked at every month (W34 ⑦)."""


def tables(scene: Scene, words: Words, compared: Compared, areas: Areas) -> Iterator[tuple[int, Json | None]]:
    """② housing, work by area, visits by area, ⑥ special groups, ⑦ other groups, inspections, colours."""
    now = compared.now
    yield 17, _housing(scene, words)
    yield 60, _by_area(scene, words, "work", areas, now)
    yield 61, _visits(scene, words, areas, now)
    groups = _groups(scene.extent)
    yield 62, _rates(words, "special", [line for line in groups if line["sensitive"]])
    yield 63, _rates(words, "groups", [line for line in groups if not line["sensitive"]], _watched(scene, words))
    yield 64, _inspections(scene, words, areas, now)
    yield 65, _colours(scene, words)


def _codes(scene: Scene, areas: Areas, *names: str) -> list[str]:
    """The areas with one of these figures, the grid itself last where something lies in no area."""
    found = [code for code, line in areas.items() if any(line[name] for name in names)]
    return sorted(found, key=lambda code: (code == scene.code, code))


# --- by area ----------------------------------------------------------------------------------------------------------

_WORK: Final = ("notes", "patrols", "night_patrols", "findings", "visits", "doors")


def _by_area(scene: Scene, words: Words, name: str, areas: Areas, now: Line) -> Json:
    def made(label: str, line: Line, key: str = "", *, is_total: bool = False) -> Json:
        return row([cell(label), *(cell(line[each], "count") for each in _WORK)], key=key, is_total=is_total)

    rows = [made(scene.area(code), areas[code], code) for code in _codes(scene, areas, *_WORK)]
    if rows:
        rows.append(made(total_word(), now, is_total=True))
    header = heads(words, "area", "notes", "patrols", "night", "findings", "visits", "doors")
    look: Json = {"by": "area", "widths": (7, 3, 3, 3, 3, 3, 3), "chart": cells.chart("column", [1, 2, 5])}
    return cells.table("field_work", words["tables"][name], header, rows, **look)


def _visits(scene: Scene, words: Words, areas: Areas, now: Line) -> Json:
    """Visits and the rate of visits; areas with few rounds show how often people were visited, and no rate."""
    codes = _codes(scene, areas, "visits", "visits_due")
    few = hidden({code: areas[code]["visits_due"] for code in codes})
    rows = [_visit_line(words, scene.area(code), areas[code], code, is_hidden=code in few) for code in codes]
    if rows:
        is_few = 0 < now["visits_due"] < FEWEST
        rows.append(_visit_line(words, total_word(), now, is_hidden=is_few, is_total=True))
    header = heads(words, "area", "visits", "met", "due", "done", "late", "rate")
    title, note = words["tables"]["visits"], words["notes"]["visits"]
    return cells.table("field_visits", title, header, rows, by="area", widths=(7, 3, 3, 4, 4, 4, 4), note=note)


def _visit_line(
    words: Words, label: str, line: Line, key: str = "", *, is_hidden: bool, is_total: bool = False
) -> Json:
    made = [cell(label), cell(line["visits"], "count"), cell(line["met"], "count")]
    if is_hidden:
        made += [cell(words["hidden"]), cell(None), cell(None), cell(None)]
    else:
        made += [cell(line[name], "count") for name in ("visits_due", "visits_done", "visits_late")]
        made.append(rate_cell(line["visits_done"], line["visits_due"]))
    return row(made, key=key, is_total=is_total)


_LOOKS: Final = ("inspections", "places", "hazards", "hazards_at_once", "hazards_ordered", "notices", "hazards_fixed")


def _inspections(scene: Scene, words: Words, areas: Areas, now: Line) -> Json:
    """检查、隐患、现场整改、限期整改、通知书、已整改 (W59)."""

    def made(label: str, line: Line, key: str = "", *, is_total: bool = False) -> Json:
        counted = [cell(line[name], "count") for name in _LOOKS if name != "places"]
        rate = rate_cell(line["hazards_fixed"], line["hazards"])
        return row([cell(label), *counted, rate], key=key, is_total=is_total)

    rows = [made(scene.area(code), areas[code], code) for code in _codes(scene, areas, *_LOOKS)]
    if rows:
        rows.append(made(total_word(), now, is_total=True))
    names = ("inspections", "hazards", "at_once", "ordered", "notices", "fixed", "fixed_rate")
    header, title = heads(words, "area", *names), words["tables"]["inspections"]
    return cells.table("field_inspections", title, header, rows, by="area", widths=(7, 3, 3, 3, 3, 3, 3, 4))


# --- by kind of people ------------------------------------------------------------------------------------------------


def _groups(extent: Extent) -> list[Json]:
    """The rounds of each plan; one query."""
    rows = counts.rounds(extent).filter(grid_code__startswith=extent.code).order_by()
    lines = rows.values("plan").annotate(**counts.round_counts(extent))
    named = lines.values("plan__name", "plan__is_sensitive", *counts.round_counts(extent)).order_by("plan")
    return [
        {
            "name": line["plan__name"],
            "sensitive": line["plan__is_sensitive"],
            "due": line["visits_due"],
            "done": line["visits_done"],
        }
        for line in named
    ]


def _watched(scene: Scene, words: Words) -> list[Json]:
    """Places that are looked at every month: on the register now, and looked at in the period; two queries."""
    watched = {"kind__group__in": WATCHED, "grid_code__startswith": scene.code}
    there = InspectedPlace.objects.filter(is_active=True, **watched)
    seen = Inspection.objects.filter(
        at__gte=scene.extent.start, at__lt=scene.end, place__in=there.order_by().values("pk")
    )
    due = there.count()
    done = seen.order_by().aggregate(n=Count("place", distinct=True))["n"]
    return [{"name": words["places_row"], "due": due, "done": done}] if due else []


def _rates(words: Words, name: str, lines: Sequence[Json], more: Sequence[Json] = ()) -> Json:
    shown = [*merged(lines, words["merged"]), *more]
    rows = [
        row([cell(line["name"]), cell(line["due"], "count"), cell(line["done"], "count"), _share(line)])
        for line in shown
    ]
    header = heads(words, "plan", "due", "done", "rate")
    title, note = words["tables"][name], words["notes"]["merged"]
    return cells.table(f"field_{name}", title, header, rows, widths=(9, 4, 4, 4), note=note)


def _share(line: Json) -> Json:
    return rate_cell(line["done"], line["due"])


def _colours(scene: Scene, words: Words) -> Json:
    """People in care by colour, in steps of five and without sensitive tags, as `fieldwork.colours` tells them."""
    found = counts.care_by_colour(scene.extent)
    legend = [colour for colour in CareColour.objects.order_by("slot") if colour.slot in found]
    rows = [row([cell(each.name), cell(each.meaning), cell(found[each.slot].shown)]) for each in legend]
    header, title = heads(words, "colour", "meaning", "people"), words["tables"]["colours"]
    note = words["notes"]["colours"]
    return cells.table("field_colours", title, header, rows, unit="人", widths=(4, 10, 4), note=note)


# --- ② households and people ------------------------------------------------------------------------------------------


def _housing(scene: Scene, words: Words) -> Json:
    """Registered and linked households and people by area; three queries."""
    width, last = scene.extent.area_length, scene.last
    flats = Household.objects.filter(grid_code__startswith=scene.code, is_active=True)
    people = Resident.objects.filter(household__grid_code__startswith=scene.code, household__is_active=True)
    people = people.filter(Q(moved_out_on__isnull=True) | Q(moved_out_on__gt=last))
    here = {"flats": _by(flats, "grid_code", width), "residents": _by(people, "household__grid_code", width)}
    registered = _registered(scene.areas, last)
    codes = sorted({*here["flats"], *here["residents"]}, key=lambda code: (code == scene.code, code))
    lines = {code: {name: found.get(code, 0) for name, found in here.items()} | _of(registered, code) for code in codes}
    rows = [_home(scene.area(code), line, code) for code, line in lines.items()]
    if len(rows) > 1:
        rows.append(_home(total_word(), _sum(lines.values()), is_total=True))
    header = heads(words, "area", "households", "flats", "population", "residents", "linked")
    title, note = words["tables"]["housing"], words["notes"]["housing"]
    return cells.table("field_housing", title, header, rows, by="area", widths=(7, 4, 4, 4, 4, 4), note=note)


def _by(rows: Any, code: str, width: int) -> dict[str, int]:
    counted = rows.order_by().annotate(area=Left(code, width)).values("area").annotate(n=Count("pk"))
    return dict(counted.values_list("area", "n"))


def _registered(areas: Sequence[str], day: date) -> dict[str, tuple[int | None, int | None]]:
    grids = Grid.objects.current(day).filter(code__in=areas)
    return {code: (homes, people) for code, homes, people in grids.values_list("code", "households", "population")}


def _of(registered: Mapping[str, tuple[int | None, int | None]], code: str) -> Json:
    households, population = registered.get(code, (None, None))
    return {"households": households, "population": population}


def _sum(lines: Any) -> Json:
    """The sums; a registered number that is missing somewhere is missing in the sum."""
    found = list(lines)
    sums: Json = {name: sum(line[name] for line in found) for name in ("flats", "residents")}
    for name in ("households", "population"):
        known = [line[name] for line in found]
        sums[name] = None if None in known else sum(known)
    return sums


def _home(label: str, line: Json, key: str = "", *, is_total: bool = False) -> Json:
    population = line["population"]
    linked = rate_cell(line["residents"], population) if population else cell(None)
    numbers = [cell(line[name], "count") for name in ("households", "flats", "population", "residents")]
    return row([cell(label), *numbers, linked], key=key, is_total=is_total)
