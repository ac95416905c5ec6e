"""Forms of micro-projects; the rules stand in `volunteers.micro`, `micro_calls`, `micro_review`, `micro_money`."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.text_guard import CleanCharField
from grid.chosen import grids_where
from grid.forms import DomainForm, OnceForm, day_input, find_person
from grid.models import Grid, Organization
from grid.scope import scope_of
from incidents.forms.disputes import GridChoice
from incidents.forms.files import FilesField
from volunteers import micro
from volunteers.forms.lines import Money, WithLines
from volunteers.micro import NewBid
from volunteers.micro_calls import USUAL, NewCall
from volunteers.micro_money import Paid
from volunteers.models import BudgetLine, MicroCall, MicroKind, MicroProject, Team, Wish

CRITERIA, BUDGET, MILESTONES = 10, 10, 8
MOST_WISHES: Final = 60


class CallForm(WithLines):
    """A call: its money, days, and what the bids are scored on."""

    grid = GridChoice(label=_("grid"), queryset=Grid.objects.none(), empty_label=None)
    name = CleanCharField(label=_("name"), max_length=60)
    opens_on = forms.DateField(label=_("opens on"), widget=day_input(), initial=timezone.localdate)
    closes_on = forms.DateField(label=_("closes on"), widget=day_input())
    budget = Money(label=_("money (yuan)"))
    ceiling = Money(label=_("at most a project (yuan)"), required=False)
    own_share = forms.DecimalField(
        label=_("own share at least (%)"), min_value=0, max_value=100, max_digits=5, decimal_places=2, initial=10
    )
    least_bids = forms.IntegerField(label=_("bids at least"), min_value=1, max_value=100, initial=3)
    text = CleanCharField(label=_("call"), max_length=3000, multiline=True, required=False)

    def __init__(self, data: Any = None, *, user: Any, call: MicroCall | None = None) -> None:
        fields = ("grid", "name", "opens_on", "closes_on", "budget", "ceiling", "own_share", "least_bids", "text")
        super().__init__(data, initial={name: getattr(call, name) for name in fields} if call else None)
        offered: Any = grids_where(user, "micro.edit").filter(level__lte=Grid.Level.COMMUNITY).order_by("code")
        self.fields["grid"].queryset = offered  # type: ignore[attr-defined]
        self.fields["text"].widget.attrs["rows"] = 4
        known: Iterable[Any] = [(one.name, one.most) for one in call.criteria.all()] if call else USUAL
        self.add_lines("criteria", CRITERIA, longest=40, second=_Points, given=known)

    def new(self) -> NewCall:
        """What the business takes."""
        fixed = {name: self.cleaned_data[name] for name in self.base_fields}
        return NewCall(**fixed, criteria=self.lines("criteria"))


class _Points(forms.IntegerField):
    """Points of a criterion."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=999, **kwargs)


class WishChoices(forms.ModelMultipleChoiceField):
    """Wishes by their public words."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Wish) -> str:
        """As the wall shows it."""
        return f"{obj.display_name}：{obj.title}"


class BidForm(WithLines, OnceForm):
    """A bid of a team or a unit, also to write it anew."""

    team = forms.ModelChoiceField(
        label=_("team of volunteers"), queryset=Team.objects.none(), required=False, empty_label="—"
    )
    organization = forms.ModelChoiceField(
        label=_("organization"), queryset=Organization.objects.none(), required=False, empty_label="—"
    )
    title = CleanCharField(label=_("title"), max_length=100)
    kind = forms.ModelChoiceField(
        label=_("kind"), queryset=MicroKind.objects.filter(is_active=True), required=False, empty_label="—"
    )
    text = CleanCharField(label=_("what is done"), max_length=5000, multiline=True)
    asked = Money(label=_("asked for (yuan)"))
    own_money = Money(label=_("own money (yuan)"), initial=0)
    wishes = WishChoices(label=_("wishes that it grants"), queryset=Wish.objects.none(), required=False)

    def __init__(self, data: Any = None, *, user: Any, call: MicroCall, project: MicroProject | None = None) -> None:
        super().__init__(data, initial=_known(project))
        self.call, self.project = call, project
        fields: dict[str, Any] = self.fields
        fields["text"].widget.attrs["rows"] = 6
        self._offer_bidders(user)
        some = micro.wishes_offered(user, call)[:MOST_WISHES]
        fields["wishes"].queryset = Wish.objects.filter(pk__in=[wish.pk for wish in some])
        if not some and not (project and project.wishes.exists()):
            del fields["wishes"]
        budget = [(one.name, one.amount) for one in project.budget.all()] if project else []
        marks = [(one.text, one.due_on) for one in project.milestones.all()] if project else []
        self.add_lines("budget", BUDGET, longest=60, second=Money, given=budget)
        self.add_lines("milestones", MILESTONES, longest=200, second=forms.DateField, given=marks)

    def _offer_bidders(self, user: Any) -> None:
        fields: dict[str, Any] = self.fields
        if self.project is not None:
            del fields["team"], fields["organization"]
            return
        code = self.call.grid_code
        teams, units = micro.led_teams(user), micro.organizations_of(user)
        if scope_of(user).can("micro.edit", code):
            teams = Team.objects.filter(status="active")
            units = Organization.objects.active().exclude(kind=Organization.Kind.DEPARTMENT)
        fields["team"].queryset = teams.filter(grid_code__startswith=code)
        fields["organization"].queryset = units.filter(grid__code__startswith=code).order_by("name")
        self.initial["team"] = micro.led_teams(user).filter(grid_code__startswith=code).first()

    def new(self) -> NewBid:
        """What the business takes."""
        data, project = self.cleaned_data, self.project
        names = ("title", "text", "kind", "asked", "own_money")
        return NewBid(
            **{name: data[name] for name in names},
            call=self.call,
            team=project.team if project else data["team"],
            organization=project.organization if project else data["organization"],
            budget=self.lines("budget"),
            milestones=self.lines("milestones"),
            wishes=tuple(data.get("wishes", ())),
        )


def _known(project: MicroProject | None) -> dict[str, Any]:
    if project is None:
        return {}
    names = ("title", "kind", "text", "asked", "own_money")
    return {**{name: getattr(project, name) for name in names}, "wishes": list(project.wishes.all())}


class WordsForm(DomainForm):
    """A step with words, needed where the table says so."""

    text = CleanCharField(label=_("Words"), max_length=500, multiline=True, required=False)

    def __init__(self, data: Any = None, *, needed: bool = False, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["text"].widget.attrs["rows"] = 3
        self.fields["text"].required = needed


class FundForm(WordsForm):
    """The money that is granted."""

    granted = Money(label=_("granted (yuan)"))
    field_order = ("granted", "text")

    def __init__(self, data: Any = None, *, asked: Decimal, **kwargs: Any) -> None:
        super().__init__(data, initial={"granted": asked}, **kwargs)


class FinishForm(DomainForm):
    """What came of the project."""

    result = CleanCharField(label=_("result"), max_length=3000, multiline=True)
    beneficiaries = forms.IntegerField(label=_("people who gained"), min_value=0, max_value=10_000_000)


class ReplanForm(WithLines):
    """The budget for the money that was granted."""

    def __init__(self, data: Any = None, *, project: MicroProject) -> None:
        super().__init__(data)
        known = [(one.name, one.amount) for one in project.budget.all()]
        self.add_lines("budget", BUDGET, longest=60, second=Money, given=known)


class LineChoice(forms.ModelChoiceField):
    """A line with what it has left."""

    def label_from_instance(self, obj: BudgetLine) -> str:
        """The name and the rest."""
        return f"{obj.name}（{obj.amount - obj.spent}）"


class PaidForm(DomainForm):
    """What was paid, with its receipt."""

    line = LineChoice(label=_("line of a budget"), queryset=BudgetLine.objects.none(), empty_label=None)
    merchant = CleanCharField(label=_("merchant"), max_length=100)
    text = CleanCharField(label=_("for what"), max_length=200)
    amount = Money(
        label=_("yuan"), min_value=None, help_text=_("A mistake is put right by a line with the amount below zero.")
    )
    paid_on = forms.DateField(label=_("paid on"), widget=day_input(), initial=timezone.localdate)
    files = FilesField(label=_("Receipts"))  # type: ignore[assignment]

    def __init__(self, data: Any = None, files: Any = None, *, project: MicroProject) -> None:
        super().__init__(data, files)
        self.fields["line"].queryset = project.budget.all()  # type: ignore[attr-defined]

    def paid(self) -> Paid:
        """What the business takes."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "line"}
        return Paid(**data)


class InviteForm(DomainForm):
    """People who review, one account or name a line; for one project or all that wait for their points."""

    people = CleanCharField(
        label=_("reviewers"),
        max_length=1000,
        multiline=True,
        help_text=_("Accounts or names, one a line; people outside of the office may be among them."),
    )

    def clean_people(self) -> list[User]:
        """The active people, each once."""
        lines = [line.strip() for line in self.cleaned_data["people"].splitlines() if line.strip()]
        return list({person.pk: person for person in map(find_person, lines)}.values())


class DeclareForm(DomainForm):
    """An interest of one's own."""

    conflict = CleanCharField(label=_("conflict of interest"), max_length=200)


class ScoreForm(DomainForm):
    """Points for every criterion, and an opinion."""

    def __init__(self, data: Any = None, *, criteria: Iterable[Any], given: dict[int, Decimal], text: str = "") -> None:
        super().__init__(data)
        self.criteria = list(criteria)
        for one in self.criteria:
            self.fields[f"criterion_{one.pk}"] = forms.DecimalField(
                label=f"{one.name}（0–{one.most}）",
                min_value=0,
                max_value=one.most,
                max_digits=5,
                decimal_places=1,
                initial=given.get(one.pk),
            )
        self.fields["text"] = CleanCharField(
            label=_("opinion"), max_length=1000, multiline=True, required=False, initial=text
        )

    def points(self) -> dict[int, Decimal]:
        """By criterion."""
        return {one.pk: self.cleaned_data[f"criterion_{one.pk}"] for one in self.criteria}
