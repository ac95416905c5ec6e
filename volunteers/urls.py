"""Pages of `volunteers`."""

from django.urls import URLPattern, URLResolver

from accounts import converters  # noqa: F401  (registers `ascii_int`)
from volunteers.people_urls import PEOPLE_URLS
from volunteers.wish_urls import WISHES

app_name = "volunteers"

urlpatterns: list[URLPattern | URLResolver] = [
    # wishes: collect, verify, follow; overview, files
    *WISHES,
    # wishes: board, claims
    # volunteers, teams
    *PEOPLE_URLS,
    # services, shifts, hours, certificates
    # points, shop
    # micro-projects
    # service points
    # matching, overview
]
