"""Pages of `volunteers`."""

from django.urls import URLPattern, URLResolver

from accounts import converters  # noqa: F401  (registers `ascii_int`)
from volunteers.board_urls import BOARD
from volunteers.micro_urls import MICRO, SERVICE_POINTS
from volunteers.people_urls import PEOPLE_URLS
from volunteers.point_urls import POINTS
from volunteers.service_urls import SERVICES
from volunteers.wish_urls import WISHES

app_name = "volunteers"

urlpatterns: list[URLPattern | URLResolver] = [
    # wishes: collect, verify, follow; overview, files
    *WISHES,
    # wishes: board, claims
    *BOARD,
    # volunteers, teams
    *PEOPLE_URLS,
    # services, shifts, hours, certificates
    *SERVICES,
    # points, shop
    *POINTS,
    # micro-projects
    *MICRO,
    # service points
    *SERVICE_POINTS,
    # matching, overview
]
