"""Forms of the office's papers (bulletins, notices, decisions) and of its templates."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import NotValid
from accounts.text_guard import CleanCharField
from grid.forms import day_input
from grid.models import Grid, Organization
from grid.scope import scope_of
from incidents.models import Incident
from incidents.people import on_the_way
from reports.forms.reports import grids_for
from reports.models import Paper, Report
from reports.papers.context import KINDS
from reports.papers.templates import CAPABILITY
from reports.papers.wording import kind_name
from reports.papers.writing import LENGTHS, REPLY_LENGTH

KIND: Final = Paper.Kind
FIELDS_BY_KIND: Final[Mapping[str, tuple[str, ...]]] = {
    KIND.BULLETIN: ("grid", "masthead", "office", "title", "body", "sent_to", "passed_to", "editor", "report"),
    KIND.RECTIFICATION: ("grid", "incident", "organization", "main_to", "title", "body", "due_on", "office", "sent_to"),
    KIND.SUPERVISION: ("grid", "incident", "organization", "main_to", "title", "body", "due_on", "office", "sent_to"),
    KIND.COMMENDATION: ("grid", "masthead", "office", "main_to", "title", "body", "sent_to", "signer"),
}
"""Which fields the form of each kind has, in their order."""
NOT_NEEDED: Final = ("masthead", "main_to", "body", "sent_to", "passed_to", "editor", "signer")
LABELS: Final = {
    "masthead": gettext_lazy("Name in the red head"),
    "office": gettext_lazy("Issuing office"),
    "title": gettext_lazy("Title"),
    "main_to": gettext_lazy("Addressed to"),
    "body": gettext_lazy("Text"),
    "sent_to": gettext_lazy("Copies up"),
    "passed_to": gettext_lazy("Copies out"),
    "editor": gettext_lazy("Responsible editor"),
    "signer": gettext_lazy("Signed by"),
}


def offices_for(user: Any, capability: str = "report.write") -> QuerySet[Grid]:
    """The grids whose offices `user` writes for: down to communities."""
    return grids_for(user, capability).filter(level__lte=Grid.Level.COMMUNITY)


def units_for(user: Any) -> QuerySet[Organization]:
    """The units to which `user` may address a notice: below her grids, or serving them from above."""
    scope = scope_of(user)
    above = {code for prefix in scope.prefixes("report.write") for code in on_the_way(prefix)}
    rows = Organization.objects.filter(scope.q("report.write", "grid__code") | Q(grid__code__in=above))
    if "" in scope.prefixes("report.write"):
        rows = Organization.objects.all()
    return rows.filter(is_active=True).select_related("grid").defer("grid__boundary").order_by("grid__level", "name")


class PaperForm(forms.Form):
    """A draft of one kind; a form for an existing one carries the version that its reader saw, and no grid."""

    version = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)
    grid = forms.ModelChoiceField(Grid.objects.none(), to_field_name="code", label=gettext_lazy("Whose office"))
    incident = CleanCharField(max_length=20, required=False, label=gettext_lazy("Number of the case"))
    organization = forms.ModelChoiceField(
        Organization.objects.none(), required=False, label=gettext_lazy("To which unit")
    )
    due_on = forms.DateField(required=False, label=gettext_lazy("To be answered until"), widget=day_input())
    report = forms.IntegerField(min_value=1, max_value=10**18, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: Any, kind: str, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.kind = user, kind
        for name, length in LENGTHS.items():
            self.fields[name] = _text_field(name, length)
        offices: Any = self.fields["grid"]
        offices.queryset, offices.empty_label = offices_for(user), None
        units: Any = self.fields["organization"]
        units.queryset = units_for(user)
        wanted = [name for name in FIELDS_BY_KIND[kind] if is_new or name not in ("grid", "report")]
        self.fields = {name: self.fields[name] for name in ("version", *wanted)}

    def clean_incident(self) -> Incident | None:
        """The case with this number, if the writer may see it."""
        number = self.cleaned_data["incident"]
        if not number:
            return None
        found: Incident | None = Incident.objects.visible_to(self.user).filter(number=number).first()
        if found is None:
            raise ValidationError(_("There is no case with this number in your grids."))
        return found

    def clean_report(self) -> Report | None:
        """The report the text was taken from, if the writer may see it."""
        pk = self.cleaned_data["report"]
        return Report.objects.visible_to(self.user).defer("snapshot").filter(pk=pk).first() if pk else None

    def clean_due_on(self) -> date | None:
        """A day of this calendar."""
        day: date | None = self.cleaned_data["due_on"]
        if day is not None and not 2000 <= day.year <= 2100:
            raise ValidationError(_("Choose a day between 2000 and 2100."))
        return day

    def given(self) -> dict[str, Any]:
        """What `papers.writing` takes beside kind and grid."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("version", "grid")}


def _text_field(name: str, length: int) -> CleanCharField:
    rows = {"body": 18, "title": 2}.get(name)
    more: dict[str, Any] = {"widget": forms.Textarea(attrs={"rows": rows})} if rows else {}
    return CleanCharField(
        max_length=length, label=LABELS[name], required=name not in NOT_NEEDED, multiline=bool(rows), **more
    )


def put_errors(form: forms.Form, error: NotValid) -> None:
    """Show the messages of the business code at their fields."""
    for name, said in error.fields.items():
        form.add_error(name if name in form.fields else None, list(said))
    if not error.fields:
        form.add_error(None, str(error))


class StepForm(forms.Form):
    """Issue, answer or withdraw; each step takes what it needs of this."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    first = forms.IntegerField(
        min_value=1,
        max_value=9999,
        required=False,
        label=gettext_lazy("Begin with number"),
        help_text=gettext_lazy("When papers of this year went out before on paper; empty: 1."),
    )
    replied_on = forms.DateField(required=False, label=gettext_lazy("Answered on"), widget=day_input())
    text = CleanCharField(max_length=REPLY_LENGTH, required=False, multiline=True, label=gettext_lazy("Words"))

    def __init__(self, *args: Any, step: str, may_choose_first: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wanted = {"issue": ("first",) if may_choose_first else (), "answer": ("replied_on", "text")}
        keep = ("version", *wanted.get(step, ("text",)))
        self.fields = {name: field for name, field in self.fields.items() if name in keep}
        if "text" in self.fields:
            self.fields["text"].label = _("What the unit answered") if step == "answer" else _("Why it is withdrawn")
            self.fields["text"].widget.attrs["rows"] = 3


class PickForm(forms.Form):
    """Which case a notice is written about."""

    incident = CleanCharField(max_length=20, label=gettext_lazy("Number of the case"))


class TemplateForm(forms.Form):
    """A Word file for one kind of document of an office where the user signs."""

    kind = forms.ChoiceField(label=gettext_lazy("For which document"))
    grid = forms.ModelChoiceField(Grid.objects.none(), to_field_name="code", label=gettext_lazy("Whose office"))
    file = forms.FileField(
        label=gettext_lazy("Word file (.docx)"), widget=forms.ClearableFileInput(attrs={"accept": ".docx"})
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds: Any = self.fields["kind"]
        kinds.choices = kind_choices()
        offices: Any = self.fields["grid"]
        offices.queryset, offices.empty_label = offices_for(user, CAPABILITY), None


def kind_choices() -> list[tuple[str, str]]:
    """Every kind of document with its Chinese name."""
    return [(kind, kind_name(kind)) for kind in KINDS]
