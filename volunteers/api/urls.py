"""Addresses of volunteers and wishes in the API."""

from django.urls import URLPattern, URLResolver, include, path
from rest_framework.routers import SimpleRouter

from volunteers.api import claims, micro, people, points, service_points, services, wishes

router = SimpleRouter()
# wishes
router.register("wishes", wishes.WishViewSet, basename="api-volunteer-wish")
router.register("wish-rounds", wishes.WishRoundViewSet, basename="api-volunteer-wish-round")
router.register("wish-claims", claims.ClaimViewSet, basename="api-volunteer-wish-claim")
# volunteers
router.register("register", people.VolunteerViewSet, basename="api-volunteer-volunteer")
router.register("teams", people.TeamViewSet, basename="api-volunteer-team")
# services
router.register("services", services.ServiceViewSet, basename="api-volunteer-service")
router.register("shifts", services.ShiftViewSet, basename="api-volunteer-shift")
router.register("hours", services.HourViewSet, basename="api-volunteer-hour")
router.register("certificates", services.CertificateViewSet, basename="api-volunteer-certificate")
# points
router.register("points", points.PointViewSet, basename="api-volunteer-point")
router.register("point-rules", points.PointRuleViewSet, basename="api-volunteer-point-rule")
router.register("shop-items", points.ShopItemViewSet, basename="api-volunteer-shop-item")
router.register("exchanges", points.ExchangeViewSet, basename="api-volunteer-exchange")
# micro-projects
router.register("micro-calls", micro.MicroCallViewSet, basename="api-volunteer-micro-call")
router.register("micro-projects", micro.MicroProjectViewSet, basename="api-volunteer-micro-project")
# service points
router.register("service-points", service_points.ServicePointViewSet, basename="api-volunteer-service-point")

urlpatterns: list[URLPattern | URLResolver] = [path("volunteers/", include(router.urls))]
