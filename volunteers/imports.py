"""The kinds of files of volunteers that people import on pages (`grid.importing.offered`)."""

from typing import Final

from django.utils.translation import gettext_lazy

from grid.importing.offered import ImportKind
from grid.models import ImportRun
from volunteers.importing import people

KINDS: Final[dict[str, ImportKind]] = {
    "volunteers": ImportKind(
        ImportRun.Kind.VOLUNTEERS,
        gettext_lazy("Volunteers"),
        "volunteer.edit",
        [names[1] for names in people.COLUMNS.values()],
        people.EXAMPLE,
        [people.COLUMNS[name][1] for name in people.NEEDED],
    ),
}
"""By the word in the address. An importer of another kind adds its line here and registers itself in `apps.py`."""
