"""The facts that matching weighs, read with four statements for any number of needs."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Avg, Count, F, FloatField, Func, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partybuilding.matching import Match, Offer, Wanted, ranked, reaches, weigh, words_of
from partybuilding.models import Agreement, Need, Project, Resource

SHOWN: Final = 20
SAID: Final = 3
"""Shared words that a reason names."""
MOST_NEEDS: Final = 500
"""Needs that one resource is weighed against, those that wait longest first."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A match as a page shows it: the row, the points of 100, the reasons with a mark for or against."""

    row: Any
    unit: Any
    match: Match
    reasons: list[tuple[str, str]]
    """(tone, words)"""
    more: int = 0
    """Further resources of the same unit that fit less."""


def wanted_of(need: Need) -> Wanted:
    """The facts of a need."""
    point = need.point
    return Wanted(
        kind=need.kind_id,
        grid_code=need.grid_code,
        level_code=need.level_code,
        from_on=need.from_on,
        until_on=need.until_on,
        place=(point.x, point.y) if point else None,
        compound=need.compound_id,
        unit=need.unit_id,
        words=words_of(need.title),
    )


def matches_of(needs: Sequence[Need], user: Any, *, today: date, most: int = SHOWN) -> dict[int, list[Shown]]:
    """For each need (primary key) the best resources that `user` may see, with the reasons."""
    if not needs:
        return {}
    offers = offers_for(needs, user, today=today)
    by_kind: dict[int, list[Offer]] = defaultdict(list)
    for offer in offers:
        by_kind[offer.kind].append(offer)
    found = {need.pk: _by_unit(ranked(wanted_of(need), by_kind[need.kind_id], today=today), most) for need in needs}
    rows = _rows({match.offer.pk for matches in found.values() for match, _more in matches})
    return {pk: [_shown(match, rows[match.offer.pk], more) for match, more in kept] for pk, kept in found.items()}


def _by_unit(matches: Iterable[Match], most: int) -> list[tuple[Match, int]]:
    """The best match of each unit, with how many others it has: a list of one unit's things would hide all others."""
    groups: dict[int, list[Match]] = {}
    for match in matches:
        groups.setdefault(match.offer.unit, []).append(match)
    return [(group[0], len(group) - 1) for group in groups.values()][:most]


def _rows(pks: Iterable[int]) -> dict[int, Resource]:
    rows = Resource.objects.filter(pk__in=list(pks)).select_related("unit__organization", "kind")
    return {row.pk: row for row in rows}


def _shown(match: Match, row: Resource, more: int) -> Shown:
    return Shown(row, row.unit, match, reasons_of(match), more)


def offers_for(needs: Sequence[Need], user: Any, *, today: date) -> list[Offer]:
    """The facts of every resource that one of the needs may reach and `user` may see; three statements."""
    rows = Resource.objects.visible_to(user).filter(status=Resource.Status.OFFERED, unit__left_on=None)
    rows = rows.filter(Q(until_on=None) | Q(until_on__gte=today), kind__in={need.kind_id for need in needs})
    reach = Q(pk__in=())
    for code, level in {(need.grid_code, need.level_code) for need in needs}:
        above = [code[:n] for n in range(4, len(code) + 1)]
        reach |= Q(serves_code__in=above) | Q(serves_code__startswith=level)
    return facts(rows.filter(reach), {need.compound_id for need in needs if need.compound_id}, today=today)


def facts(rows: QuerySet[Any], compounds: set[int], *, today: date) -> list[Offer]:
    """The resources of `rows` with what their units did so far; three statements."""
    names = ("pk", "unit_id", "kind_id", "serves_code", "weekdays", "from_on", "until_on", "capacity", "title")
    found = list(rows.order_by("pk").values_list(*names, _axis("ST_X"), _axis("ST_Y")))
    used, past = _used(today), _past(today)
    covered = _covered(compounds, today)
    return [
        Offer(
            pk=pk,
            unit=unit,
            kind=kind,
            serves_code=code,
            weekdays=frozenset(weekdays),
            from_on=from_on,
            until_on=until_on,
            capacity=capacity,
            used=used.get(pk, 0),
            place=(lon, lat) if lon is not None else None,
            covers=frozenset(covered.get(unit, ())),
            words=words_of(title),
            **past.get(unit, {}),
        )
        for pk, unit, kind, code, weekdays, from_on, until_on, capacity, title, lon, lat in found
    ]


def _axis(function: str) -> Func:
    return Func(F("point"), function=function, output_field=FloatField())


def half_year(today: date) -> tuple[date, date]:
    """First day of the half-year, first day of the next."""
    if today.month <= 6:
        return date(today.year, 1, 1), date(today.year, 7, 1)
    return date(today.year, 7, 1), date(today.year + 1, 1, 1)


def _used(today: date) -> dict[int, int]:
    """Projects of this half-year by resource: those promised for it, else those proposed in it."""
    first, end = half_year(today)
    rows = Project.objects.exclude(status=Project.Status.DROPPED).filter(resource__isnull=False)
    inside = Q(promised_on__gte=first, promised_on__lt=end) | Q(promised_on=None, at__date__gte=first, at__date__lt=end)
    return dict(rows.filter(inside).order_by().values_list("resource").annotate(n=Count("pk")))


def _past(today: date) -> dict[int, dict[str, Any]]:
    """Promises due and kept, and the mean grade, by unit."""
    rows = Project.objects.exclude(status=Project.Status.DROPPED).filter(unit__isnull=False, promised_on__isnull=False)
    ready = Q(done_at__isnull=False)
    found = (
        rows.annotate(done_on=TruncDate("done_at"))
        .order_by()
        .values("unit")
        .annotate(
            due=Count("pk", filter=ready | Q(promised_on__lt=today)),
            kept=Count("pk", filter=ready & Q(done_on__lte=F("promised_on"))),
            mean=Avg("grade"),
        )
    )
    return {row["unit"]: {"due": row["due"], "kept": row["kept"], "grade": row["mean"]} for row in found}


def _covered(compounds: set[int], today: date) -> dict[int, set[int]]:
    """Which of the compounds the units cover by an agreement in force."""
    if not compounds:
        return {}
    rows = Agreement.objects.filter(compounds__in=compounds, starts_on__lte=today, ended_on=None)
    rows = rows.filter(Q(ends_on=None) | Q(ends_on__gte=today))
    found: dict[int, set[int]] = defaultdict(set)
    for unit, compound in rows.order_by().values_list("unit", "compounds"):
        if compound in compounds:
            found[unit].add(compound)
    return found


def needs_for(resource: Resource, user: Any, *, today: date, most: int = SHOWN) -> list[Shown]:
    """The open needs that a resource fits, best first."""
    code = resource.serves_code
    above = [code[:n] for n in range(4, len(code) + 1)]
    needs = Need.objects.visible_to(user).filter(status=Need.Status.OPEN, kind=resource.kind_id)
    needs = needs.filter(Q(grid_code__startswith=code) | Q(level_code__in=above))
    waiting = list(needs.select_related("kind", "grid").defer("grid__boundary").order_by("level_since")[:MOST_NEEDS])
    compounds = {need.compound_id for need in waiting if need.compound_id}
    offers = facts(Resource.objects.filter(pk=resource.pk), compounds, today=today)
    if not offers or not waiting:
        return []
    pairs = [(need, wanted_of(need)) for need in waiting]
    found = [(need, weigh(wanted, offers[0], today=today)) for need, wanted in pairs if reaches(wanted, offers[0])]
    found.sort(key=lambda pair: (not pair[1].is_possible, -pair[1].total, pair[0].pk))
    return [Shown(need, resource.unit, match, reasons_of(match)) for need, match in found[:most]]


# --- words ------------------------------------------------------------------------------------------------------------


def reasons_of(match: Match) -> list[tuple[str, str]]:
    """Why the match stands where it stands: (tone, words), what speaks for it first."""
    said = [
        ("success", _("Same kind")),
        _words(match),
        _place(match),
        _days(match),
        _capacity(match),
        _record(match),
        _near(match),
    ]
    known = [one for one in said if one is not None]
    order = ("success", "secondary", "warning", "danger")
    return sorted(known, key=lambda one: order.index(one[0]))


def _words(match: Match) -> tuple[str, str] | None:
    if not match.shared:
        return None
    return "success", _("Both say: %(words)s") % {"words": "、".join(sorted(match.shared)[:SAID])}


def _place(match: Match) -> tuple[str, str]:
    if match.covered:
        return "success", _("An agreement covers this compound")
    if match.serves:
        return "success", _("Serves this grid")
    return "warning", _("Serves another part of the area: ask whether it comes")


def _days(match: Match) -> tuple[str, str] | None:
    if match.free_days is None:
        return None
    if match.free_days == 0:
        return "danger", _("Not free on the days asked for")
    words = ngettext("Free on %(n)s of the days asked for", "Free on %(n)s of the days asked for", match.free_days) % {
        "n": match.free_days
    }
    return "success", words


def _capacity(match: Match) -> tuple[str, str]:
    if match.left is None:
        return "secondary", _("No limit in the half-year")
    if match.left == 0:
        return "danger", _("Used up in this half-year")
    return "success", _("%(left)s of %(all)s times left in this half-year") % {
        "left": match.left,
        "all": match.offer.capacity,
    }


def _record(match: Match) -> tuple[str, str]:
    offer = match.offer
    if not offer.due:
        return "secondary", _("No promise due so far")
    words = _("Kept %(kept)s of %(due)s promises in time") % {"kept": offer.kept, "due": offer.due}
    if offer.grade is not None:
        words += _(", mean grade %(grade)s") % {"grade": f"{offer.grade:.1f}"}
    return "success" if offer.kept * 2 >= offer.due else "warning", words


def _near(match: Match) -> tuple[str, str] | None:
    if match.metres is None:
        return None
    far = f"{match.metres / 1000:.1f} km" if match.metres >= 1000 else f"{match.metres} m"
    return "secondary", _("%(distance)s away") % {"distance": far}
