"""What a version of a class changed, in words for the page of its history."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from incidents import limitwords
from incidents.cataloguing import FIELDS, LimitLine
from incidents.models import Category


def differences(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[str]:
    """One line for each thing that differs; the first version says so alone."""
    if before is None:
        return [_("first version")]
    lines = [
        f"{_field(name).verbose_name}: {_shown(name, before)} → {_shown(name, after)}"
        for name in FIELDS
        if name in before and before[name] != after.get(name)
    ]
    if before.get("limits") != after.get("limits"):
        lines.append(f"{_('time limits')}: {limits_in_words(before)} → {limits_in_words(after)}")
    return lines


def limits_in_words(values: Mapping[str, Any]) -> str:
    """The limits of a version in one line; a dash when it had none of its own."""
    kept = [LimitLine(**line | {"amount": Decimal(line["amount"])}) for line in values.get("limits", ())]
    return limitwords.written(kept) or "—"


def _shown(name: str, values: Mapping[str, Any]) -> str:
    value = values.get(name)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return " ".join(value) or "—"
    choices = dict(getattr(_field(name), "flatchoices", ()))
    return str(choices.get(value, value)) if value not in ("", None) else "—"


def _field(name: str) -> Any:
    return Category._meta.get_field(name)
