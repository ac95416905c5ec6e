"""Forms of policy switches, of badges and of the log book."""

from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.text_guard import CleanCharField
from fieldwork.models import RoleBadge
from fieldwork.policies import OFFERED, REASON_LENGTH
from grid.forms import DomainForm, PersonField, day_input
from grid.models import Grid

MOST_GRIDS: Final = 300


class PolicyForm(DomainForm):
    """A decision: what, where, why, until when."""

    name = forms.ChoiceField(label=_("Switch"), choices=[(one.value, one.label) for one in OFFERED])
    grid = forms.ModelChoiceField(
        Grid.objects.none(), to_field_name="code", label=_("Below the grid"), empty_label=None
    )
    reason = CleanCharField(
        label=_("Reason"),
        max_length=REASON_LENGTH,
        help_text=_("Which safety or emergency asks for it; everybody concerned reads this."),
    )
    starts_on = forms.DateField(label=_("From"), widget=day_input(), initial=timezone.localdate)
    ends_on = forms.DateField(label=_("Until (excluded)"), widget=day_input())

    def __init__(self, *args: Any, grids: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["grid"].queryset = grids  # type: ignore[attr-defined]
        shown = grids.filter(level__lte=Grid.Level.GRID).values_list("code", "name")[:MOST_GRIDS]
        self.fields["grid"].widget.choices = list(shown)  # type: ignore[attr-defined]


class BadgeForm(DomainForm):
    """Who wears which badge; the grid follows from the person's post."""

    person = PersonField(label=_("account or name"))
    badge = forms.ModelChoiceField(label=_("Role badge"), queryset=RoleBadge.objects.none())
    since = forms.DateField(label=_("Since"), widget=day_input(), initial=timezone.localdate)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = RoleBadge.objects.filter(is_active=True, role_set__is_active=True).select_related("role_set")
        field: Any = self.fields["badge"]
        field.queryset = rows
        grouped: dict[str, list[tuple[int, str]]] = {}
        for badge in rows.order_by("role_set__position", "role_set_id", "position"):
            grouped.setdefault(str(badge.role_set), []).append((badge.pk, badge.name))
        field.widget.choices = [("", "—"), *grouped.items()]


class LogBookForm(forms.Form):
    """Whose days: a month of one person."""

    month = forms.RegexField(
        r"^[0-9]{4}-(0[1-9]|1[0-2])\Z", label=_("Month"), widget=forms.TextInput(attrs={"type": "month"})
    )
    person = CleanCharField(label=_("Account"), max_length=150, required=False, widget=forms.HiddenInput)

    def clean_month(self) -> tuple[date, date]:
        """Its first and its last day."""
        year, month = self.cleaned_data["month"].split("-")
        first = date(min(max(2000, int(year)), 2999), int(month), 1)
        return first, (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
