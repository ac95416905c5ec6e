"""Forms of wishes and their rounds; the rules stand in the business modules."""

from typing import Any, Final

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.text_guard import CleanCharField
from fieldwork.models import Household, QuickNote
from grid.forms import DomainForm, OnceForm, day_input
from grid.models import Grid
from partybuilding.forms.choices import GridChoice, grids_where
from volunteers.models import Wish, WishKind, WishRound
from volunteers.wish_rounds import NewRound
from volunteers.wishes import CLOSED, MOST_HELPERS, PUBLIC, NewWish

EDITS: Final = "wish.verify"
SOURCES: Final = (Wish.Source.VISIT, Wish.Source.WALL, Wish.Source.FORM)
ASKED: Final = (("visit", _("By a visit")), ("phone", _("By phone")))
"""How the one who wished is asked; a photo is no way (domain.md 5.1, issue 7)."""
STARS: Final = ((5, _("5 · very glad")), (4, "4"), (3, "3"), (2, "2"), (1, _("1 · not glad")))


def _money(label: Any, **more: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, max_digits=8, decimal_places=2, required=False, **more)


class _WishFields(OnceForm):
    """What every form of a wish asks."""

    title = CleanCharField(
        label=_("What is wished for?"), max_length=PUBLIC["title"], help_text=_("For example: two photo frames")
    )
    kind = forms.ModelChoiceField(
        label=_("kind"), queryset=WishKind.objects.filter(is_active=True), empty_label=_("Choose")
    )
    text = CleanCharField(
        label=_("public words"),
        max_length=PUBLIC["text"],
        multiline=True,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Everybody who helps reads them: no name, phone or door."),
    )
    display_name = CleanCharField(
        label=_("shown as"),
        max_length=PUBLIC["display_name"],
        required=False,
        help_text=_("For example 占阿姨; left empty it is the surname and 居民."),
    )
    name = CleanCharField(
        label=_("full name"), max_length=CLOSED["name"], help_text=_("Sealed: nobody sees it on the board.")
    )
    phone = CleanCharField(label=_("phone"), max_length=CLOSED["phone"], required=False)
    door = CleanCharField(
        label=_("where she lives"),
        max_length=CLOSED["door"],
        required=False,
        help_text=_("Building and door; whoever claims the wish sees it."),
    )
    remark = CleanCharField(
        label=_("closed remark"),
        max_length=CLOSED["remark"],
        multiline=True,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("For whoever helps, for example: hears badly, knock loudly."),
    )
    amount = _money(_("about (yuan)"), min_value=0)
    slots = forms.IntegerField(
        label=_("helpers wanted"),
        min_value=1,
        max_value=MOST_HELPERS,
        initial=1,
        help_text=_("Several helpers may share one wish."),
    )
    wanted_on = forms.DateField(label=_("wanted on"), widget=day_input(), required=False)
    round = forms.ModelChoiceField(
        label=_("round"), queryset=WishRound.objects.none(), required=False, empty_label=_("None")
    )

    def base(self) -> dict[str, Any]:
        """What the business takes of it."""
        names = (*PUBLIC, *CLOSED, "kind", "amount", "slots", "wanted_on", "round")
        return {name: self.cleaned_data[name] for name in names}


class WishForm(_WishFields):
    """A new wish; from a note or a visit the place is known."""

    grid = GridChoice(label=_("grid"), queryset=Grid.objects.none(), empty_label=None)
    source = forms.ChoiceField(label=_("came"), choices=[(one.value, one.label) for one in SOURCES])
    at_door = forms.BooleanField(
        label=_("I asked her myself at the door: it is verified"), required=False, initial=False
    )
    field_order = ("client_id", "title", "kind", "text", "grid", "display_name", "name", "phone", "door")

    def __init__(
        self,
        data: Any = None,
        *,
        user: Any,
        note: QuickNote | None = None,
        household: Household | None = None,
        visited: bool = False,
    ) -> None:
        super().__init__(data, initial=_from(note, household, visited))
        self.note, self.household = note, household
        fields: dict[str, Any] = self.fields
        grids = grids_where(user, EDITS)
        fields["grid"].queryset = grids
        fields["round"].queryset = rounds_offered(grids)
        if note is not None or household is not None:
            del fields["grid"]
        if note is not None or visited:
            del fields["source"]
        self.visited = visited

    def new(self) -> NewWish:
        """What the business takes."""
        source = Wish.Source.NOTE if self.note else Wish.Source.VISIT
        given = self.cleaned_data
        return NewWish(
            **self.base(),
            grid=given.get("grid"),
            household=self.household,
            note=self.note,
            source=given.get("source") or source,
        )


def _from(note: QuickNote | None, household: Household | None, visited: bool) -> dict[str, Any]:
    if note is not None:
        return {"text": note.text[: PUBLIC["text"]]}
    if household is not None:
        return {"door": f"{household.building.name}{household}", "at_door": visited}
    return {}


def rounds_offered(grids: QuerySet[Any]) -> QuerySet[WishRound]:
    """The rounds of today of `grids` and of those above them."""
    today = timezone.localdate()
    codes = {code[:n] for code in grids.values_list("code", flat=True) for n in range(9, len(code) + 1, 3)}
    found: QuerySet[WishRound] = WishRound.objects.filter(
        grid_code__in=codes, opens_on__lte=today, closes_on__gte=today
    )
    return found


class WishEditForm(_WishFields):
    """The same before it is published; what is sealed is not shown, and left empty it stays."""

    version = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, wish: Wish, user: Any) -> None:
        shown = {
            name: getattr(wish, name) for name in (*PUBLIC, "kind", "amount", "slots", "wanted_on", "round", "version")
        }
        super().__init__(data, initial=shown)
        self.wish = wish
        fields: dict[str, Any] = self.fields
        for name in CLOSED:
            fields[name].required = False
            fields[name].help_text = _("Sealed; left empty it stays.")
        offered = rounds_offered(grids_where(user, EDITS))
        fields["round"].queryset = WishRound.objects.filter(Q(pk__in=offered.values("pk")) | Q(pk=wish.round_id))

    def new(self) -> NewWish:
        """What the business takes."""
        return NewWish(**self.base(), building=self.wish.building)


class StepForm(DomainForm):
    """One step with its words, for the version that the page showed."""

    text = CleanCharField(
        label=_("in words"),
        max_length=500,
        multiline=True,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    version = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, version: int, label: Any = None, **kwargs: Any) -> None:
        super().__init__(data, initial={"version": version}, **kwargs)
        if label is None:
            del self.fields["text"]
        else:
            self.fields["text"].label = label
            self.fields["text"].required = True


class ConfirmForm(DomainForm):
    """What the one who wished said, and how she was asked."""

    how = forms.ChoiceField(label=_("How was she asked?"), choices=ASKED, widget=forms.RadioSelect, initial="visit")
    rating = forms.TypedChoiceField(label=_("How glad was she?"), choices=STARS, coerce=int, initial=5)
    thanks = CleanCharField(
        label=_("her thanks"),
        max_length=500,
        multiline=True,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Her helpers read it: no name, phone or door."),
    )
    version = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)

    def given(self) -> dict[str, Any]:
        """What the business takes: the way in words."""
        return {**self.cleaned_data, "how": str(dict(ASKED)[self.cleaned_data["how"]])}


class RoundForm(DomainForm):
    """A round of wishes."""

    name = CleanCharField(label=_("name"), max_length=60, help_text=_("For example: Double Ninth 2026"))
    grid = GridChoice(label=_("grid"), queryset=Grid.objects.none(), empty_label=None)
    festival = CleanCharField(label=_("festival"), max_length=30, required=False)
    opens_on = forms.DateField(label=_("opens on"), widget=day_input(), initial=timezone.localdate)
    closes_on = forms.DateField(label=_("closes on"), widget=day_input())
    ceiling = _money(_("ceiling of a wish (yuan)"), help_text=_("Left empty there is none; the office decides."))
    text = CleanCharField(
        label=_("in words"),
        max_length=500,
        multiline=True,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, data: Any = None, *, user: Any, row: WishRound | None = None) -> None:
        names = ("name", "festival", "opens_on", "closes_on", "ceiling", "text")
        super().__init__(data, initial={name: getattr(row, name) for name in names} if row else None)
        self.row = row
        self.fields["grid"].queryset = grids_where(user, EDITS)  # type: ignore[attr-defined]
        if row is not None:
            del self.fields["grid"]

    def new(self) -> NewRound:
        """What the business takes."""
        data = dict(self.cleaned_data)
        return NewRound(**{**data, "grid": self.row.grid if self.row else data["grid"]})
