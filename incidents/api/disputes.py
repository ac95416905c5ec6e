"""Doors of disputes and call-backs for systems: translate in, one call, translate out."""

from typing import Any, ClassVar, Final

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.idempotency import IdempotentCreateMixin
from accounts.narrowing import demand_filters
from incidents import callbacks, disputes, rates
from incidents.api import dispute_serializers as shapes
from incidents.api.views import IDEMPOTENCY_KEY, IF_MATCH, OldestFirst, version_of
from incidents.filters_disputes import StrictCallBackFilter, StrictDisputeFilter
from incidents.forms.callbacks import PeriodForm
from incidents.models import CallBack, Dispute, DisputeEvent
from incidents.procedure import procedure

CALLS: Final = "incident.call_back|incident.supervise|incident.approve"
PERIOD: Final = [
    OpenApiParameter("first", str, description="First day, YYYY-MM-DD; the last 30 days without."),
    OpenApiParameter("last", str, description="Last day, YYYY-MM-DD; today without."),
    OpenApiParameter("grid", str, description="Code of the subtree."),
]


class CreateDispute:
    """The POST of a dispute; a class of its own, so that the mixin of idempotency can stand before it."""

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Enter a dispute."""
        given = shapes.NewDisputeInput(data=request.data, context={"request": request})
        given.is_valid(raise_exception=True)
        dispute = disputes.enter(given.dispute(), actor=request.user, now=timezone.now())  # type: ignore[arg-type]
        shown = shapes.DisputeSerializer(dispute, context={"request": request}).data
        location = request.build_absolute_uri(f"{dispute.number}/")
        return Response(shown, status=201, headers={"Location": location, "ETag": f'"{dispute.version}"'})


class DisputeViewSet(IdempotentCreateMixin, CreateDispute, ListModelMixin, RetrieveModelMixin, GenericViewSet):
    """Disputes that the caller may see; parties are always masked here."""

    named_by = "number"
    queryset = Dispute.objects.none()
    serializer_class = shapes.DisputeSerializer
    filterset_class = StrictDisputeFilter
    lookup_field = "number"
    lookup_value_regex = "TJ[0-9]{4}-[0-9]{4,8}"
    access_rules: ClassVar[dict[str, str]] = {
        "list": "dispute.view",
        "retrieve": "dispute.view",
        "create": "dispute.mediate",
        "moves": "dispute.view",
        "events": "dispute.view",
    }

    def get_queryset(self) -> Any:
        """Only what the caller may see: everything else is 404."""
        rows = Dispute.objects.visible_to(self.request.user).select_related("grid", "mediator", "incident")
        rows = rows.defer("grid__boundary", "incident__contact_name", "incident__contact_phone", "incident__text")
        return rows.defer("text", "agreement") if self.action == "list" else rows

    def get_serializer_class(self) -> Any:
        """A list is brief."""
        return shapes.DisputeBrief if self.action == "list" else self.serializer_class

    @extend_schema(
        request=shapes.NewDisputeInput, responses={201: shapes.DisputeSerializer}, parameters=[IDEMPOTENCY_KEY]
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        """Enter a dispute. The same Idempotency-Key gives the first one again."""
        return super().create(request, *args, **kwargs)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One dispute; its ETag is the version that a step must name."""
        dispute: Dispute = self.get_object()
        return Response(self.get_serializer(dispute).data, headers={"ETag": f'"{dispute.version}"'})

    @extend_schema(
        request=shapes.DisputeMoveInput, responses={200: shapes.DisputeSerializer}, parameters=[IF_MATCH], filters=False
    )
    @action(detail=True, methods=["post"])
    def moves(self, request: Request, number: str) -> Response:
        """Make a step. 409 when state or version has changed, 403 when the step is not the caller's."""
        dispute, now = self.get_object(), timezone.now()
        given = shapes.DisputeMoveInput(data=request.data, context={"dispute": dispute, "now": now})
        given.is_valid(raise_exception=True)
        data = given.validated_data
        version = version_of(request, data.get("version"))
        actor: Any = request.user
        disputes.act(dispute.pk, data["move"], actor=actor, now=now, version=version, given=given.given())
        return self.retrieve(request)

    @extend_schema(responses={200: shapes.DisputeEventSerializer(many=True)}, filters=False)
    @action(detail=True, filterset_class=None, pagination_class=OldestFirst)
    def events(self, request: Request, number: str) -> Response:
        """The history, oldest first."""
        page = self.paginate_queryset(DisputeEvent.objects.filter(dispute=self.get_object()))
        return self.get_paginated_response(shapes.DisputeEventSerializer(page, many=True).data)


class CallBackViewSet(ListModelMixin, RetrieveModelMixin, GenericViewSet):
    """Call-backs: what was answered, never who answered."""

    queryset = CallBack.objects.none()
    serializer_class = shapes.CallBackSerializer
    filterset_class = StrictCallBackFilter
    lookup_value_regex = "[0-9]{1,18}"
    access_rules: ClassVar[dict[str, str]] = {
        "list": CALLS,
        "retrieve": "incident.call_back|incident.approve",
        "record": "incident.call_back",
        "exclude": "incident.approve",
        "rates": CALLS,
    }

    def get_queryset(self) -> Any:
        """Only what the caller may see: everything else is 404."""
        rows = CallBack.objects.visible_to(self.request.user).select_related("incident", "sample").defer("answer")
        return rows.defer("incident__contact_name", "incident__contact_phone", "incident__text")

    @extend_schema(request=shapes.AnswerInput, responses={200: shapes.CallBackSerializer}, filters=False)
    @action(detail=True, methods=["post"])
    def record(self, request: Request, pk: str) -> Response:
        """Write down one call. 409 when it has been made, 403 for whoever handled the case."""
        call = self.get_object()
        given = shapes.AnswerInput(data=request.data)
        given.is_valid(raise_exception=True)
        answer = callbacks.Answer(**given.validated_data)
        callbacks.record(call.pk, answer, actor=request.user, now=timezone.now())  # type: ignore[arg-type]
        return self._shown(call.pk)

    @extend_schema(request=shapes.ExclusionInput, responses={200: shapes.CallBackSerializer}, filters=False)
    @action(detail=True, methods=["post"])
    def exclude(self, request: Request, pk: str) -> Response:
        """Leave a call-back out of the rates, or let it count again."""
        call, actor = self.get_object(), request.user
        given = shapes.ExclusionInput(data=request.data)
        given.is_valid(raise_exception=True)
        now, reason = timezone.now(), given.validated_data["reason"]
        if reason:
            callbacks.exclude(call.pk, reason=reason, actor=actor, now=now)  # type: ignore[arg-type]
        else:
            callbacks.include(call.pk, actor=actor, now=now)  # type: ignore[arg-type]
        return self._shown(call.pk)

    @extend_schema(responses={200: shapes.RatesAnswer}, parameters=PERIOD, filters=False)
    @action(detail=False, filterset_class=None, pagination_class=None)
    def rates(self, request: Request) -> Response:
        """The three rates of a period, in all, by unit and by community."""
        form = PeriodForm(request.query_params)
        demand_filters(form)
        (start, end), (first, last) = form.moments, form.days
        rows = CallBack.objects.visible_to(request.user)
        rows = rows.filter(incident__grid_code__startswith=form.cleaned_data["grid"])
        options: dict[str, Any] = {"start": start, "end": end, "weights": rates.weights_of(procedure())}
        found = {
            "first": first,
            "last": last,
            "total": rates.total(rows, **options),
            "units": rates.by_unit(rows, **options),
            "communities": rates.by_community(rows, **options),
        }
        return Response(shapes.RatesAnswer(found).data)

    def _shown(self, pk: int) -> Response:
        return Response(self.get_serializer(get_object_or_404(self.get_queryset(), pk=pk)).data)
