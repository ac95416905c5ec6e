"""Forms of dispatch rules: what a draft says, and the reason with which drafts go live."""

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.text_guard import CleanCharField
from grid.models import Grid, Organization
from incidents.forms.fields import Choices
from incidents.models import Category, DispatchRule
from incidents.rule_releases import NOTE_LENGTH
from incidents.rule_replay import MOST_MONTHS
from incidents.ruling import LARGEST_PRIORITY, LEADER_LEVELS, Content

MONTH_CHOICES: Final = (1, 3, 6, MOST_MONTHS)


class RuleForm(forms.Form):
    """What a rule says; `grids` and `units` are what the writer may choose from."""

    category = forms.ChoiceField(label=gettext_lazy("Category"), required=False)
    grid_code = forms.ChoiceField(label=gettext_lazy("In the subtree of"))
    target = forms.ChoiceField(
        label=gettext_lazy("Goes to"), choices=DispatchRule.Target.choices, widget=forms.RadioSelect
    )
    organization = forms.ChoiceField(label=gettext_lazy("Unit"), required=False)
    leader_level = forms.TypedChoiceField(
        label=gettext_lazy("Level of the leader"), required=False, coerce=int, empty_value=None
    )
    priority = forms.IntegerField(
        label=gettext_lazy("Priority"),
        min_value=1,
        max_value=LARGEST_PRIORITY,
        initial=100,
        help_text=gettext_lazy("Of rules for the same category and the same grid the smaller number comes first."),
    )
    note = CleanCharField(label=gettext_lazy("Reason"), max_length=NOTE_LENGTH, required=False)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        grids: Sequence[Grid],
        units: Sequence[Organization],
        rule: DispatchRule | None = None,
    ) -> None:
        super().__init__(data, initial=_values(rule) if rule else {"target": "organization", "priority": 100})
        self.categories = {str(row.pk): row for row in _categories()}
        self.units = {str(unit.pk): unit for unit in units}
        self._choices("category", [("", _("Any category")), *_grouped(self.categories.values())])
        self._choices("grid_code", [(grid.code, _indented(grid)) for grid in grids])
        self._choices("organization", [("", "—"), *((key, unit.name) for key, unit in self.units.items())])
        levels: Choices = [(str(int(level)), level.label) for level in LEADER_LEVELS]
        self._choices("leader_level", [("", _("As the severity says")), *levels])

    def _choices(self, name: str, choices: Choices) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A unit for rules to a unit; what belongs to the other kind is dropped."""
        data = super().clean() or {}
        if data.get("target") == DispatchRule.Target.ORGANIZATION:
            data["leader_level"] = None
            if not data.get("organization"):
                self.add_error("organization", _("Choose the unit."))
        else:
            data["organization"] = ""
        return data

    def content(self) -> Content:
        """What `incidents.ruling` takes."""
        data = self.cleaned_data
        return Content(
            grid_code=data["grid_code"],
            category=self.categories.get(data["category"]),
            organization=self.units.get(data["organization"]),
            leader_level=data["leader_level"],
            priority=data["priority"],
            note=data["note"],
        )


def _values(rule: DispatchRule) -> dict[str, Any]:
    return {
        "category": str(rule.category_id or ""),
        "grid_code": rule.grid_code,
        "target": rule.target,
        "organization": str(rule.organization_id or ""),
        "leader_level": rule.leader_level or "",
        "priority": rule.priority,
        "note": rule.note,
    }


def _categories() -> list[Category]:
    rows = Category.objects.filter(is_active=True).select_related("parent")
    return list(rows.only("id", "name", "kind", "code", "parent__name", "is_active"))


def _grouped(categories: Any) -> Choices:
    """Each major class with its minor ones below it; the major class itself can be chosen too."""
    rows = list(categories)
    below: dict[int, Choices] = {}
    for row in rows:
        if row.parent_id:
            below.setdefault(row.parent_id, []).append((str(row.pk), row.name))
    majors = [row for row in rows if not row.parent_id]
    return [
        (row.name, [(str(row.pk), _("%(name)s: all") % {"name": row.name}), *below.get(row.pk, [])]) for row in majors
    ]


def _indented(grid: Grid) -> str:
    return "\u3000" * max(0, grid.level - Grid.Level.STREET) + f"{grid.name} {grid.code}"


class ReleaseForm(forms.Form):
    """Why drafts go live, or why the rules of before come back."""

    tested = forms.RegexField(r"[0-9a-f]{32}", required=False, widget=forms.HiddenInput)
    note = CleanCharField(
        label=gettext_lazy("Reason"),
        max_length=NOTE_LENGTH,
        help_text=gettext_lazy("Kept with the release, for everybody who asks later why."),
    )


class TestForm(forms.Form):
    """Over how many months past cases are asked."""

    __test__ = False  # no class of tests

    months = forms.TypedChoiceField(
        label=gettext_lazy("Past cases of"),
        coerce=int,
        empty_value=None,
        required=False,
        choices=[(n, gettext_lazy("%(n)s months") % {"n": n}) for n in MONTH_CHOICES],
    )
