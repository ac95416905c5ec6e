"""The kinds of files of field work that people import on pages (`grid.importing.offered`)."""

from typing import Final

from django.utils.translation import gettext_lazy

from fieldwork.importing import households, places
from grid.importing.offered import ImportKind
from grid.models import ImportRun

KINDS: Final[dict[str, ImportKind]] = {
    "households": ImportKind(
        ImportRun.Kind.HOUSEHOLDS,
        gettext_lazy("Households and residents"),
        "household.edit",
        [names[1] for names in households.COLUMNS.values()],
        households.EXAMPLE,
        [households.COLUMNS[name][1] for name in households.NEEDED],
    ),
    "places": ImportKind(
        ImportRun.Kind.PLACES,
        gettext_lazy("Register of places"),
        "field.write",
        [names[1] for names in places.COLUMNS.values()],
        places.EXAMPLE,
        [places.COLUMNS[name][1] for name in places.NEEDED],
    ),
}
"""By the word in the address. An importer of another kind adds its line here and registers itself in `apps.py`."""
