"""Doors of supervision for systems: translate in, one call, translate out."""

from typing import Any, ClassVar, Final

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.idempotency import IdempotentCreateMixin
from accounts.text_guard import CleanTextSerializerField
from incidents import supervision
from incidents.api.serializers import StrictSerializer
from incidents.api.views import IDEMPOTENCY_KEY
from incidents.clocks import Limit
from incidents.filters_supervision import StrictSupervisionFilter
from incidents.models import Incident, Supervision
from incidents.supervision_rights import check_addressed, may_lift, may_reply
from incidents.worktime import TimeUnit

SEES: Final = "incident.view|incident.handle|incident.supervise"
RELATED: Final = ("incident__handler_organization", "organization", "user", "issued_by", "replied_by", "lifted_by")


class NewNoticeInput(StrictSerializer):
    """A notice about a case: a supervision (numbered, with a time to reply) or an urging."""

    incident = serializers.SlugRelatedField(slug_field="number", queryset=Incident.objects.none())
    kind = serializers.ChoiceField(choices=Supervision.Kind.choices, default=Supervision.Kind.SUPERVISE)
    text = CleanTextSerializerField(
        max_length=supervision.LENGTHS["text"], multiline=True, required=False, allow_blank=True, default=""
    )
    reply_amount = serializers.DecimalField(max_digits=7, decimal_places=2, default=supervision.REPLY_WITHIN.amount)
    reply_unit = serializers.ChoiceField(choices=TimeUnit.choices, default=supervision.REPLY_WITHIN.unit)

    def get_fields(self) -> dict[str, Any]:
        """Cases are those that the caller may see."""
        fields: dict[str, Any] = super().get_fields()
        if request := self.context.get("request"):
            fields["incident"].queryset = Incident.objects.visible_to(request.user)
        return fields

    def write(self, user: Any) -> Supervision:
        """Urge or supervise."""
        data, now = self.validated_data, timezone.now()
        given = {"actor": user, "now": now, "text": data["text"]}
        if data["kind"] == Supervision.Kind.URGE:
            return supervision.urge(data["incident"].pk, **given)
        within = Limit(data["reply_amount"], TimeUnit(data["reply_unit"]))
        return supervision.supervise(data["incident"].pk, within=within, **given)


class ReplyInput(StrictSerializer):
    """The answer."""

    text = CleanTextSerializerField(max_length=supervision.LENGTHS["reply"], multiline=True)


class LiftInput(StrictSerializer):
    """Why it is lifted."""

    reason = CleanTextSerializerField(max_length=supervision.LENGTHS["reason"], multiline=True)


class SupervisionSerializer(serializers.ModelSerializer):
    """One notice, with what the caller may do."""

    incident = serializers.CharField(source="incident.number", read_only=True)
    kind_label = serializers.CharField(source="get_kind_display", read_only=True)
    state_label = serializers.CharField(source="get_state_display", read_only=True)
    organization_name = serializers.CharField(source="organization.name", read_only=True, default="")
    user = serializers.CharField(source="user.real_name", read_only=True, default="")
    replied_by = serializers.CharField(source="replied_by.real_name", read_only=True, default="")
    lifted_by = serializers.CharField(source="lifted_by.real_name", read_only=True, default="")
    may_reply = serializers.SerializerMethodField()
    may_lift = serializers.SerializerMethodField()

    class Meta:
        model = Supervision
        fields = (
            "id",
            "number",
            "incident",
            "kind",
            "kind_label",
            "trigger",
            "state",
            "state_label",
            "organization",
            "organization_name",
            "user",
            "text",
            "issuer_name",
            "issued_at",
            "reply_due_at",
            "reply",
            "replied_by",
            "replied_at",
            "lift_reason",
            "lifted_by",
            "lifted_at",
            "may_reply",
            "may_lift",
        )
        read_only_fields = fields

    def get_may_reply(self, notice: Supervision) -> bool:
        """Whether the caller may answer it now."""
        return may_reply(notice, self.context["request"].user)

    def get_may_lift(self, notice: Supervision) -> bool:
        """Whether the caller may lift it now."""
        return may_lift(notice, self.context["request"].user)


class CreateNotice:
    """The POST of a notice; a class of its own, so that the mixin of idempotency can stand before it."""

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Write it."""
        given = NewNoticeInput(data=request.data, context={"request": request})
        given.is_valid(raise_exception=True)
        notice = given.write(request.user)
        headers = {"Location": request.build_absolute_uri(f"{notice.pk}/")}
        return Response(SupervisionSerializer(notice, context={"request": request}).data, status=201, headers=headers)


class SupervisionViewSet(IdempotentCreateMixin, CreateNotice, ListModelMixin, RetrieveModelMixin, GenericViewSet):
    """Supervisions (督办) and urgings (催办) that the caller may see."""

    named_by = "id"
    queryset = Supervision.objects.none()
    serializer_class = SupervisionSerializer
    filterset_class = StrictSupervisionFilter
    lookup_value_regex = "[0-9]{1,18}"
    access_rules: ClassVar[dict[str, str]] = {
        "list": SEES,
        "retrieve": SEES,
        "create": "incident.supervise|incident.dispatch",
        "reply": SEES,
        "lift": "incident.supervise",
    }

    def get_queryset(self) -> Any:
        """Only what the caller may see: everything else is 404."""
        rows = Supervision.objects.visible_to(self.request.user).select_related(*RELATED)
        return rows.defer("incident__text", "incident__contact_name", "incident__contact_phone")

    @extend_schema(request=NewNoticeInput, responses={201: SupervisionSerializer}, parameters=[IDEMPOTENCY_KEY])
    def create(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        """Write a notice or urge. The same Idempotency-Key gives the first one again; 409 when it is not possible."""
        return super().create(request, *args, **kwargs)

    @extend_schema(request=ReplyInput, responses={200: SupervisionSerializer}, filters=False)
    @action(detail=True, methods=["post"])
    def reply(self, request: Request, pk: str) -> Response:
        """Answer a notice. 403 when it is not addressed to the caller, 409 when it does not wait for a reply."""
        notice = get_object_or_404(self.get_queryset(), pk=pk)
        check_addressed(notice, request.user)
        given = ReplyInput(data=request.data)
        given.is_valid(raise_exception=True)
        supervision.reply(notice.pk, actor=request.user, now=timezone.now(), text=given.validated_data["text"])  # type: ignore[arg-type]
        return self.retrieve(request)

    @extend_schema(request=LiftInput, responses={200: SupervisionSerializer}, filters=False)
    @action(detail=True, methods=["post"])
    def lift(self, request: Request, pk: str) -> Response:
        """Lift a notice with a reason. 403 for whoever has to answer it, 409 when it is lifted already."""
        notice = get_object_or_404(self.get_queryset(), pk=pk)
        given = LiftInput(data=request.data)
        given.is_valid(raise_exception=True)
        supervision.lift(notice.pk, actor=request.user, now=timezone.now(), reason=given.validated_data["reason"])  # type: ignore[arg-type]
        return self.retrieve(request)
