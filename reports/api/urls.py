"""API addresses of `reports`."""

from django.urls import URLPattern, URLResolver, include, path
from rest_framework.routers import SimpleRouter

from reports.api.indicators import IndicatorViewSet
from reports.api.papers import PaperViewSet
from reports.api.views import ReportViewSet

router = SimpleRouter()
router.register("reports", ReportViewSet, basename="api-report")
router.register("indicators", IndicatorViewSet, basename="api-indicator")
router.register("papers", PaperViewSet, basename="api-paper")

urlpatterns: list[URLPattern | URLResolver] = [path("", include(router.urls))]
