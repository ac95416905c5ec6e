"""Forms of inspections: a place, one look, a notice, a re-inspection, what comes after, a checklist."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.protect import mask_name
from accounts.text_guard import CleanCharField
from fieldwork import checklists, orders
from fieldwork.inspections import CLOCK_SKEW, Finding, NewInspection
from fieldwork.models import Checklist, ChecklistItem, Hazard, InspectedPlace, Inspection, PlaceKind, Recheck
from fieldwork.places import PlaceFacts
from grid.forms import DomainForm, day_input
from grid.models import Grid, Organization
from grid.scope import scope_of
from incidents.forms.disputes import GridChoice
from incidents.forms.fields import PhotosField

COMMUNITY_DIGITS: Final = 12
OLDEST: Final = timedelta(days=31)
"""A look that waited longer on a phone is one of a wrong clock."""
OTHERS: Final = 3
"""Hazards of one's own words on one form."""
LAST_YEAR: Final = 2999
"""Beyond it a day has no next one to count until."""
SIZES: Final = ("area", "beds", "children")


def own_grids(user: Any) -> QuerySet[Any]:
    """Where `user` writes: down to the micro-grids for those of a community, to the grids for those of a street."""
    scope = scope_of(user)
    wide = any(len(prefix) < COMMUNITY_DIGITS for prefix in scope.prefixes("field.write"))
    lowest = Grid.Level.GRID if wide else Grid.Level.MICRO
    rows = Grid.objects.filter(scope.q("field.write", "code")).current(timezone.localdate())
    return rows.filter(level__gte=Grid.Level.STREET, level__lte=lowest).order_by("code").defer("boundary")


class PlaceForm(DomainForm):
    """A place on the register. Person and phone that are kept are never shown: left empty, they stay."""

    kind = forms.ModelChoiceField(
        label=_("kind of place"), queryset=PlaceKind.objects.filter(is_active=True), empty_label=_("Choose")
    )
    name = CleanCharField(label=_("name"), max_length=100)
    grid = GridChoice(label=_("grid"), queryset=Grid.objects.none(), empty_label=None)
    address = CleanCharField(label=_("address"), max_length=200, required=False)
    area = forms.IntegerField(label=_("area in m²"), min_value=1, max_value=1_000_000, required=False)
    beds = forms.IntegerField(label=_("beds"), min_value=0, max_value=10_000, required=False)
    children = forms.IntegerField(label=_("children"), min_value=0, max_value=10_000, required=False)
    in_complex = forms.BooleanField(label=_("inside a commercial complex"), required=False)
    responsible = CleanCharField(label=_("person responsible"), max_length=50, required=False)
    phone = CleanCharField(label=_("phone"), max_length=20, required=False)
    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, user: Any, place: InspectedPlace | None = None, **kwargs: Any) -> None:
        if place is not None:
            shown = ("kind", "name", "grid", "address", *SIZES, "in_complex", "version")
            kwargs["initial"] = {name: getattr(place, name) for name in shown}
        super().__init__(*args, **kwargs)
        self.place = place
        self.fields["grid"].queryset = self._grids(user)  # type: ignore[attr-defined]
        if place is not None and place.phone:
            self.fields["phone"].help_text = _("Left empty, the number that is kept stays.")
        if place is not None and place.responsible:
            self.fields["responsible"].widget.attrs["placeholder"] = mask_name(place.responsible)
            self.fields["responsible"].help_text = _("Leave it empty to keep what is there.")

    def _grids(self, user: Any) -> QuerySet[Any]:
        """Also the grid where the place lies, which may be lower than what is offered to a street."""
        if self.place is None:
            return own_grids(user)
        kept = Grid.objects.filter(pk=self.place.grid_id).defer("boundary")
        return (own_grids(user).order_by() | kept).order_by("code")

    def facts(self) -> PlaceFacts:
        """What the business takes; building and point stay as they are."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        if self.place is not None:
            data |= {"building": self.place.building, "point": self.place.point}
        return PlaceFacts(**data)


class InspectForm(DomainForm):
    """The list of the place, everything in order until it is tapped; words, photos and "fixed" for each bad thing."""

    client_id = forms.UUIDField(widget=forms.HiddenInput(attrs={"data-draft-id": ""}))
    at = forms.DateTimeField(required=False, widget=forms.HiddenInput(attrs={"data-offline-at": ""}))
    checklist = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=2**62)
    companions = CleanCharField(
        label=_("who came along"), max_length=200, required=False, help_text=_("For example: police, city management.")
    )
    text = CleanCharField(
        label=_("Remark"), max_length=1000, required=False, multiline=True, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, place: InspectedPlace, checklist: Checklist | None, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"client_id": uuid4(), "checklist": checklist.pk if checklist else None})
        super().__init__(*args, **kwargs)
        self.place, self.list_of = place, checklist
        for item in self._items():
            self._ask(str(item.pk))
            self.fields[f"not_here_{item.pk}"] = forms.BooleanField(label=_("Does not apply"), required=False)
        for n in range(1, OTHERS + 1):
            self._ask(f"other{n}")

    def _items(self) -> list[ChecklistItem]:
        return list(self.list_of.items.all()) if self.list_of else []

    def _ask(self, key: str) -> None:
        self.fields[f"bad_{key}"] = forms.BooleanField(label=_("Not in order"), required=False)
        self.fields[f"words_{key}"] = CleanCharField(label=_("What exactly?"), max_length=250, required=False)
        self.fields[f"fixed_{key}"] = forms.BooleanField(label=_("Put right at once"), required=False)
        self.fields[f"photos_{key}"] = PhotosField(maximum=3, required=False)

    def parts(self) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """For the page: each heading with its items and their fields."""
        for part, items in checklists.parts_of(self.list_of).items():
            yield part, [self._line(item) for item in items]

    def _line(self, item: ChecklistItem) -> dict[str, Any]:
        return {"item": item, **self._bound(str(item.pk)), "away": self[f"not_here_{item.pk}"]}

    def others(self) -> list[dict[str, Any]]:
        """The lines for what stands on no list."""
        return [self._bound(f"other{n}") for n in range(1, OTHERS + 1)]

    def _bound(self, key: str) -> dict[str, Any]:
        return {name: self[f"{name}_{key}"] for name in ("bad", "words", "fixed", "photos")}

    def clean(self) -> dict[str, Any]:
        """Words of one's own without a tap are meant as a hazard; a tap without words is not understood."""
        cleaned = super().clean() or {}
        for n in range(1, OTHERS + 1):
            if cleaned.get(f"bad_other{n}") and not cleaned.get(f"words_other{n}"):
                self.add_error(f"words_other{n}", _("Say what is not in order."))
        if (at := cleaned.get("at")) and not timedelta(0) <= timezone.now() + CLOCK_SKEW - at <= OLDEST:
            self.add_error("at", _("Give a time of the last 31 days, not one to come."))
        return cleaned

    def inspection(self, now: datetime) -> NewInspection:
        """What the business takes."""
        data, items = self.cleaned_data, self._items()
        found = [self._finding(str(item.pk), item.pk) for item in items if data[f"bad_{item.pk}"]]
        found += [self._finding(f"other{n}", None) for n in range(1, OTHERS + 1) if data[f"words_other{n}"]]
        return NewInspection(
            place=self.place,
            client_id=data["client_id"],
            at=data["at"] or now,
            findings=found,
            not_here=[i.pk for i in items if data[f"not_here_{i.pk}"] and not data[f"bad_{i.pk}"]],
            companions=data["companions"],
            text=data["text"],
            checklist=self.list_of.pk if self.list_of else None,
        )

    def _finding(self, key: str, item: int | None) -> Finding:
        data = self.cleaned_data
        return Finding(
            item=item, text=data[f"words_{key}"], fixed=data[f"fixed_{key}"], photos=data[f"photos_{key}"] or ()
        )


class FixForm(DomainForm):
    """A hazard was put right: a photo of it, and a few words."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    text = CleanCharField(label=_("What was done to put it right"), max_length=500, required=False)
    photos = PhotosField(maximum=3, required=False)


class HazardChoice(forms.ModelMultipleChoiceField):
    """Hazards by their words."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Hazard) -> str:
        """The words."""
        return obj.text


class OrderForm(DomainForm):
    """A notice about open hazards of one inspection; all are chosen until one is taken away."""

    hazards = HazardChoice(label=_("hazards"), queryset=Hazard.objects.none())
    deadline = forms.DateField(label=_("to be put right by"), widget=day_input())
    demand = CleanCharField(
        label=_("demand of the notice"),
        max_length=3000,
        required=False,
        multiline=True,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Left empty: to put all of them right and keep photos of before and after."),
    )
    received_by = CleanCharField(label=_("received by"), max_length=50, required=False)

    def __init__(self, *args: Any, inspection: Inspection, **kwargs: Any) -> None:
        waiting = inspection.hazards.filter(status=Hazard.Status.OPEN).order_by("pk")
        day = timezone.localdate() + timedelta(days=orders.USUAL_DAYS)
        super().__init__(*args, **{"initial": {"hazards": waiting, "deadline": day}, **kwargs})
        self.fields["hazards"].queryset = waiting  # type: ignore[attr-defined]

    def order(self) -> orders.NewOrder:
        """What the business takes."""
        data = {**self.cleaned_data, "hazards": [row.pk for row in self.cleaned_data["hazards"]]}
        return orders.NewOrder(**data)


class RecheckForm(DomainForm):
    """What a re-inspection found."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    result = forms.ChoiceField(label=_("result"), choices=Recheck.Result.choices, widget=forms.RadioSelect)
    fixed = HazardChoice(label=_("put right, when only some are"), queryset=Hazard.objects.none(), required=False)
    text = CleanCharField(
        label=_("What is still missing?"),
        max_length=500,
        required=False,
        multiline=True,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    new_deadline = forms.DateField(label=_("new deadline"), widget=day_input(), required=False)

    def __init__(self, *args: Any, waiting: QuerySet[Hazard], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["fixed"].queryset = waiting  # type: ignore[attr-defined]

    def look(self) -> orders.Look:
        """What the business takes."""
        data = self.cleaned_data
        fixed = [row.pk for row in data["fixed"]]
        return orders.Look(data["result"], data["text"], data["new_deadline"], fixed)


class OrderStepForm(DomainForm):
    """A step with its words."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    text = CleanCharField(label=_("Words"), max_length=500, required=False)


class TransferForm(OrderStepForm):
    """To which department, and whether a case of its own begins there."""

    organization = forms.ModelChoiceField(label=_("enforcement department"), queryset=Organization.objects.none())
    as_case = forms.BooleanField(
        label=_("begin a case, so that the hand-over is followed to its end"), required=False, initial=True
    )
    field_order = ("organization", "as_case", "text", "version")

    def __init__(self, *args: Any, code: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"].queryset = orders.possible_departments(code)  # type: ignore[attr-defined]


class PeriodForm(forms.Form):
    """The days and the grid of the statistics; without days this month so far."""

    first = forms.DateField(label=_("from"), widget=day_input(), required=False)
    last = forms.DateField(label=_("until"), widget=day_input(), required=False)
    grid = CleanCharField(label=_("code of the grid"), max_length=24, required=False)

    def clean(self) -> dict[str, Any]:
        """Not the wrong way round, and no more than two years."""
        cleaned = super().clean() or {}
        today = timezone.localdate()
        last = cleaned.get("last") or today
        first = cleaned.get("first") or last.replace(day=1)
        if not timedelta() <= last - first <= timedelta(days=732) or last.year > LAST_YEAR:
            self.add_error("last", _("Give a period of at most two years, the first day first."))
        return {**cleaned, "first": first, "last": last}


class ItemForm(DomainForm):
    """One thing to look at."""

    part = CleanCharField(label=_("part"), max_length=40, required=False)
    text = CleanCharField(label=_("what is to be looked at"), max_length=200)
    basis = CleanCharField(label=_("rule"), max_length=100, required=False)
    is_serious = forms.BooleanField(label=_("serious when missing"), required=False)

    def item(self) -> checklists.NewItem:
        """What the business takes."""
        return checklists.NewItem(**self.cleaned_data)
