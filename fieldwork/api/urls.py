"""Addresses of field work in the API."""

from django.urls import URLPattern, URLResolver, include, path
from rest_framework.routers import SimpleRouter

router = SimpleRouter()
# notes
# patrols
# households
# visits
# care
# inspections
# training

urlpatterns: list[URLPattern | URLResolver] = [path("field/", include(router.urls))]
