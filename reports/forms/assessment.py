"""Forms of assessments, schemes and the work ledger; the rules themselves stand in reports.assessment."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

from django import forms
from django.db.models import Q
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _

from accounts.errors import DomainError
from accounts.text_guard import CleanCharField
from grid.forms import DomainForm, day_input
from grid.models import Grid
from reports.assessment import counting
from reports.assessment.entries import NewEntry
from reports.assessment.runs import NewRun
from reports.assessment.schemes import MOST_ROWS, NewScheme
from reports.assessment.score import BAR, HAND, Plan
from reports.forms.reports import grids_for
from reports.models import Assessment, AssessmentEntry, Scheme, SchemeItem
from reports.periods import Period

GRID_CHOICES: Final = 400
COMMUNITY_DIGITS: Final = 12
SPARE_ROWS: Final = 3
"""Empty lines of an editor; more come with the next save, so that it works without scripts."""


def _points(label: Any, *, low: int = 0, **more: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, min_value=low, max_value=1000, max_digits=6, decimal_places=2, **more)


def _words(label: Any, *, most: int = 500, **more: Any) -> CleanCharField:
    area = forms.Textarea(attrs={"rows": 3})
    return CleanCharField(label=label, max_length=most, multiline=True, widget=area, **more)


class SpeakingForm(DomainForm):
    """Says above the form what the business found wrong with things that are no fields of it."""

    def add_domain_error(self, error: DomainError) -> None:
        """Each message beside its field, those without a field above."""
        super().add_domain_error(error)
        for name, messages in error.fields.items():
            if name not in self.fields:
                self.add_error(None, messages)


class NewRunForm(DomainForm):
    """Which scheme for which office and days."""

    scheme = forms.ModelChoiceField(Scheme.objects.none(), label=_("scheme"))
    grid = forms.ModelChoiceField(Grid.objects.none(), to_field_name="code", label=_("whose areas, units or posts"))
    first = forms.DateField(label=_("first day"), widget=day_input())
    last = forms.DateField(label=_("last day"), widget=day_input())

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scheme, grid = self.fields["scheme"], self.fields["grid"]
        scheme.queryset = Scheme.objects.visible_to(user).filter(is_active=True)  # type: ignore[attr-defined]
        grid.queryset = grids_for(user, "assessment.edit").filter(level__lte=Grid.Level.COMMUNITY)  # type: ignore[attr-defined]

    def as_run(self) -> NewRun:
        """What was typed, for the business."""
        given = self.cleaned_data
        return NewRun(given["scheme"], given["grid"], Period(given["first"], given["last"]))


class EntryForm(DomainForm):
    """Points for one of those assessed, with reason and evidence."""

    subject = forms.ChoiceField(label=_("whom"))
    what = forms.ChoiceField(label=_("for what"))
    amount = _points(_("points"), low=-1000, help_text=_("A deduction is below 0."))
    reason = _words(_("reason"))
    number = CleanCharField(label=_("evidence: number of a case"), max_length=20, required=False)
    evidence = _words(_("evidence in words"), required=False)

    def __init__(self, *args: Any, row: Assessment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rules = {f"rule-{one.pk}": one for one in row.scheme.rules.all()}
        self.items = {f"item-{one.pk}": one for one in row.scheme.items.filter(mode=HAND)}
        named = [(key, f"{one.label}（{one.amount:+}）") for key, one in self.rules.items()]
        named += [(key, f"{one.label}（0–{one.points}）") for key, one in self.items.items()]
        self.fields["what"].choices = named  # type: ignore[attr-defined]
        self.fields["subject"].choices = _subjects(row)  # type: ignore[attr-defined]

    def as_entry(self) -> NewEntry:
        """What was typed, for the business."""
        given = dict(self.cleaned_data)
        what = given.pop("what")
        return NewEntry(**given, rule=self.rules.get(what), item=self.items.get(what))


def _subjects(row: Assessment) -> list[tuple[str, str]]:
    return sorted((line["key"], line["name"]) for line in row.results["lines"])


class ReasonForm(DomainForm):
    """One text; `text` is what stages ask for, `reason` what entries ask for."""

    def __init__(self, *args: Any, name: str = "text", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[name] = _words(_("reason"))


class ExcludeForm(DomainForm):
    """A case to be left out."""

    number = CleanCharField(label=_("number of the case"), max_length=20)
    reason = _words(_("reason"))


class ObjectionForm(DomainForm):
    """An objection for one of one's own."""

    subject = forms.ChoiceField(label=_("for whom"))
    text = _words(_("what is wrong"), most=1000)

    def __init__(self, *args: Any, own: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["subject"].choices = own  # type: ignore[attr-defined]


class AnswerForm(SpeakingForm):
    """The answer to an objection; an upheld one takes out an entry, a case, or both."""

    result = forms.ChoiceField(
        label=_("decision"), choices=[("uphold", _("Uphold")), ("refuse", _("Refuse"))], widget=forms.RadioSelect
    )
    entry = forms.ModelChoiceField(
        AssessmentEntry.objects.none(), label=_("entry that is withdrawn"), required=False, empty_label="—"
    )
    number = CleanCharField(label=_("number of the case that is left out"), max_length=20, required=False)
    text = _words(_("answer"))

    def __init__(self, *args: Any, row: Assessment, subject: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["entry"]
        field.queryset = row.entries.filter(subject=subject, withdrawn_at=None).select_related("rule", "item")
        field.label_from_instance = lambda one: f"{one.rule or one.item} {one.amount:+}：{one.reason}"


class WhatIfForm(forms.Form):
    """Other weights for the same counts; nothing of it is kept."""

    base = _points(_("base points"))
    shrink_cases = forms.IntegerField(label=_("weight of the common mean, in cases"), min_value=0, max_value=10_000)
    least_cases = forms.IntegerField(label=_("no rank under so many cases"), min_value=0, max_value=10_000)

    def __init__(self, given: Mapping[str, Any] | None, *, plan: Plan) -> None:
        first: dict[str, Any] = {name: getattr(plan, name) for name in ("base", "shrink_cases", "least_cases")}
        first |= {f"points_{item.key}": item.points for item in plan.items}
        first |= {f"bar_{item.key}": item.bar for item in plan.items if item.mode == BAR}
        super().__init__({name: (given or {}).get(name, value) for name, value in first.items()})
        self.plan = plan
        for item in plan.items:
            self.fields[f"points_{item.key}"] = _points(item.label)
            if item.mode == BAR:
                self.fields[f"bar_{item.key}"] = _points(_("%(label)s: bar in percent") % {"label": item.label})

    def as_plan(self) -> Plan:
        """The plan as typed."""
        given = self.cleaned_data
        items = tuple(
            replace(item, points=given[f"points_{item.key}"], bar=given.get(f"bar_{item.key}", item.bar))
            for item in self.plan.items
        )
        names = ("base", "shrink_cases", "least_cases")
        return replace(self.plan, items=items, **{name: given[name] for name in names})


# --- schemes ----------------------------------------------------------------------------------------------------------


class SchemeForm(SpeakingForm):
    """The head of a scheme; its kind of subjects is chosen once."""

    grid = forms.ModelChoiceField(Grid.objects.none(), to_field_name="code", label=_("whose office"))
    name = CleanCharField(label=_("name"), max_length=100)
    subject = forms.ChoiceField(label=_("what is assessed"), choices=Scheme.Subject.choices)
    base_points = _points(_("base points"), initial=0)
    least_cases = forms.IntegerField(label=_("no rank under so many cases"), min_value=0, max_value=9999, initial=20)
    shrink_cases = forms.IntegerField(
        label=_("weight of the common mean, in cases"), min_value=0, max_value=9999, initial=20
    )
    objection_days = forms.IntegerField(label=_("days for objections"), min_value=1, max_value=60, initial=5)
    source = CleanCharField(label=_("source"), max_length=200, required=False)
    is_active = forms.BooleanField(label=_("in use"), required=False, initial=True)

    def __init__(self, given: Any, *, user: Any, scheme: Scheme | None = None) -> None:
        first = {name: getattr(scheme, name) for name in self.base_fields if name != "grid"} if scheme else {}
        super().__init__(given, initial=first)
        if scheme:
            for name in ("grid", "name", "subject"):
                del self.fields[name]
        else:
            rows = grids_for(user, "assessment.edit").filter(level__lte=Grid.Level.COMMUNITY)
            self.fields["grid"].queryset = rows  # type: ignore[attr-defined]


class ItemForm(forms.Form):
    """One line of items."""

    label = CleanCharField(label=_("label"), max_length=60)
    indicator = forms.ChoiceField(label=_("indicator"), required=False)
    mode = forms.ChoiceField(label=_("how it counts"), choices=SchemeItem.Mode.choices, initial=SchemeItem.Mode.SHARE)
    points = _points(_("points"))
    bar = forms.DecimalField(label=_("bar (percent)"), min_value=0, max_value=100, decimal_places=2, required=False)
    per_percent = forms.DecimalField(
        label=_("less per percent below"), min_value=0, max_value=100, decimal_places=2, required=False, initial=1
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every = dict(counting.choices(Scheme.Subject.AREA)) | dict(counting.choices(Scheme.Subject.UNIT))
        self.fields["indicator"].choices = [("", "—"), *every.items()]  # type: ignore[attr-defined]


class RuleForm(forms.Form):
    """One line of additions and deductions."""

    label = CleanCharField(label=_("label"), max_length=100)
    amount = _points(_("points (minus: deduction)"), low=-1000)
    most = _points(_("at most"), required=False)


class GradeForm(forms.Form):
    """One line of grades."""

    name = CleanCharField(label=_("grade"), max_length=20)
    least = _points(_("from score"))


class Table(BaseFormSet):  # type: ignore[type-arg]
    """Lines of which empty ones are not kept, also those that were there before."""

    def initial_form_count(self) -> int:
        """None once typed: every line may then be empty."""
        return 0 if self.is_bound else super().initial_form_count()


class SchemeForms:
    """The head with its three tables, read and checked together."""

    def __init__(self, given: Mapping[str, Any] | None, *, user: Any, scheme: Scheme | None = None) -> None:
        self.head = SchemeForm(given, user=user, scheme=scheme)
        self.items = _table(ItemForm, given, "items", _rows(scheme, "items"))
        self.rules = _table(RuleForm, given, "rules", _rows(scheme, "rules"))
        self.grades = _table(GradeForm, given, "grades", _rows(scheme, "grades"))
        self.is_bound = given is not None

    def is_valid(self) -> bool:
        """Whether all four are."""
        return all([self.head.is_valid(), self.items.is_valid(), self.rules.is_valid(), self.grades.is_valid()])

    def as_scheme(self) -> NewScheme:
        """What was typed, without empty and struck lines."""
        head = {name: value for name, value in self.head.cleaned_data.items() if name != "grid"}
        return NewScheme(
            {"name": "", "subject": ""} | head, *(_kept(one) for one in (self.items, self.rules, self.grades))
        )


def _rows(scheme: Scheme | None, name: str) -> list[dict[str, Any]]:
    return list(getattr(scheme, name).values()) if scheme else []


def _table(form: type[forms.Form], given: Mapping[str, Any] | None, prefix: str, rows: list[Any]) -> Any:
    made = formset_factory(form, Table, extra=SPARE_ROWS, can_delete=True, max_num=MOST_ROWS)
    return made(given, prefix=prefix, initial=rows if given is None else None)


def _kept(table: Any) -> list[dict[str, Any]]:
    rows = [one.cleaned_data for one in table.forms if one.has_changed() or one.initial]
    return [row for row in rows if row and not row.get("DELETE")]


# --- the work ledger --------------------------------------------------------------------------------------------------


class LedgerForm(forms.Form):
    """Which grid and month."""

    grid = forms.ModelChoiceField(Grid.objects.none(), to_field_name="code", label=_("Grid"), empty_label=None)
    month = forms.RegexField(
        r"^[0-9]{4}-(0[1-9]|1[0-2])\Z", label=_("Month"), widget=forms.TextInput(attrs={"type": "month"})
    )

    def __init__(self, *args: Any, grids: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["grid"]
        field.queryset = grids
        # any grid in reach may be asked for; the list to choose from stays short enough to be read
        near = Q(level__lte=Grid.Level.GRID) | Q(code__startswith=self.data.get("grid", "")[:COMMUNITY_DIGITS] or "-")
        shown = grids.filter(near).values_list("code", "name", "level")[:GRID_CHOICES]
        field.widget.choices = [(code, f"{'　' * (level - 4)}{name}") for code, name, level in sorted(shown)]

    def clean_month(self) -> date:
        """Its first day."""
        year, month = self.cleaned_data["month"].split("-")
        return date(max(2000, int(year)), int(month), 1)


class MethodStepForm(forms.Form):
    """What a step of a method means, and how far it is lived."""

    meaning = CleanCharField(label=_("meaning"), max_length=300, required=False)
    note = _words(_("how far"), most=2000, required=False)
