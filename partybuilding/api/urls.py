"""Addresses of party work in the API."""

from django.urls import URLPattern, URLResolver, include, path
from rest_framework.routers import SimpleRouter

from partybuilding.api import activities, councils, duty, lists, members, orders, organizations, units

router = SimpleRouter()
# organizations
router.register("organizations", organizations.OrganizationViewSet, basename="api-party-organization")
router.register("star-awards", organizations.StarAwardViewSet, basename="api-party-star-award")
router.register("profiles", organizations.ProfileViewSet, basename="api-party-profile")
# members
router.register("members", members.MemberViewSet, basename="api-party-member")
router.register("household-links", members.HouseholdLinkViewSet, basename="api-party-household-link")
router.register("reports-in", members.ReportInViewSet, basename="api-party-report-in")
# duty
router.register("duty-posts", duty.DutyPostViewSet, basename="api-party-duty-post")
router.register("duty-shifts", duty.DutyShiftViewSet, basename="api-party-duty-shift")
router.register("member-calls", duty.MemberCallViewSet, basename="api-party-member-call")
router.register("service-claims", duty.ServiceClaimViewSet, basename="api-party-service-claim")
# units
router.register("units", units.PartnerUnitViewSet, basename="api-party-unit")
router.register("agreements", units.AgreementViewSet, basename="api-party-agreement")
router.register("committee-seats", units.SeatViewSet, basename="api-party-seat")
router.register("alliances", units.AllianceViewSet, basename="api-party-alliance")
router.register("star-claims", units.StarClaimViewSet, basename="api-party-star-claim")
# lists
router.register("needs", lists.NeedViewSet, basename="api-party-need")
router.register("resources", lists.ResourceViewSet, basename="api-party-resource")
router.register("projects", lists.ProjectViewSet, basename="api-party-project")
# orders
router.register("orders", orders.OrderViewSet, basename="api-party-order")
# councils
router.register("forums", councils.ForumViewSet, basename="api-party-forum")
router.register("meetings", councils.ForumMeetingViewSet, basename="api-party-meeting")
router.register("topics", councils.TopicViewSet, basename="api-party-topic")
router.register("decisions", councils.DecisionViewSet, basename="api-party-decision")
router.register("opinions", councils.OpinionViewSet, basename="api-party-opinion")
# activities
router.register("activities", activities.ActivityViewSet, basename="api-party-activity")
router.register("activity-series", activities.SeriesViewSet, basename="api-party-series")
router.register("stories", activities.StoryViewSet, basename="api-party-story")

urlpatterns: list[URLPattern | URLResolver] = [path("party/", include(router.urls))]
