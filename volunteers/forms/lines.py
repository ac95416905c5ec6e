"""Lines of two fields in one form (for what and how much, what and until when), also without scripts."""

from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.errors import DomainError
from accounts.text_guard import CleanCharField
from grid.forms import DomainForm, day_input

SHOWN: Final = 3
"""Lines that stand open; the others wait behind a fold."""


class Money(forms.DecimalField):
    """Yuan and fen."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("min_value", 0)
        super().__init__(max_digits=10, decimal_places=2, **kwargs)


class WithLines(DomainForm):
    """A form with groups of lines; what the business says of a group stands at its first line."""

    groups: tuple[str, ...] = ()

    def add_lines(
        self, group: str, count: int, *, longest: int, second: type[forms.Field], given: Iterable[Any]
    ) -> None:
        """`count` lines of words and a field of the kind `second`; `given` fills the first ones."""
        filled = list(given)
        for n in range(max(count, len(filled))):
            words, value = filled[n] if n < len(filled) else (None, None)
            self.fields[f"{group}_{n}_name"] = CleanCharField(
                label=_LABELS[group][0], max_length=longest, required=False, initial=words
            )
            widget: dict[str, Any] = {"widget": day_input()} if second is forms.DateField else {}
            self.fields[f"{group}_{n}_value"] = second(label=_LABELS[group][1], required=False, initial=value, **widget)
        self.groups = (*self.groups, group)

    def rows(self, group: str) -> list[tuple[Any, Any]]:
        """The two bound fields of each line, for the page."""
        count = sum(name.startswith(f"{group}_") for name in self.fields) // 2
        return [(self[f"{group}_{n}_name"], self[f"{group}_{n}_value"]) for n in range(count)]

    @property
    def budget_rows(self) -> list[tuple[Any, Any]]:
        """The lines of the budget, for the page."""
        return self.rows("budget")

    @property
    def milestones_rows(self) -> list[tuple[Any, Any]]:
        """The milestones, for the page."""
        return self.rows("milestones")

    @property
    def criteria_rows(self) -> list[tuple[Any, Any]]:
        """The criteria, for the page."""
        return self.rows("criteria")

    def lines(self, group: str) -> list[tuple[Any, Any]]:
        """What was typed, without the empty lines."""
        data = self.cleaned_data
        count = sum(name.startswith(f"{group}_") for name in self.fields) // 2
        found = [(data.get(f"{group}_{n}_name"), data.get(f"{group}_{n}_value")) for n in range(count)]
        return [(name, value) for name, value in found if name]

    def clean(self) -> dict[str, Any]:
        """A line has both of its fields or none."""
        super().clean()
        for group in self.groups:
            for name, value in self.rows(group):
                one, two = self.cleaned_data.get(name.name), self.cleaned_data.get(value.name)
                if bool(one) != (two is not None) and not (name.errors or value.errors):
                    self.add_error(value.name if one else name.name, gettext("A line has both of its fields."))
        return self.cleaned_data

    def add_domain_error(self, error: DomainError) -> None:
        """What is said of a group stands at its first line."""
        error.fields = {f"{name}_0_name" if name in self.groups else name: said for name, said in error.fields.items()}
        super().add_domain_error(error)


_LABELS: Final = {
    "budget": (_("For what"), _("yuan")),
    "milestones": (_("milestone"), _("until")),
    "criteria": (_("criterion"), _("points at most")),
}
