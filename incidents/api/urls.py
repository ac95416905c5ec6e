"""API addresses of `incidents`."""

from django.urls import URLPattern, URLResolver, include, path
from rest_framework.routers import SimpleRouter

from incidents.api.views import CategoryViewSet, IncidentViewSet
from incidents.api.whistles import WhistleViewSet

router = SimpleRouter()
router.register("incidents", IncidentViewSet, basename="api-incident")
router.register("categories", CategoryViewSet, basename="api-category")
router.register("whistles", WhistleViewSet, basename="api-whistle")

urlpatterns: list[URLPattern | URLResolver] = [path("", include(router.urls))]
