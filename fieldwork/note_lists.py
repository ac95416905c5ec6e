"""A page of notes: cut first, and only then joined with what its lines show."""

from collections.abc import Sequence

from fieldwork.models import QuickNote


def filled(rows: Sequence[QuickNote]) -> list[QuickNote]:
    """The notes of a page with grid, writer, duty, incident and photos, in the same order; two queries.

    A search joined at once would join every row that it finds, before the page is cut.
    """
    wanted = QuickNote.objects.filter(pk__in=[row.pk for row in rows])
    found = {note.pk: note for note in wanted.for_lists().prefetch_related("photos")}
    return [found[row.pk] for row in rows if row.pk in found]
