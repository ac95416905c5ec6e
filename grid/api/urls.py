"""API addresses of `grid`."""

from rest_framework.routers import SimpleRouter

from grid.api.views import CompoundViewSet, GridViewSet, OrganizationViewSet

router = SimpleRouter()
router.register("grids", GridViewSet, basename="api-grid")
router.register("organizations", OrganizationViewSet, basename="api-organization")
router.register("compounds", CompoundViewSet, basename="api-compound")

urlpatterns = router.urls
