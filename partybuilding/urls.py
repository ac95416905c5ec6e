"""Pages of `partybuilding`."""

from django.urls import URLPattern, URLResolver, path

from accounts import converters  # noqa: F401  (registers `ascii_int`)
from grid.views.imports import import_urls
from partybuilding.imports import KINDS
from partybuilding.views import files, overview

app_name = "partybuilding"

urlpatterns: list[URLPattern | URLResolver] = [
    # overview, organizations, profiles, responsibility
    path("party/", overview.overview, name="overview"),
    *import_urls(app_name, KINDS),
    # members, household links, reports to communities
    # duty posts, calls of members
    # partner units, agreements, alliances, stars
    # needs, resources, projects, matching
    # service orders
    # councils, opinions
    # activities
    # files
    path("party/files/<uuid:public_id>/", files.file, name="file"),
    path("party/files/<uuid:public_id>/remove/", files.remove, name="file_remove"),
]
