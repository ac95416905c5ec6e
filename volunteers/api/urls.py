"""Addresses of volunteers and wishes in the API."""

from django.urls import URLPattern, URLResolver, include, path
from rest_framework.routers import SimpleRouter

router = SimpleRouter()
# wishes
# volunteers
# services
# points
# micro-projects
# service points

urlpatterns: list[URLPattern | URLResolver] = [path("volunteers/", include(router.urls))]
