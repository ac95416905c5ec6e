"""Three-order service for systems: orders come in, their state goes out. Who ordered never leaves through here."""

from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.protect import mask_name
from accounts.text_guard import CleanTextSerializerField
from grid.api.scoped import ScopedReadOnlyViewSet
from grid.models import Building, Grid
from incidents.api.serializers import StrictSerializer
from partybuilding import orders
from partybuilding.api.duty import SEES
from partybuilding.claims import service_list
from partybuilding.filters.orders import StrictOrderFilter
from partybuilding.models import ServiceOrder, SupportKind
from partybuilding.standing import shown


class OrderSerializer(serializers.ModelSerializer[ServiceOrder]):
    """An order; who ordered and who serves are masked."""

    kind = serializers.CharField(source="kind.name", read_only=True)
    name = serializers.SerializerMethodField(help_text="Masked.")
    member_name = serializers.SerializerMethodField(help_text="Masked; empty while nobody serves it.")

    class Meta:
        model = ServiceOrder
        fields: ClassVar[list[str]] = [
            *("id", "number", "client_id", "grid_code", "kind", "text", "is_agency", "name", "wanted_on", "source"),
            *("status", "member", "member_name", "taken_at", "lapses_at", "lapses", "done_at", "report", "rating"),
            *("rated_at", "at", "version"),
        ]
        read_only_fields = fields

    def get_name(self, row: ServiceOrder) -> str:
        """The masked name."""
        return mask_name(row.name)

    def get_member_name(self, row: ServiceOrder) -> str:
        """The masked name of who serves."""
        return shown(row.member)


class NewOrderInput(StrictSerializer):
    """An order of a resident. `client_id` makes it once."""

    client_id = serializers.UUIDField()
    grid = serializers.SlugRelatedField(slug_field="code", queryset=Grid.objects.defer("boundary"))
    kind = serializers.SlugRelatedField(slug_field="name", queryset=SupportKind.objects.none())
    text = CleanTextSerializerField(max_length=500, multiline=True)
    name = CleanTextSerializerField(max_length=50)
    phone = CleanTextSerializerField(max_length=20, required=False, default="")
    building = serializers.PrimaryKeyRelatedField(
        queryset=Building.objects.select_related("grid").defer("grid__boundary"), required=False, allow_null=True
    )
    door = CleanTextSerializerField(max_length=50, required=False, default="")
    wanted_on = serializers.DateField(required=False, allow_null=True)
    is_agency = serializers.BooleanField(required=False, default=False)

    def get_fields(self) -> dict[str, Any]:
        """Grids and buildings are those that the caller may see, services those of the public list."""
        fields: dict[str, Any] = super().get_fields()
        fields["kind"].queryset = service_list()
        if request := self.context.get("request"):
            today = timezone.localdate()
            fields["grid"].queryset = fields["grid"].queryset.visible_to(request.user).current(today)
            fields["building"].queryset = fields["building"].queryset.visible_to(request.user)
        return fields


class OrderRatingInput(StrictSerializer):
    """What the resident said."""

    rating = serializers.IntegerField(min_value=1, max_value=5)
    text = CleanTextSerializerField(max_length=500, required=False, default="")


class OrderViewSet(ScopedReadOnlyViewSet):
    """Orders of residents (三单制) that the caller may see."""

    queryset = ServiceOrder.objects.select_related("kind", "member").defer("member__phone", "phone", "door")
    serializer_class = OrderSerializer
    filterset_class = StrictOrderFilter
    intake = ("create",)
    access_rules: ClassVar[dict[str, str]] = {
        "list": SEES,
        "retrieve": SEES,
        "create": "order.issue",
        "issue": "order.issue",
        "rate": "order.issue",
    }

    @extend_schema(request=NewOrderInput, responses={200: OrderSerializer, 201: OrderSerializer}, filters=False)
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Enter an order: 201; the same `client_id` with the same words again: 200 with the first; others: 409."""
        given = NewOrderInput(data=request.data, context={"request": request})
        given.is_valid(raise_exception=True)
        data = dict(given.validated_data)
        client_id, grid, actor = data.pop("client_id"), data.pop("grid"), request.user
        new = orders.NewOrder(**data, source=ServiceOrder.Source.API)
        row, made = orders.order(new, grid=grid, actor=actor, now=timezone.now(), client_id=client_id)  # type: ignore[arg-type]
        location = request.build_absolute_uri(f"{row.pk}/")
        return Response(OrderSerializer(row).data, status=201 if made else 200, headers={"Location": location})

    @extend_schema(request=None, responses={200: OrderSerializer}, filters=False)
    @action(detail=True, methods=["post"])
    def issue(self, request: Request, pk: str) -> Response:
        """Issue it to the members. 409 when it is not waiting to be looked at."""
        row = self.get_object()
        orders.issue(row, actor=request.user, now=timezone.now())  # type: ignore[arg-type]
        return self._again(row)

    @extend_schema(request=OrderRatingInput, responses={200: OrderSerializer}, filters=False)
    @action(detail=True, methods=["post"])
    def rate(self, request: Request, pk: str) -> Response:
        """Note how the resident found it. 409 before it is done, and after it was evaluated."""
        row = self.get_object()
        given = OrderRatingInput(data=request.data)
        given.is_valid(raise_exception=True)
        orders.rate(row, **given.validated_data, actor=request.user, now=timezone.now())  # type: ignore[arg-type]
        return self._again(row)

    def _again(self, row: ServiceOrder) -> Response:
        return Response(OrderSerializer(get_object_or_404(self.get_queryset(), pk=row.pk)).data)
