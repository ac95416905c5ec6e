"""The root of the REST API, version 1."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("accounts.api.urls")),
    path("", include("notices.api.urls")),
    path("", include("grid.api.urls")),
    path("", include("incidents.api.urls")),
    path("", include("fieldwork.api.urls")),
    path("", include("partybuilding.api.urls")),
    path("", include("volunteers.api.urls")),
    path("", include("reports.api.urls")),
]
