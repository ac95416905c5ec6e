"""What pages, API and files read of the register: rows with what a line shows, in a constant number of queries."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Count, Exists, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from fieldwork.models import CarePromise, CareSubject, Household, Resident, Visit
from fieldwork.people import ShownPerson, masked
from grid.models import Compound
from grid.scope import scope_of
from incidents.overview import midnight

RECENT: Final = 5


def register_rows(user: Any) -> QuerySet[Household]:
    """The households that `user` may see, with building, compound and grid."""
    rows: QuerySet[Household] = Household.objects.visible_to(user)
    return rows.select_related("building__compound", "grid").defer("grid__boundary")


def listed(rows: QuerySet[Household], user: Any) -> QuerySet[Household]:
    """`rows` with `resident_count`, `last_visit` (as far as `user` sees visits) and the head in `heads`."""
    present = Resident.objects.filter(household=OuterRef("pk"), moved_out_on=None).order_by()
    counted = present.values("household").annotate(n=Count("pk")).values("n")
    last = Visit.objects.visible_to(user).filter(household=OuterRef("pk")).order_by("-at").values("at")[:1]
    head = Prefetch("residents", Resident.objects.filter(is_head=True, moved_out_on=None), to_attr="heads")
    return rows.annotate(
        resident_count=Coalesce(Subquery(counted, output_field=IntegerField()), 0), last_visit=Subquery(last)
    ).prefetch_related(head)


def head_name(household: Household) -> str:
    """The masked name of the head of a row of `listed`; "" where nobody is."""
    heads: Sequence[Resident] = getattr(household, "heads", ())
    return masked(heads[0]).name if heads else ""


def not_visited(rows: QuerySet[Household], user: Any, *, days: int, today: date) -> QuerySet[Household]:
    """Lived in, and nobody was met there within the last `days`, as far as `user` sees visits."""
    since = midnight(today - timedelta(days=days))
    met = Visit.objects.visible_to(user).filter(household=OuterRef("pk"), at__gte=since, outcome=Visit.Outcome.MET)
    lived_in = rows.exclude(tenure__in=(Household.Tenure.EMPTY, Household.Tenure.BUSINESS)).filter(is_active=True)
    return lived_in.exclude(Exists(met))


def with_words(rows: QuerySet[Household], text: str) -> QuerySet[Household]:
    """Whose address holds every word: compound, building, staircase or room. Names are not looked through."""
    for word in text.split()[:6]:
        rows = rows.filter(
            Q(building__compound__name__icontains=word)
            | Q(building__name__icontains=word)
            | Q(unit__iexact=word)
            | Q(room__iexact=word.removesuffix("室"))
        )
    return rows


def people_of(household: Household) -> tuple[list[ShownPerson], list[ShownPerson]]:
    """Who lives there and who has moved out, masked, the head first."""
    rows = [masked(person) for person in household.residents.order_by("-is_head", "id")]
    return [one for one in rows if not one.moved_out_on], [one for one in rows if one.moved_out_on]


def visits_of(household: Household, user: Any) -> list[Visit]:
    """The last visits that `user` may see."""
    rows = Visit.objects.visible_to(user).filter(household=household).select_related("by", "purpose")
    return list(rows.order_by("-at")[:RECENT])


def care_of(household: Household, user: Any) -> list[CareSubject]:
    """The people in care there, as far as `user` sees their tags; never the reasons."""
    rows = CareSubject.objects.visible_to(user).current().filter(household=household)
    return list(rows.select_related("tag__colour", "carer").defer("reason", "health").order_by("tag__colour__slot"))


def promises_of(household: Household, user: Any) -> list[CarePromise]:
    """What was promised to the household and is not kept yet; what belongs to somebody in care only with that right."""
    rows = CarePromise.objects.visible_to(user).filter(household=household, status=CarePromise.Status.OPEN)
    seen = CareSubject.objects.visible_to(user).values("pk")
    return list(rows.filter(Q(subject=None) | Q(subject__in=seen)).select_related("promised_by").order_by("due_on"))


def compounds_of_register(user: Any) -> QuerySet[Compound]:
    """The compounds whose households `user` sees, for choices."""
    return Compound.objects.filter(scope_of(user).q("household.view", "grid__code")).order_by("grid__code", "name")
