"""Changes of the catalogue: every one writes a version with all that the class and its limits say from then on.

The key of a class (kind, standard, code) never changes. A class that is not used any more is retired: its cases keep
it, and nobody can choose it again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import NotNow, NotValid
from accounts.models import User
from incidents.models import Category, CategoryVersion, TimeLimit

FIELDS: Final = (
    "name",
    "parent",
    "severity",
    "urgency",
    "keywords",
    "problem_kind",
    "responsible",
    "needs_site_check",
    "is_automatic",
    "filing_condition",
    "closing_condition",
    "note",
    "is_active",
)
"""What of a class may be changed."""
LOADED: Final = "初始载入"
"""The reason of first versions: kept words, in the platform's own language."""


@dataclass(frozen=True, slots=True)
class LimitLine:
    """One limit of a class as it is given: `amount` in `unit`, for a stage, a grade of urgency and a step."""

    clock: str
    amount: Decimal
    unit: str
    urgency: str = ""
    step: int = 1
    step_name: str = ""
    source: str = ""


def edit(
    category_pk: int,
    *,
    changes: Mapping[str, Any],
    limits: Sequence[LimitLine] | None = None,
    actor: User,
    now: datetime,
    reason: str,
    version: int | None = None,
) -> Category:
    """Change a class (names of FIELDS) and, when given, replace its limits; the class as it is then.

    NotValid with the messages per field, also without a reason; NotNow when `version` is not the present one. A change
    that changes nothing writes no version.
    """
    reason = _required(reason)
    with transaction.atomic():
        category = locked(category_pk)
        if version is not None and version != category.version:
            raise NotNow(_("Somebody has changed this class meanwhile: look at it again."))
        for name in _known(changes):
            setattr(category, name, changes[name])
        _check(category)
        category.save(update_fields=FIELDS)
        if limits is not None:
            replace_limits(category, limits)
        record(category, actor=actor, now=now, reason=reason)
    return category


def create(
    *, values: Mapping[str, Any], limits: Sequence[LimitLine] = (), actor: User | None, now: datetime, reason: str
) -> Category:
    """A new class with its limits; `values` are its key (kind, standard, code) and names of FIELDS."""
    with transaction.atomic():
        category = Category(**values)
        _check(category)
        category.save(force_insert=True)
        replace_limits(category, limits)
        record(category, actor=actor, now=now, reason=_required(reason))
    return category


def retire(category_pk: int, *, actor: User, now: datetime, reason: str) -> Category:
    """Take a class out of use; of a major class those below it stay as they are."""
    return edit(category_pk, changes={"is_active": False}, actor=actor, now=now, reason=reason)


def restore(category_pk: int, *, actor: User, now: datetime, reason: str) -> Category:
    """Take a retired class into use again."""
    return edit(category_pk, changes={"is_active": True}, actor=actor, now=now, reason=reason)


def record(category: Category, *, actor: User | None, now: datetime, reason: str) -> CategoryVersion | None:
    """Write down what the class and its limits say now, if that differs from the newest version.

    The row must be locked. For doors that have written the class themselves (the admin's form).
    """
    values = values_of(category)
    newest = CategoryVersion.objects.filter(category=category).order_by("-version").first()
    if newest and newest.values == values:
        return None
    category.version = newest.version + 1 if newest else category.version
    category.save(update_fields=["version"])
    return CategoryVersion.objects.create(
        category=category, version=category.version, values=values, reason=reason[:200], by=actor, at=now
    )


def first_versions(*, now: datetime) -> int:
    """Version rows for the classes that have none: what a fresh or an older catalogue says at present."""
    fresh = list(
        Category.objects.filter(versions=None).select_related("parent", "problem_kind").prefetch_related("limits")
    )
    rows = [CategoryVersion(category=c, version=c.version, values=values_of(c), reason=LOADED, at=now) for c in fresh]
    return len(CategoryVersion.objects.bulk_create(rows))


def locked(category_pk: int) -> Category:
    """The row of a class, locked until the transaction ends."""
    rows: Category = (
        Category.objects.select_for_update(of=("self",)).select_related("parent", "problem_kind").get(pk=category_pk)
    )
    return rows


def values_of(category: Category) -> dict[str, Any]:
    """All that a class says, as plain data; two queries at most."""
    values = {name: getattr(category, name) for name in FIELDS if name not in ("parent", "problem_kind")}
    values["parent"] = category.parent.code if category.parent else ""
    values["problem_kind"] = str(category.problem_kind) if category.problem_kind else ""
    limits = [asdict(line_of(row)) for row in category.limits.all()]
    key = [(line["clock"], line["urgency"], line["step"]) for line in limits]
    ordered = [line for _key, line in sorted(zip(key, limits, strict=True), key=lambda pair: pair[0])]
    return values | {"limits": [line | {"amount": f"{line['amount'].normalize():f}"} for line in ordered]}


def line_of(row: TimeLimit) -> LimitLine:
    """A limit of the table as it is given."""
    return LimitLine(row.clock, row.amount, row.unit, row.urgency, row.step, row.step_name, row.source)


def replace_limits(category: Category, limits: Iterable[LimitLine]) -> None:
    """The limits of a class become these; NotValid (field "limits") for one that cannot be, or steps with a gap."""
    rows = [TimeLimit(category=category, **asdict(line)) for line in limits]
    for row in rows:
        try:
            row.full_clean(validate_unique=False, validate_constraints=False)
        except ValidationError as error:
            raise _refusal(" ".join(error.messages)) from error
    check_steps([(row.clock, row.urgency, row.step) for row in rows])
    TimeLimit.objects.filter(category=category).delete()
    TimeLimit.objects.bulk_create(rows)
    category.__dict__.pop("_prefetched_objects_cache", None)  # the rows read before are gone


def check_steps(keys: Iterable[tuple[str, str, int]]) -> None:
    """NotValid unless each chain of steps runs 1, 2, 3 … without a gap and without one twice."""
    chains: dict[tuple[str, str], list[int]] = {}
    for clock, urgency, step in keys:
        chains.setdefault((clock, urgency), []).append(step)
    if any(sorted(steps) != [*range(1, len(steps) + 1)] for steps in chains.values()):
        raise _refusal(_("The steps of a stage must be numbered 1, 2, 3 … without a gap, each once."))


def _known(changes: Mapping[str, Any]) -> list[str]:
    unknown = set(changes) - set(FIELDS)
    if unknown:
        message = _("This cannot be changed.")
        raise NotValid(message, {name: [message] for name in sorted(unknown)})
    return list(changes)


def _check(category: Category) -> None:
    try:
        category.full_clean()
    except ValidationError as error:
        raise NotValid(_("The class is not valid."), error.message_dict) from error


def _refusal(message: str) -> NotValid:
    return NotValid(message, {"limits": [message]})


def _required(reason: str) -> str:
    if not reason.strip():
        message = _("Say why.")
        raise NotValid(message, {"reason": [message]})
    return reason.strip()
