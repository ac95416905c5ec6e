"""Pages of wishes for the staff."""

from typing import Final

from django.urls import URLPattern, path

from volunteers.views import files, overview

WISHES: Final[list[URLPattern]] = [
    path("volunteers/", overview.overview, name="overview"),
    path("volunteers/files/<uuid:public_id>/", files.file, name="file"),
]
