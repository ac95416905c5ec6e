"""API addresses of `grid`."""

from rest_framework.routers import SimpleRouter

from grid.api.views import CompoundViewSet, GridViewSet, OrganizationViewSet

router = SimpleRouter()
router.register("grids", GridViewSet, basename="grid")
router.register("organizations", OrganizationViewSet, basename="organization")
router.register("compounds", CompoundViewSet, basename="compound")

urlpatterns = router.urls
