"""Addresses of volunteers, their teams and their own page."""

from django.urls import URLPattern, URLResolver, path

from accounts import converters  # noqa: F401  (registers `ascii_int`)
from volunteers.views import mine

PEOPLE_URLS: list[URLPattern | URLResolver] = [
    path("volunteers/me/", mine.me, name="me"),
]
