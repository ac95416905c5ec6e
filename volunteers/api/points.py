"""Points for systems: one's own balance and bookings, what the shop offers, exchanges, rules. Nobody else's points."""

from typing import Any, ClassVar, Final

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.errors import NotNow
from accounts.rules import SIGNED_IN
from accounts.text_guard import CleanTextSerializerField
from grid.api.scoped import ScopedReadOnlyViewSet
from incidents.api.serializers import StrictSerializer
from volunteers import points, shop
from volunteers.filters.points import StrictEntryFilter, StrictExchangeFilter, StrictItemFilter, StrictRuleFilter
from volunteers.models import Exchange, PointEntry, PointRule, ShopItem
from volunteers.point_lapse import standing
from volunteers.standing import volunteer_of

SEES: Final = "volunteer.view"
KEEPS: Final = "shop.edit"
IN_HUNDREDTHS: Final = "In hundredths of a point."


class PointEntrySerializer(serializers.ModelSerializer[PointEntry]):
    """A booking of one's own account."""

    amount = serializers.SerializerMethodField(help_text=f"{IN_HUNDREDTHS} Negative when it took points.")
    activity = serializers.CharField(
        source="hours.sign_up.shift.service.title", read_only=True, default=None, allow_null=True
    )

    class Meta:
        model = PointEntry
        fields: ClassVar[list[str]] = ["id", "kind", "amount", "activity", "text", "expires_on", "at"]
        read_only_fields = fields

    def get_amount(self, row: PointEntry) -> int:
        """From the side of the reader."""
        hers = row.taker.volunteer is not None and row.taker.volunteer.user_id == self.context["request"].user.pk
        return row.amount if hers else -row.amount


class BalanceSerializer(serializers.Serializer[Any]):
    """What one has, and what of it lapses soon."""

    takes_part = serializers.BooleanField()
    balance = serializers.IntegerField(help_text=IN_HUNDREDTHS)
    lapsing = serializers.IntegerField(help_text=f"{IN_HUNDREDTHS} Lapses within 30 days.")
    lapses_on = serializers.DateField(allow_null=True)


class PointViewSet(ScopedReadOnlyViewSet):
    """The caller's own points: bookings and balance. There is no way to those of others."""

    queryset = PointEntry.objects.select_related("taker__volunteer", "hours__sign_up__shift__service").defer(
        "hours__sign_up__shift__service__point"
    )
    serializer_class = PointEntrySerializer
    filterset_class = StrictEntryFilter
    access_rules: ClassVar[dict[str, str]] = {"list": SIGNED_IN, "retrieve": SIGNED_IN, "balance": SIGNED_IN}

    @extend_schema(responses={200: BalanceSerializer}, filters=False)
    @action(detail=False, methods=["get"], pagination_class=None)
    def balance(self, request: Request) -> Response:
        """The balance; 409 for a caller who is no volunteer."""
        volunteer = volunteer_of(request.user)
        if volunteer is None:
            raise NotNow(_("You are not a volunteer."))
        found = standing(points.own_account(volunteer), timezone.localdate())
        values = {"balance": found.balance, "lapsing": found.lapsing, "lapses_on": found.lapses_on}
        return Response(BalanceSerializer({"takes_part": volunteer.wants_points, **values}).data)


class ShopItemSerializer(serializers.ModelSerializer[ShopItem]):
    """An item of the shop."""

    class Meta:
        model = ShopItem
        fields: ClassVar[list[str]] = ["id", "grid_code", "name", "text", "price", "stock", "place", "is_active"]
        read_only_fields = fields


class ShopItemViewSet(ScopedReadOnlyViewSet):
    """What the shop offers in the caller's grids and those above."""

    queryset = ShopItem.objects.all()
    serializer_class = ShopItemSerializer
    filterset_class = StrictItemFilter
    access_rules: ClassVar[dict[str, str]] = {"list": SEES, "retrieve": SEES}


class PointRuleSerializer(serializers.ModelSerializer[PointRule]):
    """A version of the rule of a grid; `ends_on` is the first day without it."""

    class Meta:
        model = PointRule
        fields: ClassVar[list[str]] = [
            *("id", "grid_code", "name", "per_hour", "cap_hours", "valid_days", "source", "starts_on", "ends_on"),
        ]
        read_only_fields = fields


class PointRuleViewSet(ScopedReadOnlyViewSet):
    """Rules of points with all their versions."""

    queryset = PointRule.objects.all()
    serializer_class = PointRuleSerializer
    filterset_class = StrictRuleFilter
    access_rules: ClassVar[dict[str, str]] = {"list": SEES, "retrieve": SEES}


class ExchangeSerializer(serializers.ModelSerializer[Exchange]):
    """An exchange; the code is shown to its owner alone, on her page."""

    grid_code = serializers.CharField(source="item.grid_code", read_only=True)
    item_name = serializers.CharField(source="item.name", read_only=True)
    volunteer_number = serializers.CharField(source="volunteer.number", read_only=True)

    class Meta:
        model = Exchange
        fields: ClassVar[list[str]] = [
            *("id", "client_id", "grid_code", "item", "item_name", "volunteer_number", "points", "status"),
            *("pick_up_by", "at", "ended_at", "version"),
        ]
        read_only_fields = fields


class HandOutInput(StrictSerializer):
    """A pick-up code, as the scanner at the counter reads it."""

    code = CleanTextSerializerField(max_length=300)


class ExchangeViewSet(ScopedReadOnlyViewSet):
    """Exchanges at the caller's counters; a till hands out by code."""

    queryset = Exchange.objects.select_related("item", "volunteer")
    serializer_class = ExchangeSerializer
    filterset_class = StrictExchangeFilter
    intake = ("hand_out",)
    access_rules: ClassVar[dict[str, str]] = {"list": KEEPS, "retrieve": KEEPS, "hand_out": KEEPS}

    @extend_schema(request=HandOutInput, responses={200: ExchangeSerializer}, filters=False)
    @action(detail=False, methods=["post"], url_path="hand-out", pagination_class=None)
    def hand_out(self, request: Request) -> Response:
        """Hand out what waits under a code: 400 for an unknown one, 409 when it has ended or its day is over."""
        given = HandOutInput(data=request.data)
        given.is_valid(raise_exception=True)
        actor: Any = request.user
        row = shop.hand_out(given.validated_data["code"], actor=actor, now=timezone.now())
        return Response(ExchangeSerializer(get_object_or_404(self.get_queryset(), pk=row.pk)).data)
