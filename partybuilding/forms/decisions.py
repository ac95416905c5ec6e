"""Forms of decisions, of what they lead to, and of opinions of deputies."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.text_guard import CleanCharField
from grid.forms import DomainForm, OnceForm, PersonField, day_input
from grid.models import Grid, Organization
from incidents.models import TaskKind
from partybuilding.forms.councils import grid_field, lines
from partybuilding.models import DeputyOpinion, PartnerUnit, ProjectType
from partybuilding.opinions import NewOpinion
from partybuilding.resolution_children import NewChildProject, NewChildTask
from partybuilding.resolutions import NewResolution


class DecideForm(OnceForm):
    """A decision: what, who, until when."""

    text = CleanCharField(label=_("What was decided"), max_length=500, multiline=True, widget=lines(2))
    owner = CleanCharField(
        label=_("Responsible"),
        max_length=60,
        required=False,
        help_text=_("In words; may stay empty when a unit or a person is chosen."),
    )
    organization = forms.ModelChoiceField(Organization.objects.none(), label=_("unit"), required=False, empty_label="—")
    person = PersonField(label=_("person"), required=False)
    due_on = forms.DateField(label=_("To be done by"), widget=day_input())

    def __init__(self, *args: Any, units: QuerySet[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["organization"].queryset = units

    def new(self) -> NewResolution:
        """What was typed, for the business."""
        return NewResolution(**self.cleaned_data)


class FollowForm(DomainForm):
    """How a decision stands."""

    text = CleanCharField(label=_("how it stands"), max_length=500, multiline=True, widget=lines(2))


class ChildTaskForm(DomainForm):
    """A task through the grids."""

    kind = forms.ModelChoiceField(TaskKind.objects.none(), label=_("kind"), empty_label=None)
    level = forms.TypedChoiceField(label=_("for the grids of the level"), coerce=int, choices=())
    due_on = forms.DateField(label=_("To be done by"), widget=day_input())

    def __init__(self, *args: Any, grid: Grid, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["kind"].queryset = TaskKind.objects.filter(is_active=True)
        fields["level"].choices = [choice for choice in Grid.Level.choices if choice[0] >= grid.level]

    def new(self) -> NewChildTask:
        """What was typed, for the business."""
        return NewChildTask(**self.cleaned_data)


class ChildProjectForm(DomainForm):
    """A joint project."""

    type = forms.ModelChoiceField(ProjectType.objects.none(), label=_("type"), empty_label=None)
    unit = forms.ModelChoiceField(PartnerUnit.objects.none(), label=_("partner unit"), required=False, empty_label="—")
    promised_on = forms.DateField(label=_("promised for"), widget=day_input(), required=False)

    def __init__(self, *args: Any, units: QuerySet[PartnerUnit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["type"].queryset = ProjectType.objects.filter(is_active=True)
        fields["unit"].queryset = units

    def new(self) -> NewChildProject:
        """What was typed, for the business."""
        return NewChildProject(**self.cleaned_data)


class OpinionForm(OnceForm):
    """An opinion of a deputy; a deputy who types her own is not asked who she is."""

    grid = grid_field(_("grid"))
    body = forms.ChoiceField(label=_("deputy of"), choices=DeputyOpinion.Body.choices, widget=forms.RadioSelect)
    deputy_name = CleanCharField(label=_("deputy"), max_length=50, required=False)
    account = PersonField(
        label=_("account"),
        required=False,
        help_text=_("When the deputy has one here: she is told of the answer and evaluates it herself."),
    )
    text = CleanCharField(label=_("opinion"), max_length=2000, multiline=True, widget=lines(5))
    due_on = forms.DateField(label=_("answer until"), widget=day_input(), required=False)

    def __init__(self, *args: Any, grids: QuerySet[Grid], own: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["grid"].queryset = grids
        if own:
            del fields["deputy_name"], fields["account"]

    def new(self) -> NewOpinion:
        """What was typed, for the business."""
        data = self.cleaned_data
        return NewOpinion(
            client_id=data["client_id"],
            body=data["body"],
            deputy_name=data.get("deputy_name", ""),
            deputy=data.get("account"),
            text=data["text"],
            due_on=data["due_on"],
        )


class WorkForm(DomainForm):
    """Who answers an opinion, and until when."""

    organization = forms.ModelChoiceField(
        Organization.objects.none(),
        label=_("answered by the unit"),
        required=False,
        empty_label="—",
        help_text=_("Empty: the office answers itself."),
    )
    due_on = forms.DateField(label=_("answer until"), widget=day_input(), required=False)

    def __init__(self, *args: Any, units: QuerySet[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["organization"].queryset = units


class RateForm(DomainForm):
    """How satisfied a deputy is."""

    satisfaction = forms.ChoiceField(
        label=_("satisfaction"), choices=DeputyOpinion.Satisfaction.choices, widget=forms.RadioSelect
    )
    text = CleanCharField(label=_("Remark"), max_length=500, required=False)
