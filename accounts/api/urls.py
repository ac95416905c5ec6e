"""API addresses of `accounts`."""

from django.urls import URLPattern, URLResolver, path

from accounts.api.views import MeView

urlpatterns: list[URLPattern | URLResolver] = [
    path("me/", MeView.as_view({"get": "retrieve", "patch": "partial_update"}), name="api-me"),
]
