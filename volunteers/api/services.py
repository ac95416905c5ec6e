"""Services for systems: shifts to sign up for, hours as order no. 67 asks, certificates. People stand by numbers."""

from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.errors import NotNow
from grid.api.scoped import ScopedReadOnlyViewSet
from volunteers import attendance, services, sign_ups
from volunteers.filters.services import CertificateFilter, HourFilter, ServiceFilter, ShiftFilter
from volunteers.models import Certificate, HourRecord, ServiceActivity, Shift, SignUp, Volunteer
from volunteers.standing import volunteer_of

SEES = "volunteer.view"


class ServiceBrief(serializers.ModelSerializer[ServiceActivity]):
    """A service in a list."""

    grid = serializers.CharField(source="grid_code", read_only=True)
    kind = serializers.CharField(source="kind.name", read_only=True)
    team = serializers.CharField(source="team.name", read_only=True, default=None, allow_null=True)

    class Meta:
        model = ServiceActivity
        fields: ClassVar[list[str]] = [
            *("id", "grid", "kind", "team", "title", "place", "for_minors", "cancel_hours", "status"),
            *("beneficiaries", "version"),
        ]
        read_only_fields = fields


class ShiftSerializer(serializers.ModelSerializer[Shift]):
    """A shift; `mine` is the caller's own sign-up, null when she is not on the list."""

    service_title = serializers.CharField(source="service.title", read_only=True)
    taken = serializers.IntegerField(read_only=True)
    waiting = serializers.IntegerField(read_only=True)
    mine = serializers.SerializerMethodField()

    class Meta:
        model = Shift
        fields: ClassVar[list[str]] = [
            *("id", "service", "service_title", "starts_at", "ends_at", "slots", "taken", "waiting", "mine"),
        ]
        read_only_fields = fields

    def get_mine(self, row: Shift) -> str | None:
        """signed_up, waiting, here, done, confirmed, no_show."""
        mine: dict[int, str] = self.context.get("mine", {})
        return mine.get(row.pk)


class ServiceSerializer(ServiceBrief):
    """One service with what came of it."""

    text = serializers.CharField(read_only=True)
    result = serializers.CharField(read_only=True)
    minutes = serializers.IntegerField(read_only=True)
    signed_up = serializers.IntegerField(source="taken", read_only=True)
    confirmed = serializers.IntegerField(source="came", read_only=True)

    class Meta(ServiceBrief.Meta):
        fields: ClassVar[list[str]] = [
            *ServiceBrief.Meta.fields,
            *("text", "result", "minutes", "signed_up", "confirmed"),
        ]
        read_only_fields = fields


class ServiceViewSet(ScopedReadOnlyViewSet):
    """Services of the caller's grids and of those above; its shifts are a list of their own."""

    queryset = ServiceActivity.objects.none()
    serializer_class = ServiceSerializer
    brief_class = ServiceBrief
    filterset_class = ServiceFilter
    access_rules: ClassVar[dict[str, str]] = {"list": SEES, "retrieve": SEES}

    def get_queryset(self) -> Any:
        """Only what the caller may see: everything else is 404."""
        return ServiceActivity.objects.visible_to(self.request.user).select_related("kind", "team")

    def get_object(self) -> Any:
        """With its numbers."""
        return services.with_counts([super().get_object()])[0]


class ShiftViewSet(ScopedReadOnlyViewSet):
    """Shifts of services; whoever is a volunteer signs up, checks in and out for herself."""

    queryset = Shift.objects.none()
    serializer_class = ShiftSerializer
    filterset_class = ShiftFilter
    access_rules: ClassVar[dict[str, str]] = dict.fromkeys(
        ("list", "retrieve", "sign_up", "withdraw", "check_in", "check_out"), SEES
    )

    def get_queryset(self) -> Any:
        """Of the services that the caller may see."""
        seen = ServiceActivity.objects.visible_to(self.request.user).values("pk")
        rows = Shift.objects.filter(service__in=seen).select_related("service__team__leader")
        return services.shifts_with_counts(rows)

    def get_serializer_context(self) -> dict[str, Any]:
        """With the caller's own sign-ups, one query for a page."""
        rows = SignUp.objects.filter(volunteer__user=self.request.user.pk).exclude(status="withdrawn")
        return {**super().get_serializer_context(), "mine": dict(rows.values_list("shift", "status"))}

    @extend_schema(request=None, responses=ShiftSerializer)
    @action(detail=True, methods=["post"], url_path="sign-up")
    def sign_up(self, request: Request, pk: str) -> Response:
        """Sign the caller up, or put her on the waiting list when it is full; a second time changes nothing.

        409 for whoever is no volunteer, and once it is over or called off.
        """
        sign_ups.sign_up(self.get_object(), self._volunteer(), actor=self._actor(), now=timezone.now())
        return self._answer()

    @extend_schema(request=None, responses=ShiftSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Give the caller's slot back; the first who waits gets it. 409 without a sign-up, or when it is too late."""
        sign_ups.withdraw(self._own(), actor=self._actor(), now=timezone.now())
        return self._answer()

    @extend_schema(request=None, responses=ShiftSerializer)
    @action(detail=True, methods=["post"], url_path="check-in")
    def check_in(self, request: Request, pk: str) -> Response:
        """The caller is there. 409 without a sign-up, too early, after the end, or twice."""
        attendance.check_in(self._own(), actor=self._actor(), now=timezone.now())
        return self._answer()

    @extend_schema(request=None, responses=ShiftSerializer)
    @action(detail=True, methods=["post"], url_path="check-out")
    def check_out(self, request: Request, pk: str) -> Response:
        """The caller leaves. 409 without a sign-up, or when she is not there."""
        attendance.check_out(self._own(), actor=self._actor(), now=timezone.now())
        return self._answer()

    def _actor(self) -> Any:
        return self.request.user

    def _volunteer(self) -> Volunteer:
        volunteer = volunteer_of(self.request.user)
        if volunteer is None:
            raise NotNow(_("Only volunteers sign up. Register first."))
        return volunteer

    def _own(self) -> SignUp:
        rows = SignUp.objects.filter(shift=self.get_object(), volunteer__user=self.request.user.pk)
        rows = rows.exclude(status="withdrawn").select_related("volunteer", "shift__service")
        found = rows.first()
        if found is None:
            raise NotNow(_("You are not signed up for a service."))
        return found

    def _answer(self) -> Response:
        return Response(self.get_serializer(self.get_object()).data)


class HourSerializer(serializers.ModelSerializer[HourRecord]):
    """A record of hours; a correction has the difference and names what it corrects."""

    volunteer = serializers.CharField(source="volunteer.number", read_only=True)
    grid = serializers.CharField(source="volunteer.grid_code", read_only=True)
    service: Any = serializers.IntegerField(
        source="sign_up.shift.service_id", read_only=True, default=None, allow_null=True
    )

    class Meta:
        model = HourRecord
        fields: ClassVar[list[str]] = [
            *("id", "volunteer", "grid", "service", "kind", "minutes", "on", "corrects", "reason", "at"),
        ]
        read_only_fields = fields


class HourViewSet(ScopedReadOnlyViewSet):
    """The ledger of hours of the caller's grids (order no. 67), for the upload to other systems."""

    queryset = HourRecord.objects.none()
    serializer_class = HourSerializer
    filterset_class = HourFilter
    access_rules: ClassVar[dict[str, str]] = {"list": SEES, "retrieve": SEES}

    def get_queryset(self) -> Any:
        """In reach."""
        return HourRecord.objects.visible_to(self.request.user).select_related("volunteer", "sign_up__shift")


class CertificateSerializer(serializers.ModelSerializer[Certificate]):
    """A certificate; its code of verification is on the paper only."""

    volunteer = serializers.CharField(source="volunteer.number", read_only=True)
    grid = serializers.CharField(source="grid_code", read_only=True)

    class Meta:
        model = Certificate
        fields: ClassVar[list[str]] = [
            *("id", "number", "volunteer", "grid", "starts_on", "ends_on", "minutes", "issuer", "status"),
            *("public_from", "public_until", "issued_at", "version"),
        ]
        read_only_fields = fields


class CertificateViewSet(ScopedReadOnlyViewSet):
    """Certificates of service of the caller's grids."""

    queryset = Certificate.objects.none()
    serializer_class = CertificateSerializer
    filterset_class = CertificateFilter
    access_rules: ClassVar[dict[str, str]] = {"list": SEES, "retrieve": SEES}

    def get_queryset(self) -> Any:
        """In reach."""
        return Certificate.objects.visible_to(self.request.user).select_related("volunteer")
