"""What a phone keeps for the time without a network: the files of the frame, and the empty forms of daily work."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fieldwork.models import InspectedPlace, KnockAction, PlaceKind
from grid.scope import scope_of

FILES: Final = (
    "js/theme.js",
    "vendor/tabler.min.css",
    "css/app.css",
    "css/inspections.css",
    "django_htmx/htmx-2.min.js",
    "js/app.js",
    "js/queue.js",
    "js/offline.js",
    "js/waiting.js",
    "js/photos.js",
    "js/map.js",
    "js/incidents.js",
    "leaflet/leaflet.js",
    "leaflet/leaflet.css",
    "icons.svg",
    "favicon.svg",
)
"""Everything that the kept pages draw themselves with."""

ACTIONS: Final = 3
"""Of so many door-knock actions the pages are fetched ahead; more are not under way in one grid."""
SHOPS: Final = 8
"""Of so many places that are due the forms are fetched ahead (20 kB each); any other one opened is kept too."""
SOON: Final = timedelta(days=3)
WAITING: Final = "fieldwork:waiting"


@dataclass(frozen=True, slots=True)
class Kept:
    """A page that works without a network; with a label it also has a button where a page cannot be opened."""

    capability: str
    url_name: str
    label: Any = ""
    symbol: str = ""

    @property
    def url(self) -> str:
        """Its address; nothing while no such page exists."""
        try:
            return reverse(self.url_name)
        except NoReverseMatch:
            return ""


KEPT: Final = (
    # pages under `accounts.offline.kept_offline`: without personal data of others
    Kept("incident.report", "incidents:report", _("Report"), "camera"),
    Kept("field.write", "fieldwork:note_new", _("Quick note"), "note"),
    Kept("field.write", "fieldwork:patrol_start", _("Patrol"), "walk"),
    Kept("field.write", "fieldwork:patrol_under_way"),
    Kept("field.write", "fieldwork:visit_new", _("Visit"), "home"),
)


def files() -> list[str]:
    """The addresses of FILES, with the names of this version."""
    return [static(name) for name in FILES]


def version() -> str:
    """A digest of the files' names (they carry their content): another one makes phones fetch everything anew."""
    return hashlib.sha256("\n".join(files()).encode()).hexdigest()[:12]


def kept_pages(user: Any) -> list[str]:
    """The addresses of the pages that `user`'s phone fetches ahead; the page of what waits first."""
    return [reverse(WAITING), *(page.url for page in pages_of(user)), *doors_of(user), *shops_of(user)]


def doors_of(user: Any) -> list[str]:
    """The walk and the form of the door-knock actions under way; a door's address fills the form on the phone."""
    if not scope_of(user).can("field.write"):
        return []
    running = KnockAction.objects.visible_to(user).filter(status=KnockAction.Status.RUNNING)
    keys = running.order_by("-starts_on", "-id").values_list("pk", flat=True)[:ACTIONS]
    return [reverse(name, args=[key]) for key in keys for name in ("fieldwork:knock_walk", "fieldwork:knock_door")]


def shops_of(user: Any) -> list[str]:
    """The inspection forms of the places that are due next; not of homes, whose names are their people's (law 11)."""
    scope, soon = scope_of(user), timezone.localdate() + SOON
    writable = InspectedPlace.objects.visible_to(user).filter(scope.q("field.write", "grid_code"))
    rows = writable.filter(is_active=True, due_on__lte=soon)
    keys = rows.exclude(kind__group=PlaceKind.Group.SHARED_RENT).order_by("due_on", "id").values_list("pk", flat=True)
    return [reverse("fieldwork:inspect", args=[key]) for key in keys[:SHOPS]]


def pages_of(user: Any) -> list[Kept]:
    """The forms among KEPT that `user` may use and that exist."""
    can = scope_of(user).can
    return [page for page in KEPT if can(page.capability) and page.url]
