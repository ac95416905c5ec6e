"""Forms of party organizations; the rules themselves stand in partybuilding.organizations, posts, awards, profiles."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.text_guard import CleanCharField
from grid.forms import DomainForm, PersonField, day_input
from grid.models import Building, Grid
from partybuilding.models import Label, PartyOrganization, PartyPost, Star
from partybuilding.organizations import RANK


def year_now() -> int:
    """This year in China."""
    return timezone.localdate().year


class NewOrganizationForm(DomainForm):
    """A new organization below the one of the address."""

    grid = forms.ModelChoiceField(Grid.objects.none(), to_field_name="code", label=_("grid"), empty_label=_("Choose"))
    kind = forms.ChoiceField(label=_("kind"))
    name = CleanCharField(label=_("name"), max_length=100, help_text=_("For example 东福民社区第一网格党支部."))
    founded_on = forms.DateField(label=_("founded on"), widget=day_input(), required=False)
    is_grand = forms.BooleanField(
        label=_("grand committee with units"),
        required=False,
        help_text=_("Only for a community: its committee takes part-time members of units (大党委)."),
    )

    def __init__(self, *args: Any, grids: QuerySet[Grid], parent: PartyOrganization | None, **more: Any) -> None:
        super().__init__(*args, **more)
        fields: Any = self.fields
        fields["grid"].queryset = grids
        above = RANK[parent.kind] if parent else -1
        fits = [choice for choice in PartyOrganization.Kind.choices if RANK[choice[0]] > above]
        fields["kind"].choices = fits if parent else fits[:1]


class OrganizationForm(DomainForm):
    """What can be changed of an organization in its place."""

    name = CleanCharField(label=_("name"), max_length=100)
    founded_on = forms.DateField(label=_("founded on"), widget=day_input(), required=False)
    is_grand = forms.BooleanField(label=_("grand committee with units"), required=False)
    buildings = forms.ModelMultipleChoiceField(
        Building.objects.none(),
        label=_("buildings in its charge"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, party: PartyOrganization, **more: Any) -> None:
        super().__init__(*args, **more)
        fields: Any = self.fields
        if party.kind != PartyOrganization.Kind.COMMUNITY:
            del fields["is_grand"]
        if party.grid.level < Grid.Level.GRID:
            del fields["buildings"]
        else:
            rows = Building.objects.filter(grid__code__startswith=party.grid_code).select_related("compound")
            fields["buildings"].queryset = rows.order_by("compound__name", "pk")


class MoveForm(DomainForm):
    """Another upper organization."""

    parent = forms.ModelChoiceField(
        PartyOrganization.objects.none(), label=_("upper organization"), empty_label=_("Choose")
    )

    def __init__(self, *args: Any, parents: QuerySet[PartyOrganization], **more: Any) -> None:
        super().__init__(*args, **more)
        fields: Any = self.fields
        fields["parent"].queryset = parents


class EndForm(DomainForm):
    """The last day of an organization."""

    ended_on = forms.DateField(label=_("ended on"), widget=day_input(), initial=timezone.localdate)


class PostForm(DomainForm):
    """Who gets which post."""

    title = forms.ChoiceField(label=_("post"), choices=PartyPost.Title.choices)
    person = PersonField(
        label=_("account"),
        required=False,
        help_text=_("The account, or the real name where only one has it; empty for somebody without an account."),
    )
    name = CleanCharField(label=_("or name"), max_length=50, required=False)
    since = forms.DateField(label=_("since"), widget=day_input(), initial=timezone.localdate)


class EndPostForm(DomainForm):
    """The end of a post."""

    until = forms.DateField(label=_("first day without the post"), widget=day_input(), initial=timezone.localdate)


class AwardForm(DomainForm):
    """A star of a year."""

    star = forms.ModelChoiceField(Star.objects.none(), label=_("star"), empty_label=_("Choose"))
    year = forms.IntegerField(label=_("year"), min_value=2000, max_value=2999, initial=year_now)
    text = CleanCharField(
        label=_("reason"), max_length=500, multiline=True, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        fields: Any = self.fields
        fields["star"].queryset = Star.objects.filter(is_active=True)


class DecideForm(DomainForm):
    """Why a star is won or taken back."""

    text = CleanCharField(label=_("reason"), max_length=500, multiline=True, required=False)


class ProfileForm(DomainForm):
    """The profile of a community."""

    brand = CleanCharField(label=_("brand"), max_length=100, required=False)
    text = CleanCharField(
        label=_("in words"), max_length=3000, multiline=True, required=False, widget=forms.Textarea(attrs={"rows": 6})
    )
    labels = forms.ModelMultipleChoiceField(
        Label.objects.none(), label=_("labels"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        fields: Any = self.fields
        fields["labels"].queryset = Label.objects.filter(is_active=True)


class NewProfileForm(DomainForm):
    """The grid that gets a profile."""

    grid = forms.ModelChoiceField(Grid.objects.none(), to_field_name="code", label=_("grid"), empty_label=_("Choose"))

    def __init__(self, *args: Any, grids: QuerySet[Grid], **more: Any) -> None:
        super().__init__(*args, **more)
        fields: Any = self.fields
        fields["grid"].queryset = grids
