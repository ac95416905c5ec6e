"""Forms of claimed stars."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.text_guard import CleanCharField
from grid.forms import DomainForm, OnceForm, day_input
from grid.models import Grid
from grid.scope import scope_of
from incidents.forms.disputes import GridChoice
from incidents.forms.files import FilesField
from partybuilding.forms.choices import office_grids
from partybuilding.forms.units import partners_for
from partybuilding.models import PartnerUnit, Star, StarClaim
from partybuilding.stars import Delivered, NewClaim


class ClaimForm(OnceForm):
    """A unit claims a star with a pledge. People of a unit claim for it alone, where it serves."""

    unit = forms.ModelChoiceField(PartnerUnit.objects.none(), label=_("partner unit"), empty_label=None)
    star = forms.ModelChoiceField(Star.objects.filter(is_active=True), label=_("star"), empty_label=None)
    grid = GridChoice(Grid.objects.none(), label=_("claimed in the grid"), empty_label=None)
    year = forms.TypedChoiceField(label=_("year"), coerce=int)
    pledge = CleanCharField(label=_("pledge"), max_length=300)
    amount = forms.IntegerField(
        label=_("pledged number"), min_value=1, required=False, help_text=_("Empty when it cannot be counted.")
    )
    measure = CleanCharField(label=_("counted in"), max_length=20, required=False, help_text=_("场, 人次, 件 …"))
    due_on = forms.DateField(label=_("until"), widget=day_input())

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        today, scope = timezone.localdate(), scope_of(user)
        own = PartnerUnit.objects.filter(organization__in=scope.organizations, left_on=None)
        staff = scope.can("lists.edit")
        fields["unit"].queryset = partners_for(user) if staff else own.select_related("organization")
        served = Grid.objects.filter(organizations__partner__in=own.values("pk")).distinct().defer("boundary")
        fields["grid"].queryset = office_grids(user) if staff else served
        fields["year"].choices = [(year, str(year)) for year in (today.year, today.year + 1, today.year - 1)]
        fields["due_on"].initial = today.replace(month=12, day=31)

    def new(self) -> NewClaim:
        """What was typed, for the business."""
        return NewClaim(**{name: value for name, value in self.cleaned_data.items() if name != "client_id"})


class DeliveryForm(DomainForm):
    """One thing done for a pledge, with photos."""

    on = forms.DateField(label=_("on"), widget=day_input(), initial=timezone.localdate)
    text = CleanCharField(label=_("what was done for it"), max_length=500)
    amount = forms.IntegerField(label=_("number delivered"), min_value=1, initial=1)
    beneficiaries = forms.IntegerField(label=_("people who gained"), min_value=0, required=False)
    photos = FilesField(photos_only=True)

    def new(self) -> Delivered:
        """What was typed, for the business."""
        return Delivered(**{name: value for name, value in self.cleaned_data.items() if name != "photos"})


class ReviewForm(DomainForm):
    """The yearly review of a pledge."""

    grade = forms.ChoiceField(
        label=_("result of the review"), choices=StarClaim.Grade.choices, widget=forms.RadioSelect
    )
    review = CleanCharField(
        label=_("reason of the review"),
        max_length=500,
        multiline=True,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed unless it was kept."),
    )
