"""Forms of joint projects and their steps; the rules stand in `partybuilding.projects`."""

from typing import Any, Final

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.protect import mask_name
from accounts.text_guard import CleanCharField
from grid.forms import DomainForm, OnceForm, day_input
from grid.models import Grid
from grid.scope import scope_of
from incidents.forms.disputes import GridChoice
from incidents.forms.files import FilesField
from partybuilding.forms.choices import UnitChoice, office_grids
from partybuilding.forms.lists import ResourceChoice, edited_units
from partybuilding.models import Label, Need, PartnerUnit, PartyMember, Project, ProjectType, Resource
from partybuilding.projects import NewProject, Result

GRADES: Final = [(5, "5"), (4, "4"), (3, "3"), (2, "2"), (1, "1")]


class ProjectForm(OnceForm):
    """A joint project; for a need the resource is chosen among those that fit."""

    title = CleanCharField(label=_("title"), max_length=100)
    type = forms.ModelChoiceField(label=_("type"), queryset=ProjectType.objects.none(), empty_label=_("Choose"))
    unit = UnitChoice(label=_("partner unit"), queryset=PartnerUnit.objects.none(), empty_label="—", required=False)
    resource = ResourceChoice(label=_("resource"), queryset=Resource.objects.none(), empty_label="—", required=False)
    grid = GridChoice(label=_("grid"), queryset=Grid.objects.none(), empty_label=None, required=False)
    text = CleanCharField(label=_("what is done"), max_length=5000, multiline=True, required=False)
    promised_on = forms.DateField(
        label=_("wished for"),
        widget=day_input(),
        required=False,
        help_text=_("The unit itself promises the day when it agrees."),
    )
    labels = forms.ModelMultipleChoiceField(
        label=_("labels"), queryset=Label.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any = None, *, user: Any, need: Need | None = None, resource: int | None = None) -> None:
        super().__init__(data, initial={"title": need.title, "resource": resource} if need else {"resource": resource})
        self.need = need
        fields: dict[str, Any] = self.fields
        fields["type"].queryset = ProjectType.objects.filter(is_active=True)
        fields["labels"].queryset = Label.objects.filter(is_active=True, family__in=("method", "theme"))
        fields["text"].widget.attrs["rows"] = 3
        fields["resource"].queryset = self._resources(user)
        fields["unit"].queryset = edited_units(user)
        self.initial["unit"] = fields["resource"].queryset.filter(pk=resource).values_list("unit", flat=True).first()
        if not scope_of(user).can("lists.edit"):
            del fields["labels"]  # words of the office, not of the unit that offers its hands
        if need is not None:
            del fields["grid"]
        elif office_grids(user).exists():
            fields["grid"].queryset = office_grids(user)
        else:
            del fields["grid"]

    def _resources(self, user: Any) -> QuerySet[Any]:
        rows = Resource.objects.visible_to(user).filter(status=Resource.Status.OFFERED, unit__left_on=None)
        scope = scope_of(user)
        if not scope.can("lists.edit"):
            rows = rows.filter(unit__organization__in=scope.organizations)
        if self.need is not None:
            rows = rows.filter(kind=self.need.kind_id)
        return rows.select_related("unit__organization").order_by("unit__organization__name", "pk")

    def new(self) -> NewProject:
        """What the business takes."""
        data = {name: value for name, value in self.cleaned_data.items() if name not in ("client_id", "labels")}
        return NewProject(**data, need=self.need, labels=tuple(self.cleaned_data.get("labels", ())))


class TextStepForm(DomainForm):
    """A step with words: needed where something is refused or ended."""

    text = CleanCharField(label=_("Words"), max_length=500, multiline=True, required=False)
    version = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, version: int, needs_text: bool = False, **kwargs: Any) -> None:
        super().__init__(data, initial={"version": version}, **kwargs)
        self.fields["text"].widget.attrs["rows"] = 2
        self.fields["text"].required = needs_text
        if needs_text:
            self.fields["text"].label = gettext("Reason")


class AgreeForm(TextStepForm):
    """The day that the unit promises."""

    promised_on = forms.DateField(label=_("promised for"), widget=day_input())
    field_order = ("promised_on", "text")

    def __init__(self, data: Any = None, *, project: Project, **kwargs: Any) -> None:
        super().__init__(data, version=project.version, **kwargs)
        self.fields["promised_on"].initial = project.promised_on


class EvaluateForm(TextStepForm):
    """A grade."""

    grade = forms.TypedChoiceField(
        label=_("grade (1 to 5)"), choices=GRADES, coerce=int, widget=forms.RadioSelect, initial=5
    )
    field_order = ("grade", "text")


class FinishForm(DomainForm):
    """What came of it."""

    result = CleanCharField(label=_("result"), max_length=3000, multiline=True)
    members_count = forms.IntegerField(label=_("members who took part"), min_value=0, max_value=100_000, required=False)
    hours = forms.DecimalField(
        label=_("hours of work"), min_value=0, max_value=99_999, max_digits=6, decimal_places=1, required=False
    )
    beneficiaries = forms.IntegerField(label=_("people who gained"), min_value=0, max_value=10_000_000, required=False)
    files = FilesField(label=_("Photos and files"))  # type: ignore[assignment]
    version = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, files: Any = None, *, version: int, **kwargs: Any) -> None:
        super().__init__(data, files, initial={"version": version}, **kwargs)
        self.fields["result"].widget.attrs["rows"] = 3

    def told(self) -> Result:
        """What the business takes."""
        names = ("result", "members_count", "hours", "beneficiaries")
        return Result(**{name: self.cleaned_data[name] for name in names})


class FileForm(DomainForm):
    """More photos and files of a project."""

    files = FilesField(label=_("Photos and files"), required=True)  # type: ignore[assignment]


class NewStepForm(DomainForm):
    """One more step of a project."""

    text = CleanCharField(label=_("step"), max_length=200)
    due_on = forms.DateField(label=_("until"), widget=day_input(), required=False)


class MemberChoices(forms.ModelMultipleChoiceField):
    """Members with masked names."""

    def label_from_instance(self, obj: PartyMember) -> str:
        """The masked name."""
        return mask_name(obj.name)


class PeopleForm(DomainForm):
    """Members who took part."""

    members = MemberChoices(
        label=_("members who took part"), queryset=PartyMember.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    hours = forms.DecimalField(label=_("hours"), min_value=0, max_value=1000, max_digits=5, decimal_places=1)

    def __init__(self, data: Any = None, *, members: QuerySet[Any], hours: Any = None) -> None:
        super().__init__(data, initial={"hours": hours})
        self.fields["members"].queryset = members  # type: ignore[attr-defined]
