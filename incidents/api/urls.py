"""API addresses of `incidents`."""

from django.urls import URLPattern, URLResolver, include, path
from rest_framework.routers import SimpleRouter

from incidents.api.actions import JointActionViewSet
from incidents.api.applications import ApplicationViewSet
from incidents.api.disputes import CallBackViewSet, DisputeViewSet
from incidents.api.gridtasks import GridTaskViewSet
from incidents.api.rules import DispatchRuleViewSet
from incidents.api.supervision import SupervisionViewSet
from incidents.api.views import CategoryViewSet, IncidentViewSet
from incidents.api.whistles import WhistleViewSet

router = SimpleRouter()
router.register("incidents", IncidentViewSet, basename="api-incident")
router.register("applications", ApplicationViewSet, basename="api-application")
router.register("categories", CategoryViewSet, basename="api-category")
router.register("dispatch-rules", DispatchRuleViewSet, basename="api-dispatch-rule")
router.register("supervisions", SupervisionViewSet, basename="api-supervision")
router.register("whistles", WhistleViewSet, basename="api-whistle")
router.register("disputes", DisputeViewSet, basename="api-dispute")
router.register("call-backs", CallBackViewSet, basename="api-call-back")
router.register("actions", JointActionViewSet, basename="api-action")
router.register("grid-tasks", GridTaskViewSet, basename="api-grid-task")

urlpatterns: list[URLPattern | URLResolver] = [path("", include(router.urls))]
