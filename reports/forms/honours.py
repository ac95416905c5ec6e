"""Forms of the pages of honours and typical cases."""

from collections.abc import Iterator
from typing import Any, Final

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.text_guard import CleanCharField
from grid.forms import DomainForm, day_input
from grid.models import Grid, Organization, Post
from reports.honours.nominating import Candidate, posts_below
from reports.honours.rounds import LONGEST, MOST_PLACES, SHORTEST, PlaceSpec
from reports.models import HonourPlace, HonourRound, HonourTitle, TypicalCase
from reports.typical.writing import LENGTHS

LINES: Final = 8
MOST_PEOPLE: Final = 600


def lines(rows: int) -> forms.Textarea:
    """A text area of that height."""
    return forms.Textarea(attrs={"rows": rows})


class RoundForm(DomainForm):
    """A round: its office, name and period, and up to eight headings with their titles and places."""

    grid = forms.ModelChoiceField(Grid.objects.none(), to_field_name="code", label=_("whose office"), empty_label=None)
    name = CleanCharField(label=_("name"), max_length=100)
    period_start = forms.DateField(label=_("first day"), widget=day_input())
    period_end = forms.DateField(label=_("last day"), widget=day_input())

    def __init__(self, *args: Any, grids: QuerySet[Grid], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["grid"].queryset = grids  # type: ignore[attr-defined]
        titles = [("", "—"), *((str(t.pk), t.name) for t in HonourTitle.objects.filter(is_active=True))]
        for n in range(LINES):
            self.fields[f"title_{n}"] = forms.ChoiceField(label=_("title"), choices=titles, required=False)
            self.fields[f"heading_{n}"] = CleanCharField(label=_("heading"), max_length=60, required=False)
            self.fields[f"places_{n}"] = forms.IntegerField(
                label=_("places"), min_value=1, max_value=MOST_PLACES, required=False
            )

    @property
    def place_rows(self) -> list[list[Any]]:
        """The bound fields of each line, for the table of the page."""
        return [[self[f"{name}_{n}"] for name in ("title", "heading", "places")] for n in range(LINES)]

    def add_domain_error(self, error: Any) -> None:
        """What is wrong with the lines stands above the form."""
        if "places" in error.fields:
            error.message = " ".join(error.fields["places"])
        super().add_domain_error(error)

    def specs(self) -> list[PlaceSpec]:
        """The filled lines."""
        titles = {str(title.pk): title for title in HonourTitle.objects.filter(is_active=True)}
        return list(self._specs(titles))

    def _specs(self, titles: dict[str, HonourTitle]) -> Iterator[PlaceSpec]:
        given = self.cleaned_data
        for n in range(LINES):
            title = titles.get(given.get(f"title_{n}") or "")
            if title is not None:
                yield PlaceSpec(title, given[f"heading_{n}"] or title.name[:60], given[f"places_{n}"] or 0)


class NominationForm(DomainForm):
    """One nomination for a place: whom, and for which deeds. Name, unit and post come from the register."""

    reason = CleanCharField(label=_("deeds"), max_length=2000, multiline=True, widget=lines(6))

    def __init__(self, *args: Any, place: HonourPlace, one: HonourRound, grid: Grid, today: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.grid, self.holder = grid, place.title.holder
        if self.holder == HonourTitle.Holder.PERSON:
            rows = posts_below(grid.code, one, today=today)[:MOST_PEOPLE]
            self.posts = {str(post.pk): post for post in rows}
            choices = [("", "—"), *((key, _post_words(post)) for key, post in self.posts.items())]
            self.fields["post"] = forms.ChoiceField(label=_("person"), choices=choices)
        elif self.holder == HonourTitle.Holder.UNIT:
            units = Organization.objects.active().filter(grid__code__startswith=grid.code).select_related("grid")
            self.fields["post"] = forms.ModelChoiceField(
                units.defer("grid__boundary").order_by("name"), label=_("unit")
            )
        elif self.holder == HonourTitle.Holder.CASE:
            self.fields["name"] = CleanCharField(label=_("title of the case"), max_length=60)
        self.order_fields(["post", "name", "reason"])

    def candidate(self) -> Candidate:
        """Whom the form names."""
        given = self.cleaned_data
        if self.holder == HonourTitle.Holder.PERSON:
            return Candidate.of_post(self.posts[given["post"]])
        if self.holder == HonourTitle.Holder.UNIT:
            return Candidate.of_unit(given["post"])
        if self.holder == HonourTitle.Holder.CASE:
            return Candidate(given["name"], self.grid.name, self.grid)
        return Candidate.of_grid(self.grid)


def _post_words(post: Post) -> str:
    home = post.grid.name if post.grid else ""
    return f"{post.user.real_name} · {home} {post.get_kind_display()}"


class StepForm(DomainForm):
    """The words that go with a step, and what this step needs beside them."""

    text = CleanCharField(label=_("what was said"), max_length=500, multiline=True, required=False, widget=lines(2))
    days = forms.IntegerField(
        label=_("days of the public showing"), min_value=SHORTEST, max_value=LONGEST, required=False
    )
    to = CleanCharField(label=_("submitted to"), max_length=100, required=False)


class CaseForm(DomainForm):
    """The texts of a typical case."""

    title = CleanCharField(label=_("title"), max_length=LENGTHS["title"])
    background = CleanCharField(
        label=_("background"), max_length=LENGTHS["background"], multiline=True, required=False, widget=lines(4)
    )
    practice = CleanCharField(
        label=_("what was done"), max_length=LENGTHS["practice"], multiline=True, required=False, widget=lines(10)
    )
    result = CleanCharField(
        label=_("result"), max_length=LENGTHS["result"], multiline=True, required=False, widget=lines(4)
    )
    lesson = CleanCharField(
        label=_("lesson"), max_length=LENGTHS["lesson"], multiline=True, required=False, widget=lines(4)
    )

    @classmethod
    def of(cls, case: TypicalCase) -> "CaseForm":
        """With what is written so far."""
        return cls(initial={name: getattr(case, name) for name in LENGTHS})


class NumberForm(DomainForm):
    """Which case to write up: its number, or a title of one's own."""

    number = forms.RegexField(r"^[0-9]{8}-?[0-9]{1,8}\Z", label=_("number of the case"), required=False, max_length=20)
    title = CleanCharField(label=_("or a title without a case"), max_length=120, required=False)

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        given = super().clean() or {}
        if not self.errors and bool(given.get("number")) == bool(given.get("title")):
            self.add_error("number", _t("Give the number of a case, or a title."))
        return given
