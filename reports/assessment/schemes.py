"""Schemes (考核方案) as data: written whole, copied to a new version once used, examples with their sources."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.errors import demand_valid
from accounts.models import User
from grid.access import demand
from grid.models import Grid
from reports.assessment import counting
from reports.models import Scheme, SchemeGrade, SchemeItem, SchemeRule

Row = Mapping[str, Any]
DATA: Final = Path(__file__).parents[1] / "data" / "schemes.json"
HEAD: Final = ("name", "subject", "base_points", "least_cases", "shrink_cases", "objection_days", "source", "is_active")
MOST_ROWS: Final = 30


@dataclass(frozen=True, slots=True)
class NewScheme:
    """A whole scheme as typed: the head's columns, and the rows of its items, rules and grades."""

    head: Row
    items: Sequence[Row] = ()
    rules: Sequence[Row] = ()
    grades: Sequence[Row] = field(default_factory=tuple)


def is_used(scheme: Scheme) -> bool:
    """Whether an assessment was made by it, withdrawn ones too: then it never changes."""
    return scheme.assessments.exists()


def create(new: NewScheme, *, grid: Grid, actor: User) -> Scheme:
    """A first version. NotAllowed without assessment.edit on the grid; NotValid for a name in use."""
    demand(actor, "assessment.edit", grid.code)
    _check(new)
    with transaction.atomic():
        Grid.objects.select_for_update(no_key=True).only("pk").get(pk=grid.pk)
        free = not Scheme.objects.filter(grid=grid, name=new.head["name"]).exists()
        demand_valid((("name", free, _("There is a scheme of this name: change that one.")),))
        return _written(Scheme(grid=grid, grid_code=grid.code), new)


def change(pk: int, new: NewScheme, *, actor: User) -> Scheme:
    """Write it anew: in place while nobody used it, else as the next version; the old one goes out of use."""
    with transaction.atomic():
        old = Scheme.objects.select_for_update(of=("self",)).get(pk=pk)
        demand(actor, "assessment.edit", old.grid_code)
        new = NewScheme({**new.head, "name": old.name, "subject": old.subject}, new.items, new.rules, new.grades)
        _check(new)
        if not is_used(old):
            return _written(old, new)
        last = Scheme.objects.filter(grid=old.grid, name=old.name).aggregate(last=Max("number"))["last"]
        Scheme.objects.filter(grid=old.grid, name=old.name).update(is_active=False)
        return _written(Scheme(grid=old.grid, grid_code=old.grid_code, number=last + 1), new)


def _check(new: NewScheme) -> None:
    known = dict(counting.choices(new.head["subject"]))
    hand = SchemeItem.Mode.HAND
    demand_valid(
        (
            ("name", bool(new.head["name"].strip()), _("Say what it is called.")),
            ("items", bool(new.items or new.rules), _("A scheme needs at least one item or one addition.")),
            ("items", len(new.items) <= MOST_ROWS and len(new.rules) <= MOST_ROWS, _("At most 30 lines.")),
            ("items", all(row["points"] >= 0 for row in new.items), _("Points are not negative.")),
            (
                "items",
                all((row["mode"] == hand) == (not row.get("indicator")) for row in new.items),
                _("An item has an indicator, or is given by hand."),
            ),
            (
                "items",
                all(row["mode"] == hand or row["indicator"] in known for row in new.items),
                _("This indicator is not counted for those assessed."),
            ),
            (
                "items",
                all(row["mode"] != SchemeItem.Mode.BAR or row.get("bar") is not None for row in new.items),
                _("Give the bar in percent."),
            ),
            ("rules", all(row["amount"] != 0 for row in new.rules), _("An addition or deduction is not 0.")),
            ("rules", all(row.get("most") is None or row["most"] > 0 for row in new.rules), _("A cap is above 0.")),
            ("grades", len({row["least"] for row in new.grades}) == len(new.grades), _("Two grades begin alike.")),
        )
    )


def _written(scheme: Scheme, new: NewScheme) -> Scheme:
    for name in HEAD:
        if name in new.head:
            setattr(scheme, name, new.head[name])
    scheme.save()
    for rows in (scheme.items, scheme.rules, scheme.grades):
        rows.all().delete()
    SchemeItem.objects.bulk_create(
        SchemeItem(scheme=scheme, order=n, **_only(row, ("label", "indicator", "mode", "points", "bar", "per_percent")))
        for n, row in enumerate(new.items, start=1)
    )
    SchemeRule.objects.bulk_create(
        SchemeRule(scheme=scheme, **_only(row, ("label", "amount", "most"))) for row in new.rules
    )
    SchemeGrade.objects.bulk_create(SchemeGrade(scheme=scheme, **_only(row, ("name", "least"))) for row in new.grades)
    return scheme


def _only(row: Row, names: Sequence[str]) -> dict[str, Any]:
    return {name: row[name] for name in names if row.get(name) not in (None, "")}


# --- examples ---------------------------------------------------------------------------------------------------------


@cache
def examples() -> Mapping[str, Any]:
    """The example schemes of domain.md 2.5 and 6.1 with their sources, and the method 一晒三评五优."""
    words: Mapping[str, Any] = json.loads(DATA.read_text("utf-8"))
    return words


def load_examples(grid: Grid, *, actor: User) -> list[Scheme]:
    """Write the examples for the office of `grid`; those whose name it has already stay as they are."""
    demand(actor, "assessment.edit", grid.code)
    there = set(Scheme.objects.filter(grid=grid).values_list("name", flat=True))
    wanted = [row for row in examples()["schemes"] if row["name"] not in there]
    return [create(_example(row), grid=grid, actor=actor) for row in wanted]


def _example(row: Row) -> NewScheme:
    head = {"base_points": Decimal(row.get("base_points", 0)), **{n: row[n] for n in ("name", "subject", "source")}}
    return NewScheme(
        head,
        [_decimals(item, ("points", "bar", "per_percent")) for item in row["items"]],
        [_decimals(rule, ("amount", "most")) for rule in row.get("rules", ())],
        [{"name": name, "least": Decimal(least)} for name, least in examples()["grades"]],
    )


def _decimals(row: Row, names: Sequence[str]) -> dict[str, Any]:
    return {**row, **{name: Decimal(row[name]) for name in names if name in row}}
