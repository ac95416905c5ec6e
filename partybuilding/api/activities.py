"""Activities for systems: what is planned and what came of it, counts by level. Names of people are not given."""

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from grid.api.scoped import ScopedReadOnlyViewSet
from partybuilding import activities, series, signups, stories
from partybuilding.filters.activities import ActivityFilter, SeriesFilter, StoryFilter
from partybuilding.models import Activity, ActivitySeries, Story

SEES = "grid.view"


class ActivityBrief(serializers.ModelSerializer[Activity]):
    """An activity in a list; `places` null: as many as come."""

    grid = serializers.CharField(source="grid_code", read_only=True)
    kind = serializers.CharField(source="kind.name", read_only=True)
    series = serializers.CharField(source="series.name", read_only=True, default=None, allow_null=True)

    class Meta:
        model = Activity
        fields: ClassVar[list[str]] = [
            *("id", "grid", "level", "kind", "series", "title", "place", "starts_at", "ends_at", "places", "status"),
            *activities.COUNTS,
            "version",
        ]
        read_only_fields = fields


class ActivitySerializer(ActivityBrief):
    """One activity; `mine` is what the caller's own sign-up is, null when she is not on the list."""

    labels: Any = serializers.SlugRelatedField(slug_field="name", many=True, read_only=True)
    incident = serializers.CharField(source="incident.number", read_only=True, default=None, allow_null=True)
    signed_up = serializers.IntegerField(source="signed", read_only=True)
    waiting = serializers.IntegerField(read_only=True)
    mine = serializers.CharField(read_only=True, allow_null=True)

    class Meta(ActivityBrief.Meta):
        fields: ClassVar[list[str]] = [
            *ActivityBrief.Meta.fields,
            *("text", "result", "labels", "incident", "signed_up", "waiting", "mine"),
        ]
        read_only_fields = fields


class ActivityViewSet(ScopedReadOnlyViewSet):
    """Activities of the caller's grids and of those above; people sign up for themselves."""

    queryset = Activity.objects.none()
    serializer_class = ActivitySerializer
    brief_class = ActivityBrief
    filterset_class = ActivityFilter
    access_rules: ClassVar[dict[str, str]] = {"list": SEES, "retrieve": SEES, "sign_up": SEES, "withdraw": SEES}

    def get_queryset(self) -> Any:
        """Only what the caller may see: everything else is 404."""
        rows = Activity.objects.visible_to(self.request.user).select_related("kind", "series", "incident")
        return rows if self.action == "list" else rows.prefetch_related("labels")

    def get_object(self) -> Any:
        """With how many come."""
        return activities.with_counts([super().get_object()], self.request.user)[0]

    @extend_schema(request=None, responses=ActivitySerializer)
    @action(detail=True, methods=["post"], url_path="sign-up")
    def sign_up(self, request: Request, pk: str) -> Response:
        """Sign the caller up, or put her on the waiting list when it is full; a second time changes nothing.

        409 once it has begun or was called off.
        """
        signups.sign_up(self.get_object(), actor=request.user, now=timezone.now())  # type: ignore[arg-type]
        return Response(ActivitySerializer(self.get_object()).data)

    @extend_schema(request=None, responses=ActivitySerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take the caller's sign-up back; the first who waits gets the place. 409 once it has begun."""
        signups.withdraw(self.get_object(), actor=request.user, now=timezone.now())  # type: ignore[arg-type]
        return Response(ActivitySerializer(self.get_object()).data)


class SeriesSerializer(serializers.ModelSerializer[ActivitySeries]):
    """A series with what was held."""

    grid = serializers.CharField(source="grid_code", read_only=True)
    held = serializers.IntegerField(read_only=True)
    came = serializers.IntegerField(read_only=True, allow_null=True)

    class Meta:
        model = ActivitySeries
        fields: ClassVar[list[str]] = [
            *("id", "grid", "name", "theme", "starts_on", "ends_on", "text", "is_active", "held", "came"),
        ]
        read_only_fields = fields


class SeriesViewSet(ScopedReadOnlyViewSet):
    """Series of activities (邻居节) of the caller's grids and of those above."""

    queryset = ActivitySeries.objects.none()
    serializer_class = SeriesSerializer
    filterset_class = SeriesFilter
    access_rules: ClassVar[dict[str, str]] = {"list": SEES, "retrieve": SEES}

    def get_queryset(self) -> Any:
        """In reach."""
        return series.in_lists(self.request.user)


class StorySerializer(serializers.ModelSerializer[Story]):
    """A story of neighbours; `about` is as the one it is about wants to be called."""

    grid = serializers.CharField(source="grid_code", read_only=True)
    votes = serializers.IntegerField(source="votes_count", read_only=True)

    class Meta:
        model = Story
        fields: ClassVar[list[str]] = ["id", "activity", "grid", "title", "about", "text", "is_chosen", "votes", "at"]
        read_only_fields = fields


class StoryViewSet(ScopedReadOnlyViewSet):
    """Stories of neighbours (邻里故事汇) with their votes."""

    queryset = Story.objects.none()
    serializer_class = StorySerializer
    filterset_class = StoryFilter
    access_rules: ClassVar[dict[str, str]] = {"list": SEES, "retrieve": SEES}

    def get_queryset(self) -> Any:
        """In reach."""
        return stories.in_lists(self.request.user)
