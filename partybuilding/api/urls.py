"""Addresses of party work in the API."""

from django.urls import URLPattern, URLResolver, include, path
from rest_framework.routers import SimpleRouter

router = SimpleRouter()
# organizations
# members
# duty
# units
# lists
# orders
# councils
# activities

urlpatterns: list[URLPattern | URLResolver] = [path("party/", include(router.urls))]
