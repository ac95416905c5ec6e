"""The kinds of files of party work that people import on pages (`grid.importing.offered`)."""

from typing import Final

from django.utils.translation import gettext_lazy

from grid.importing.offered import ImportKind
from grid.models import ImportRun
from partybuilding.importing import members, organizations, partners

KINDS: Final[dict[str, ImportKind]] = {
    "party": ImportKind(
        ImportRun.Kind.PARTY,
        gettext_lazy("Party organizations"),
        "party.edit",
        [names[1] for names in organizations.COLUMNS.values()],
        organizations.EXAMPLE,
        [organizations.COLUMNS[name][1] for name in organizations.NEEDED],
    ),
    "members": ImportKind(
        ImportRun.Kind.MEMBERS,
        gettext_lazy("Party members"),
        "party.edit",
        [names[1] for names in members.COLUMNS.values()],
        members.EXAMPLE,
        [members.COLUMNS[name][1] for name in members.NEEDED],
    ),
    "partners": ImportKind(
        ImportRun.Kind.PARTNERS,
        gettext_lazy("Partner units and resources"),
        "lists.edit",
        [names[1] for names in partners.COLUMNS.values()],
        partners.EXAMPLE,
        [partners.COLUMNS[name][1] for name in partners.NEEDED],
    ),
}
"""By the word in the address. An importer of another kind adds its line here and registers itself in `apps.py`."""
