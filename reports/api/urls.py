"""API addresses of `reports`."""

from django.urls import URLPattern, URLResolver, include, path
from rest_framework.routers import SimpleRouter

from reports.api.assessment import AssessmentViewSet
from reports.api.dashboards import AnalysisViewSet
from reports.api.honours import HonourRoundViewSet, NominationViewSet, TypicalCaseViewSet
from reports.api.indicators import IndicatorViewSet
from reports.api.meetings import DecisionViewSet, MeetingViewSet
from reports.api.papers import PaperViewSet
from reports.api.records import MatterViewSet, OutsideFigureViewSet, TourViewSet
from reports.api.views import ReportViewSet

router = SimpleRouter()
router.register("reports", ReportViewSet, basename="api-report")
router.register("meetings", MeetingViewSet, basename="api-meeting")
router.register("decisions", DecisionViewSet, basename="api-decision")
router.register("indicators", IndicatorViewSet, basename="api-indicator")
router.register("papers", PaperViewSet, basename="api-paper")
router.register("honour-rounds", HonourRoundViewSet, basename="api-honour-round")
router.register("nominations", NominationViewSet, basename="api-nomination")
router.register("typical-cases", TypicalCaseViewSet, basename="api-typical-case")
router.register("tours", TourViewSet, basename="api-tour")
router.register("matters", MatterViewSet, basename="api-matter")
router.register("outside-figures", OutsideFigureViewSet, basename="api-outside-figure")
router.register("assessments", AssessmentViewSet, basename="api-assessment")
router.register("analysis", AnalysisViewSet, basename="api-analysis")

urlpatterns: list[URLPattern | URLResolver] = [path("", include(router.urls))]
