"""API addresses of `reports`."""

from django.urls import URLPattern, URLResolver, include, path
from rest_framework.routers import SimpleRouter

from reports.api.honours import HonourRoundViewSet, NominationViewSet, TypicalCaseViewSet
from reports.api.indicators import IndicatorViewSet
from reports.api.papers import PaperViewSet
from reports.api.records import MatterViewSet, OutsideFigureViewSet, TourViewSet
from reports.api.views import ReportViewSet

router = SimpleRouter()
router.register("reports", ReportViewSet, basename="api-report")
router.register("indicators", IndicatorViewSet, basename="api-indicator")
router.register("papers", PaperViewSet, basename="api-paper")
router.register("honour-rounds", HonourRoundViewSet, basename="api-honour-round")
router.register("nominations", NominationViewSet, basename="api-nomination")
router.register("typical-cases", TypicalCaseViewSet, basename="api-typical-case")
router.register("tours", TourViewSet, basename="api-tour")
router.register("matters", MatterViewSet, basename="api-matter")
router.register("outside-figures", OutsideFigureViewSet, basename="api-outside-figure")

urlpatterns: list[URLPattern | URLResolver] = [path("", include(router.urls))]
