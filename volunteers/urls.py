"""Pages of `volunteers`."""

from django.urls import URLPattern, URLResolver

from accounts import converters  # noqa: F401  (registers `ascii_int`)

app_name = "volunteers"

urlpatterns: list[URLPattern | URLResolver] = [
    # wishes: collect, verify, follow
    # wishes: board, claims
    # volunteers, teams
    # services, shifts, hours, certificates
    # points, shop
    # micro-projects
    # service points
    # matching, overview
]
