"""The filters of quick notes, for pages, export and API."""

from datetime import date, timedelta
from typing import Any, Final

import django_filters as filters
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from fieldwork.models import DutyKind, FieldPhoto, QuickNote
from fieldwork.note_queries import NoteQuerySet
from grid.filters import StrictFilterSet
from grid.forms import day_input
from incidents.filters import CODE, DAYS, LONGEST_QUERY
from incidents.overview import midnight

YES: Final = (("true", _("Yes")),)
MINE: Final = (("me", _("Written by me")),)
SEQUELS: Final = [("none", _("Only a note")), *(one for one in QuickNote.Became.choices if one[0])]


class NoteFilter(filters.FilterSet):
    """What a list of notes can be narrowed by."""

    q = filters.CharFilter(label=_("words"), max_length=LONGEST_QUERY, method="filter_words")
    grid = filters.CharFilter(label=_("grid"), validators=[CODE], max_length=24, method="filter_grid")
    duty = filters.ModelChoiceFilter(label=_("duty"), queryset=DutyKind.objects.all(), empty_label=_("All"))
    became = filters.ChoiceFilter(label=_("became"), choices=SEQUELS, empty_label=_("All"), method="filter_became")
    by = filters.ChoiceFilter(label=_("noted by"), choices=MINE, method="filter_by")
    photos = filters.ChoiceFilter(label=_("with photos"), choices=YES, method="filter_photos")
    written_from = filters.DateFilter(
        label=_("written from"), widget=day_input(), method="filter_from", validators=DAYS
    )
    written_to = filters.DateFilter(label=_("written until"), widget=day_input(), method="filter_to", validators=DAYS)

    class Meta:
        model = QuickNote
        fields: tuple[str, ...] = ()

    def filter_words(self, rows: NoteQuerySet, name: str, value: str) -> NoteQuerySet:
        """Whose text holds every word."""
        return rows.with_words(value)

    def filter_grid(self, rows: NoteQuerySet, name: str, value: str) -> NoteQuerySet:
        """In the subtree of a grid."""
        return rows.under(value)

    def filter_became(self, rows: NoteQuerySet, name: str, value: str) -> NoteQuerySet:
        """What was made of it."""
        return rows.filter(became="" if value == "none" else value)

    def filter_by(self, rows: NoteQuerySet, name: str, value: str) -> NoteQuerySet:
        """Written by the reader."""
        reader: Any = getattr(self.request, "user", None)
        return rows.filter(by=reader) if reader is not None else rows.none()

    def filter_photos(self, rows: NoteQuerySet, name: str, value: str) -> NoteQuerySet:
        """With a photo."""
        return rows.filter(Exists(FieldPhoto.objects.filter(note=OuterRef("pk"))))

    def filter_from(self, rows: NoteQuerySet, name: str, value: date) -> NoteQuerySet:
        """Written on this day or later."""
        return rows.filter(at__gte=midnight(value))

    def filter_to(self, rows: NoteQuerySet, name: str, value: date) -> NoteQuerySet:
        """Written on this day or before."""
        return rows.filter(at__lt=midnight(value + timedelta(days=1)))


class StrictNoteFilter(StrictFilterSet, NoteFilter):
    """The same for other systems: an unknown filter is refused."""
