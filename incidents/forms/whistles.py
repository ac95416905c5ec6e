"""Forms of whistles: raising one, and each move, made from the table of moves."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.text_guard import CleanCharField
from grid.models import Grid, Organization
from incidents.models import Incident, Whistle, WhistleLevel, WhistleTask
from incidents.whistle_moves import LENGTHS, WhistleMove
from incidents.whistle_raising import Call, NewWhistle
from incidents.whistles import Given, Rating
from incidents.worktime import TimeUnit

ROWS: Final = 8
"""Units that the page offers to call: the first one leads."""
OPEN_ROWS: Final = 3
"""Rows that stand open; the others unfold."""
UNIT_WORDS: Final = {
    TimeUnit.URGENT_HOUR: gettext_lazy("%(n)s hours"),
    TimeUnit.WORK_HOUR: gettext_lazy("%(n)s hours of working time"),
    TimeUnit.WORK_DAY: gettext_lazy("%(n)s working days"),
    TimeUnit.NATURAL_DAY: gettext_lazy("%(n)s days"),
}
"""A time as people say it."""
STARS: Final = [(str(n), str(n)) for n in range(1, 6)]


def level_choices() -> list[tuple[str, str]]:
    """The levels with what each asks: who attends, and both times; one query."""
    rows = sorted(WhistleLevel.objects.all(), key=lambda level: level.rank)
    return [(level.colour, _level_words(level)) for level in rows]


def _level_words(level: WhistleLevel) -> str:
    times = {
        "level": level.get_colour_display(),
        "rank": level.get_rank_display(),
        "respond": UNIT_WORDS[TimeUnit(level.respond_unit)] % {"n": f"{level.respond_amount.normalize():f}"},
        "handle": UNIT_WORDS[TimeUnit(level.handle_unit)] % {"n": f"{level.handle_amount.normalize():f}"},
    }
    return _("%(level)s: %(rank)s attends; respond within %(respond)s, done within %(handle)s") % times


class RaiseForm(forms.Form):
    """A new whistle; `units` and `grids` are what the caller may choose from."""

    grid = forms.ChoiceField(label=gettext_lazy("Place that whistles"), required=False)
    title = CleanCharField(label=gettext_lazy("Title"), max_length=LENGTHS["title"])
    text = CleanCharField(
        label=gettext_lazy("What is the matter, and why you cannot settle it alone"),
        max_length=LENGTHS["text"],
        multiline=True,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    ground = forms.ChoiceField(label=gettext_lazy("Ground"), choices=Whistle.Ground.choices)
    level = forms.ChoiceField(label=gettext_lazy("Level of the whistle"), widget=forms.RadioSelect)
    address = CleanCharField(label=gettext_lazy("Meeting place"), max_length=LENGTHS["address"], required=False)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        units: Sequence[Organization],
        grids: Sequence[Grid],
        incident: Incident | None = None,
    ) -> None:
        super().__init__(data, initial=_proposed(incident, grids))
        self.incident, self.units = incident, {str(unit.pk): unit for unit in units}
        self.grids = {grid.code: grid for grid in grids}
        self.fields["level"].choices = level_choices()  # type: ignore[attr-defined]
        if incident:
            del self.fields["grid"]
        else:
            self.fields["grid"].choices = [(grid.code, grid.name) for grid in grids]  # type: ignore[attr-defined]
        self._add_rows(_grouped(units))

    def _add_rows(self, choices: list[tuple[str, Any]]) -> None:
        for n in range(ROWS):
            self.fields[f"unit{n}"] = forms.ChoiceField(
                label=_("Lead unit") if n == 0 else _("Assisting unit"), choices=choices, required=n == 0
            )
            self.fields[f"task{n}"] = CleanCharField(
                label=_("Its task"), max_length=LENGTHS["task"], required=n == 0, widget=forms.TextInput()
            )

    def rows(self) -> list[tuple[Any, Any, bool]]:
        """(unit, task, whether it stands open) of each row, for the page."""
        filled = [bool(self[f"unit{n}"].value() or self[f"task{n}"].value()) for n in range(ROWS)]
        return [(self[f"unit{n}"], self[f"task{n}"], n < OPEN_ROWS or filled[n]) for n in range(ROWS)]

    def clean(self) -> dict[str, Any]:
        """A unit and its task come together, and no unit twice."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        seen: set[str] = set()
        for n in range(ROWS):
            unit, task = data.get(f"unit{n}"), data.get(f"task{n}")
            if unit and not task and f"task{n}" not in self.errors:
                self.add_error(f"task{n}", _("Say what this unit is to do."))
            if task and not unit and f"unit{n}" not in self.errors:
                self.add_error(f"unit{n}", _("Choose the unit."))
            if unit and unit in seen:
                self.add_error(f"unit{n}", _("This unit is called already."))
            seen.add(unit or "")
        return data

    def whistle(self) -> NewWhistle:
        """What the form says, for `raise_whistle`."""
        data = self.cleaned_data
        calls = [
            Call(self.units[data[f"unit{n}"]], data[f"task{n}"], is_lead=n == 0)
            for n in range(ROWS)
            if data.get(f"unit{n}")
        ]
        given = {name: data[name] for name in ("title", "text", "ground", "level", "address")}
        return NewWhistle(calls=calls, grid=self.grids.get(data.get("grid", "")), incident=self.incident, **given)


def _proposed(incident: Incident | None, grids: Sequence[Grid]) -> dict[str, Any]:
    if incident is None:
        return {"grid": grids[0].code if grids else "", "level": WhistleLevel.Colour.BLUE}
    return {
        "title": incident.title,
        "text": incident.text[: LENGTHS["text"]],
        "address": incident.address,
        "level": WhistleLevel.Colour.BLUE,
    }


def _grouped(units: Sequence[Organization]) -> list[tuple[str, Any]]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for unit in units:
        groups.setdefault(str(unit.get_kind_display()), []).append((str(unit.pk), unit.name))
    return [("", "—"), *groups.items()]


class WhistleMoveForm(forms.Form):
    """One move of a whistle: what it needs and nothing else."""

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        move: WhistleMove,
        whistle: Whistle,
        task: WhistleTask | None = None,
        tasks: Sequence[WhistleTask] = (),
    ) -> None:
        place = f"{move.name}{task.pk if task else ''}"
        first = {"version": whistle.version, "task": task.pk if task else None, "rank": whistle.rank}
        super().__init__(data, auto_id=f"id_{place}_%s", initial=first)
        self.move, self.task, self.tasks = move, task, tasks
        if move.per_unit:
            self.fields["task"] = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
        else:
            self.fields["version"] = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
        for need in move.needs or (("remark",) if move.name == "approve" else ()):
            getattr(self, f"_ask_{need}")()

    @property
    def is_direct(self) -> bool:
        """Nothing has to be given: one press does it."""
        return not self.move.needs and self.move.name != "approve"

    def _ask_remark(self) -> None:
        self.fields["text"] = _words(_("Remark"), LENGTHS["reason"], required=False)

    def _ask_reason(self) -> None:
        self.fields["text"] = _words(_("Reason"), LENGTHS["reason"])

    def _ask_text(self) -> None:
        self.fields["text"] = _words(_("What was done"), LENGTHS["result"])

    def _ask_attendee(self) -> None:
        self.fields["attendee"] = CleanCharField(label=_("Who attended (name)"), max_length=LENGTHS["attendee"])
        self.fields["rank"] = forms.TypedChoiceField(
            label=_("Rank of who attended"), coerce=int, choices=WhistleLevel.Rank.choices, widget=forms.RadioSelect
        )

    def _ask_ratings(self) -> None:
        for task in self.tasks:
            label = _("%(unit)s, 1 (bad) to 5 (good)") % {"unit": task.organization}
            self.fields[f"stars{task.pk}"] = forms.TypedChoiceField(
                label=label, coerce=int, choices=STARS, widget=forms.RadioSelect
            )
            words = CleanCharField(label=_("Words for it"), max_length=LENGTHS["reason"], required=False)
            self.fields[f"words{task.pk}"] = words

    def given(self) -> Given:
        """What the form says, for `perform`."""
        data = self.cleaned_data
        rated = {
            task.pk: Rating(data[f"stars{task.pk}"], data.get(f"words{task.pk}", ""))
            for task in self.tasks
            if f"stars{task.pk}" in data
        }
        return Given(
            text=data.get("text", ""),
            task=data.get("task"),
            attendee=data.get("attendee", ""),
            rank=data.get("rank"),
            ratings=rated,
        )


def _words(label: str, most: int, *, required: bool = True) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 3})
    return CleanCharField(label=label, max_length=most, multiline=True, required=required, widget=widget)


class PeriodForm(forms.Form):
    """The days of the figures; without any, the last ninety."""

    start = forms.DateField(label=gettext_lazy("Blown from"), widget=forms.DateInput(attrs={"type": "date"}))
    end = forms.DateField(label=gettext_lazy("Blown until"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, data: QueryDict, *, today: date) -> None:
        first = {"start": today - timedelta(days=89), "end": today}
        filled = {name: data.get(name) or value.isoformat() for name, value in first.items()}
        super().__init__(filled)

    def clean(self) -> dict[str, Any]:
        """In order, and inside the calendar."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        start, end = data.get("start"), data.get("end")
        if start and end and start > end:
            self.add_error("end", _("The end is before the beginning."))
        if any(day and not date(1990, 1, 1) <= day <= date(2100, 12, 31) for day in (start, end)):
            self.add_error(None, _("Choose days between 1990 and 2100."))
        return data
