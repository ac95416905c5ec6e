"""Addresses of field work in the API."""

from django.urls import URLPattern, URLResolver, include, path
from rest_framework.routers import SimpleRouter

from fieldwork.api import care
from fieldwork.api.households import BuildingBoardViewSet, HouseholdViewSet, ResidentViewSet
from fieldwork.api.notes import NoteViewSet
from fieldwork.api.patrols import BadgeViewSet, PatrolPlanViewSet, PatrolViewSet
from fieldwork.api.training import CourseViewSet, TrainingViewSet

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
# care
router.register("care", care.CareSubjectViewSet, basename="api-field-care")
router.register("care-promises", care.PromiseViewSet, basename="api-field-promise")
router.register("care-colours", care.CareColourViewSet, basename="api-field-colour")
router.register("care-counts", care.CareCountViewSet, basename="api-field-care-count")
# inspections
# training
router.register("training", TrainingViewSet, basename="api-field-training")
router.register("courses", CourseViewSet, basename="api-field-course")

urlpatterns: list[URLPattern | URLResolver] = [path("field/", include(router.urls))]
