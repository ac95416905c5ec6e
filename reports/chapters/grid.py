"""Chapter of the app `grid`: how many grids, who leads them, who came and went (domain.md 6.1, W34 table ①)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Left

from grid.models import Grid, Post
from grid.posts import LEADER_KINDS
from reports import cells
from reports.cells import cell, row
from reports.chapters.chapter import Chapter, Compared, Told
from reports.chapters.scene import Scene
from reports.documents.prose import points
from reports.metrics import Extent
from reports.periods import local_day
from reports.words import listed, percent, templates

LEVELS: Final[Mapping[int, str]] = {
    Grid.Level.COMMUNITY: "communities",
    Grid.Level.GRID: "grids",
    Grid.Level.MICRO: "micro",
}
LAYOUT: Final = ("communities", "grids", "micro", "dedicated")
TOO_LARGE: Final = 500
"""Households of a grid of the third level (domain.md 1.2)."""


def count(extent: Extent) -> Mapping[str, int]:
    """Grids and posts as they stood on the last day of `extent`, and the moves within it; six queries."""
    day = _last_day(extent)
    numbers = Counter(dict.fromkeys(CHAPTER.words["figures"], 0))
    for each in _grids(extent, day).values("level", "kind").annotate(n=Count("pk")):
        numbers["dedicated" if each["kind"] == Grid.Kind.DEDICATED else LEVELS.get(each["level"], "other")] += each["n"]
    places = _led(extent, day)
    numbers["leader_places"] = places.count()
    numbers["leaders"] = places.filter(pk__in=_leading(day)).count()
    numbers["vacant"] = numbers["leader_places"] - numbers["leaders"]
    numbers["staff"] = _posts(extent).on(day).count()
    first = local_day(extent.start)
    moved = _posts(extent).aggregate(
        joined=Count("pk", filter=Q(starts_on__gte=first, starts_on__lte=day)),
        left=Count("pk", filter=Q(ends_on__gte=first, ends_on__lte=day)),
    )
    numbers.update(moved)
    numbers["handed_over"] = _handed_over(extent, first, day)
    return {name: numbers[name] for name in CHAPTER.words["figures"]}


def _last_day(extent: Extent) -> date:
    return local_day(extent.end - timedelta(microseconds=1))


def _grids(extent: Extent, day: date) -> QuerySet[Grid]:
    rows: QuerySet[Grid] = Grid.objects.current(day).under(extent.code).order_by()
    return rows


def _led(extent: Extent, day: date) -> QuerySet[Grid]:
    """Grids that should have a leader: communities and below that are not dedicated."""
    return _grids(extent, day).filter(level__in=list(LEVELS)).exclude(kind=Grid.Kind.DEDICATED)


def _leading(day: date) -> QuerySet[Any, Any]:
    return Post.objects.on(day).leading().filter(user__is_active=True).values("grid")


def _posts(extent: Extent) -> Any:
    return Post.objects.filter(grid__code__startswith=extent.code).order_by()


def _handed_over(extent: Extent, first: date, day: date) -> int:
    """Grids whose leader began within the days, after another one had left."""
    came = _posts(extent).filter(kind__in=LEADER_KINDS, starts_on__gte=first, starts_on__lte=day)
    went = Post.objects.filter(kind__in=LEADER_KINDS, ends_on__isnull=False, ends_on__lte=day, starts_on__lt=first)
    return int(came.filter(grid__in=went.values("grid")).values("grid").distinct().count())


# --- what it writes ---------------------------------------------------------------------------------------------------


def write(scene: Scene, compared: Compared) -> Told:
    """Monthly and quarterly: lay-out, leaders, moves, sizes, and the table; weekly: only what moved or is vacant."""
    told, words = Told(), CHAPTER.words
    if scene.kind == "weekly":
        if compared.now["vacant"] or _moved(compared):
            told.section(60, "grid", CHAPTER.title, [points([_leaders(scene, compared, {}), _moves(scene, compared)])])
        return told
    lines = _by_area(scene)
    sentences = [_layout(compared, words["layout"]), _leaders(scene, compared, lines), _moves(scene, compared)]
    told.section(15, "grid", CHAPTER.title, [points([*sentences, *_sizes(scene, compared)])])
    told.table(15, _table(scene, compared, lines))
    rate = percent(cells.ratio(compared.now["leaders"], compared.now["leader_places"]))
    told.duty.append(_layout(compared, words["duty"], rate=rate))
    return told


def _layout(compared: Compared, sentence: str, **more: str) -> str:
    item = CHAPTER.words["list_item"]
    shown = [each for each in CHAPTER.figures if each.name in LAYOUT and compared.now[each.name]]
    named = [item.format(label=each.label, n=compared.now[each.name], unit=each.unit) for each in shown]
    return sentence.format(list=listed(named), **more) if named else ""


def _leaders(scene: Scene, compared: Compared, lines: Mapping[str, Mapping[str, Any]]) -> str:
    words, n = CHAPTER.words, compared.now
    if not n["leader_places"]:
        return ""
    if not n["vacant"]:
        return str(words["leaders_all"].format(places=n["leader_places"]))
    rate = percent(n["leaders"] / n["leader_places"])
    text = words["leaders"].format(places=n["leader_places"], leaders=n["leaders"], vacant=n["vacant"], rate=rate)
    missing = {code: line["places"] - line["leaders"] for code, line in lines.items() if code != scene.code}
    most = sorted((code for code, gap in missing.items() if gap), key=lambda code: (-missing[code], code))[:3]
    named = [f"{scene.area(code)}（{missing[code]}个）" for code in most]
    return str(text + (words["vacant_areas"].format(list=listed(named)) if named else ""))


def _moved(compared: Compared) -> bool:
    return any(compared.now[name] for name in ("joined", "left", "handed_over"))


def _moves(scene: Scene, compared: Compared) -> str:
    words, now = CHAPTER.words, templates("rhythms")["periods"][scene.kind]["now"]
    name = "moves" if _moved(compared) else "no_moves"
    return str(words[name].format(now=now, **compared.now))


def _sizes(scene: Scene, compared: Compared) -> Iterable[str]:
    """The mean size of the grids whose households are known, and how many are too large."""
    known = _grids(scene.extent, scene.last).filter(level=Grid.Level.GRID, households__isnull=False)
    known = known.exclude(kind=Grid.Kind.DEDICATED)
    found = known.aggregate(n=Count("pk"), sum=Sum("households"), large=Count("pk", filter=Q(households__gt=TOO_LARGE)))
    if found["n"]:
        yield CHAPTER.words["size"].format(n=round(found["sum"] / found["n"]))
    if found["large"]:
        yield CHAPTER.words["oversize"].format(n=found["large"])


def _by_area(scene: Scene) -> dict[str, dict[str, Any]]:
    """One line of counts per area; four queries."""
    width, day = scene.extent.area_length, scene.last
    lines: dict[str, dict[str, Any]] = {code: dict.fromkeys(COUNTED, 0) | {"households": None} for code in scene.areas}
    own = _grids(scene.extent, day).annotate(top=Left("code", width))
    for each in own.values("top", "level", "kind").annotate(n=Count("pk"), sum=Sum("households")):
        line = lines.get(each["top"])
        if line is None:
            continue
        dedicated = each["kind"] == Grid.Kind.DEDICATED
        line["dedicated" if dedicated else LEVELS.get(each["level"], "other")] += each["n"]
        if each["level"] == Grid.Level.GRID and not dedicated:
            line["households"] = each["sum"]
    led = _led(scene.extent, day).annotate(top=Left("code", width)).values("top")
    for name, rows in (("places", led), ("leaders", led.filter(pk__in=_leading(day)))):
        _put(lines, name, rows.annotate(n=Count("pk")))
    posts = _posts(scene.extent).on(day).annotate(top=Left("grid__code", width)).values("top")
    _put(lines, "staff", posts.annotate(n=Count("pk")))
    return lines


COUNTED: Final = ("communities", "grids", "micro", "other", "dedicated", "places", "leaders", "staff")


def _put(lines: dict[str, dict[str, Any]], name: str, rows: Iterable[Mapping[str, Any]]) -> None:
    for each in rows:
        if each["top"] in lines:
            lines[each["top"]][name] = each["n"]


def _table(scene: Scene, compared: Compared, lines: Mapping[str, Mapping[str, Any]]) -> dict[str, Any] | None:
    words = CHAPTER.words
    if not lines:
        return None
    rows = [row(_line(scene.area(code), line), key=code) for code, line in sorted(lines.items())]
    known = [line["households"] for line in lines.values() if line["households"] is not None]
    total = {**compared.now, "places": compared.now["leader_places"], "households": sum(known) if known else None}
    rows.append(row(_line(templates("rhythms")["columns"]["total"], total), is_total=True))
    header = [words["columns"][name] for name in words["columns"]]
    return cells.table(
        "grid_structure",
        words["tables"]["structure"],
        header,
        rows,
        unit="个",
        widths=(7, 4, 4, 4, 4, 3, 4, 4, 4),
        note=words["note"],
    )


def _line(name: str, line: Mapping[str, Any]) -> list[dict[str, Any]]:
    households, grids = line["households"], line["grids"]
    counted = [cell(line[key], "count") for key in ("grids", "micro", "dedicated", "leaders")]
    return [
        cell(name),
        *counted,
        cell(line["places"] - line["leaders"], "count"),
        cell(line["staff"], "count"),
        cell(households, "count"),
        cell(round(households / grids) if households is not None and grids else None, "count"),
    ]


CHAPTER: Final = Chapter("grid", 15, count, write)
