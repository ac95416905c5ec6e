"""Addresses of field work in the API."""

from django.urls import URLPattern, URLResolver, include, path
from rest_framework.routers import SimpleRouter

from fieldwork.api import care, inspections
from fieldwork.api.households import BuildingBoardViewSet, HouseholdViewSet, ResidentViewSet
from fieldwork.api.notes import NoteViewSet
from fieldwork.api.patrols import BadgeViewSet, PatrolPlanViewSet, PatrolViewSet
from fieldwork.api.training import CourseViewSet, TrainingViewSet
from fieldwork.api.visits import DutyViewSet, KnockViewSet, PlanViewSet, VisitViewSet

router = SimpleRouter()
# notes
router.register("notes", NoteViewSet, basename="api-field-note")
# patrols
router.register("patrols", PatrolViewSet, basename="api-field-patrol")
router.register("patrol-plans", PatrolPlanViewSet, basename="api-field-patrol-plan")
router.register("badges", BadgeViewSet, basename="api-field-badge")
# households
router.register("households", HouseholdViewSet, basename="api-field-household")
router.register("residents", ResidentViewSet, basename="api-field-resident")
router.register("buildings", BuildingBoardViewSet, basename="api-field-building")
# visits
router.register("visits", VisitViewSet, basename="api-field-visit")
router.register("visit-duties", DutyViewSet, basename="api-field-duty")
router.register("visit-plans", PlanViewSet, basename="api-field-visit-plan")
router.register("knocks", KnockViewSet, basename="api-field-knock")
# care
router.register("care", care.CareSubjectViewSet, basename="api-field-care")
router.register("care-promises", care.PromiseViewSet, basename="api-field-promise")
router.register("care-colours", care.CareColourViewSet, basename="api-field-colour")
router.register("care-counts", care.CareCountViewSet, basename="api-field-care-count")
# inspections
router.register("places", inspections.PlaceViewSet, basename="api-field-place")
router.register("inspections", inspections.InspectionViewSet, basename="api-field-inspection")
router.register("hazards", inspections.HazardViewSet, basename="api-field-hazard")
router.register("rectifications", inspections.OrderViewSet, basename="api-field-rectification")
# training
router.register("training", TrainingViewSet, basename="api-field-training")
router.register("courses", CourseViewSet, basename="api-field-course")

urlpatterns: list[URLPattern | URLResolver] = [path("field/", include(router.urls))]
