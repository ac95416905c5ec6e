"""Doors of applications for systems: 延期, 挂账, 缓办, 超时申诉."""

from typing import Any, ClassVar, Final

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.converters import IncidentNumber
from accounts.idempotency import IdempotentCreateMixin
from accounts.text_guard import CleanTextSerializerField
from incidents import application_queries as queries
from incidents import applications
from incidents.api.serializers import StrictSerializer
from incidents.api.views import IDEMPOTENCY_KEY, SEES
from incidents.application_rules import REVIEWERS
from incidents.filters_applications import StrictApplicationFilter
from incidents.models import Application, Incident, Review

REVIEWS: Final = "|".join(REVIEWERS)


class ReviewSerializer(serializers.ModelSerializer):
    """One decision."""

    class Meta:
        model = Review
        fields = ("step", "result", "reason", "approver_name", "at")


class ApplicationSerializer(serializers.ModelSerializer):
    """One application with its reviews."""

    incident = serializers.CharField(source="incident.number", read_only=True)
    applicant = serializers.CharField(source="applicant.real_name", read_only=True)
    organization = serializers.CharField(source="organization.name", read_only=True, default=None)
    reviews = ReviewSerializer(many=True, read_only=True)

    class Meta:
        model = Application
        fields = (
            *("id", "incident", "kind", "ordinal", "applicant", "organization", "reason", "until", "amount", "unit"),
            *("status", "steps", "step", "applied_at", "decided_at", "reviews"),
        )


class NewApplicationInput(StrictSerializer):
    """What is applied for, and why; `until` for a suspension or a deferral."""

    incident = serializers.CharField(max_length=20)
    kind = serializers.ChoiceField(choices=Application.Kind.choices)
    reason = CleanTextSerializerField(max_length=applications.REASON_LIMIT)
    until = serializers.DateTimeField(required=False, allow_null=True)

    def validate_incident(self, value: str) -> Incident:
        """A case that the caller sees, by number with or without hyphen and zeros."""
        try:
            number = IncidentNumber().to_python(value)
        except ValueError:
            number = ""
        seen = Incident.objects.visible_to(self.context["request"].user)
        found: Incident | None = seen.filter(number=number).first() if number else None
        if found is None:
            raise serializers.ValidationError(_("There is no such case."))
        return found


class ReviewInput(StrictSerializer):
    """The decision."""

    result = serializers.ChoiceField(choices=Review.Result.choices)
    reason = CleanTextSerializerField(max_length=applications.REVIEW_LIMIT)


class CreateApplication:
    """The POST of an application; a class of its own, so that the mixin of idempotency can stand before it."""

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Take an application in."""
        given = NewApplicationInput(data=request.data, context={"request": request})
        given.is_valid(raise_exception=True)
        data = dict(given.validated_data)
        actor: Any = request.user
        row = applications.apply(data.pop("incident").pk, data.pop("kind"), actor=actor, now=timezone.now(), **data)
        headers = {"Location": request.build_absolute_uri(f"{row.pk}/")}
        return Response(ApplicationSerializer(row).data, status=201, headers=headers)


class ApplicationViewSet(IdempotentCreateMixin, CreateApplication, ListModelMixin, RetrieveModelMixin, GenericViewSet):
    """Applications about cases that the caller may see."""

    named_by = "id"
    queryset = Application.objects.none()
    serializer_class = ApplicationSerializer
    filterset_class = StrictApplicationFilter
    lookup_value_regex = "[0-9]{1,18}"
    access_rules: ClassVar[dict[str, str]] = {
        "list": SEES,
        "retrieve": SEES,
        "waiting": REVIEWS,
        "create": "incident.handle",
        "review": REVIEWS,
        "withdraw": "incident.handle",
    }

    def get_queryset(self) -> Any:
        """Only what the caller may see: everything else is 404."""
        sealed = ("incident__contact_name", "incident__contact_phone", "incident__text")
        rows = queries.visible_to(self.request.user).select_related("incident", "applicant", "organization")
        return rows.defer(*sealed).prefetch_related("reviews")

    @extend_schema(request=NewApplicationInput, responses={201: ApplicationSerializer}, parameters=[IDEMPOTENCY_KEY])
    def create(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        """Apply for a case that is yours to handle. 409 when the case does not allow it now."""
        return super().create(request, *args, **kwargs)

    @extend_schema(responses={200: ApplicationSerializer(many=True)})
    @action(detail=False)
    def waiting(self, request: Request) -> Response:
        """What waits for a review that the caller may make."""
        rows = self.get_queryset().filter(pk__in=queries.waiting_for(request.user).values("pk"))
        page = self.paginate_queryset(self.filter_queryset(rows))
        return self.get_paginated_response(ApplicationSerializer(page, many=True).data)

    @extend_schema(request=ReviewInput, responses={200: ApplicationSerializer}, filters=False)
    @action(detail=True, methods=["post"])
    def review(self, request: Request, pk: str) -> Response:
        """Decide. 403 when the review is not the caller's, 409 when it is decided or the case has moved on."""
        row = get_object_or_404(self.get_queryset(), pk=pk)
        given = ReviewInput(data=request.data)
        given.is_valid(raise_exception=True)
        actor: Any = request.user
        applications.review(row.pk, actor=actor, now=timezone.now(), **given.validated_data)
        return Response(ApplicationSerializer(get_object_or_404(self.get_queryset(), pk=pk)).data)

    @extend_schema(request=None, responses={200: ApplicationSerializer}, filters=False)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take it back while it waits."""
        row = get_object_or_404(self.get_queryset(), pk=pk)
        actor: Any = request.user
        applications.withdraw(row.pk, actor=actor, now=timezone.now())
        return Response(ApplicationSerializer(get_object_or_404(self.get_queryset(), pk=pk)).data)
