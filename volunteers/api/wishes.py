"""Micro-wishes and their rounds for systems: wishes come in and go through their steps; who wished never goes out."""

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.text_guard import CleanTextSerializerField
from grid.api.scoped import ScopedReadOnlyViewSet
from grid.models import Grid
from incidents.api.serializers import StrictSerializer
from partybuilding.forms.choices import grids_where
from volunteers import claims, wishes
from volunteers.filters.wishes import StrictWishFilter
from volunteers.forms.wishes import ASKED, rounds_offered
from volunteers.models import Wish, WishKind, WishRound
from volunteers.wishes import CLOSED, MOST_HELPERS, PUBLIC, NewWish

SEES = "wish.view"
EDITS = "wish.verify"
SEALED = ("name", "phone", "door", "remark")
TAKES: dict[str, Any] = {
    "verify": wishes.verify,
    "publish": lambda wish, text, **given: wishes.publish(wish, **given),
    "enough": lambda wish, text, **given: claims.enough(wish, **given),
    "not_yet": wishes.not_yet,
    "call_back": wishes.call_back,
    "refuse": lambda wish, **given: wishes.step(wish, "refuse", **given),
    "withdraw": lambda wish, **given: wishes.step(wish, "withdraw", **given),
    "archive": lambda wish, **given: wishes.step(wish, "archive", **given),
}


class WishSerializer(serializers.ModelSerializer[Wish]):
    """The public side of a wish, and how far it is."""

    grid = serializers.CharField(source="grid_code", read_only=True)
    kind = serializers.CharField(source="kind.name", read_only=True)
    round = serializers.CharField(source="round.name", read_only=True, default=None, allow_null=True)

    class Meta:
        model = Wish
        fields: ClassVar[list[str]] = [
            *("id", "version", "client_id", "number", "display_name", "title", "text", "kind", "round", "grid"),
            *("amount", "slots", "source", "status", "returns", "wanted_on", "at", "published_at", "delivered_at"),
            *("confirmed_at", "confirmed_how", "rating", "called_back_at"),
        ]
        read_only_fields = fields


class WishRoundSerializer(serializers.ModelSerializer[WishRound]):
    """A round of wishes round a festival."""

    grid = serializers.CharField(source="grid_code", read_only=True)

    class Meta:
        model = WishRound
        fields: ClassVar[list[str]] = ["id", "name", "festival", "grid", "opens_on", "closes_on", "ceiling", "text"]
        read_only_fields = fields


def _words(names: dict[str, int], name: str, **more: Any) -> CleanTextSerializerField:
    return CleanTextSerializerField(
        max_length=names[name], multiline=name in wishes.MULTILINE, required=False, allow_blank=True, default="", **more
    )


class NewWishInput(StrictSerializer):
    """A wish; `client_id` makes it once. Name, phone, door and remark are sealed at once."""

    client_id = serializers.UUIDField()
    title = CleanTextSerializerField(max_length=PUBLIC["title"])
    kind = serializers.SlugRelatedField(slug_field="name", queryset=WishKind.objects.filter(is_active=True))
    grid = serializers.SlugRelatedField(slug_field="code", queryset=Grid.objects.none())
    name = CleanTextSerializerField(max_length=CLOSED["name"], write_only=True)
    display_name = _words(PUBLIC, "display_name")
    text = _words(PUBLIC, "text")
    phone = _words(CLOSED, "phone", write_only=True)
    door = _words(CLOSED, "door", write_only=True)
    remark = _words(CLOSED, "remark", write_only=True)
    round = serializers.PrimaryKeyRelatedField(
        queryset=WishRound.objects.none(), required=False, allow_null=True, default=None
    )
    amount = serializers.DecimalField(
        max_digits=8, decimal_places=2, required=False, allow_null=True, default=None, min_value=0
    )
    slots = serializers.IntegerField(required=False, default=1, min_value=1, max_value=MOST_HELPERS)
    wanted_on = serializers.DateField(required=False, allow_null=True, default=None)

    def get_fields(self) -> dict[str, Any]:
        """Grids are those where the caller follows wishes."""
        fields: dict[str, Any] = super().get_fields()
        if request := self.context.get("request"):
            fields["grid"].queryset = grids_where(request.user, EDITS)
            fields["round"].queryset = rounds_offered(fields["grid"].queryset)
        return fields


class WishStepInput(StrictSerializer):
    """One step; the words that it asks for. With `version`, only when nobody changed it meanwhile."""

    stage = serializers.ChoiceField(choices=sorted(TAKES))
    text = CleanTextSerializerField(max_length=500, multiline=True, required=False, allow_blank=True, default="")
    version = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=1)


class WishConfirmInput(StrictSerializer):
    """What the one who wished said, asked by a visit or by phone."""

    how = serializers.ChoiceField(choices=[name for name, _label in ASKED])
    rating = serializers.IntegerField(min_value=1, max_value=5)
    thanks = CleanTextSerializerField(max_length=500, multiline=True, required=False, allow_blank=True, default="")
    version = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=1)


class WishViewSet(ScopedReadOnlyViewSet):
    """Micro-wishes (微心愿) that the caller may see."""

    queryset = Wish.objects.select_related("kind", "round").defer(*SEALED)
    serializer_class = WishSerializer
    filterset_class = StrictWishFilter
    intake = ("create", "step", "confirm")
    access_rules: ClassVar[dict[str, str]] = {
        "list": SEES,
        "retrieve": SEES,
        "create": EDITS,
        "step": EDITS,
        "confirm": EDITS,
    }

    @extend_schema(request=NewWishInput, responses={201: WishSerializer}, filters=False)
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Take a wish in; the same `client_id` and content again gives the first one, other content 409."""
        given = NewWishInput(data=request.data, context={"request": request})
        given.is_valid(raise_exception=True)
        data = dict(given.validated_data)
        once, actor = data.pop("client_id"), request.user
        new = NewWish(**data, source=Wish.Source.API)
        row = wishes.collect(new, actor=actor, now=timezone.now(), client_id=once)  # type: ignore[arg-type]
        location = request.build_absolute_uri(f"{row.pk}/")
        return Response(WishSerializer(row).data, status=201, headers={"Location": location})

    @extend_schema(request=WishStepInput, responses=WishSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def step(self, request: Request, pk: str) -> Response:
        """Verify, publish, "enough", refuse, withdraw, "not yet", called back, archive; 409 when it cannot be now."""
        given = WishStepInput(data=request.data)
        given.is_valid(raise_exception=True)
        data = dict(given.validated_data)
        take = TAKES[data.pop("stage")]
        row = take(self.get_object(), actor=request.user, now=timezone.now(), **data)
        return Response(WishSerializer(row).data)

    @extend_schema(request=WishConfirmInput, responses=WishSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Response:
        """The one who wished says that it was granted; whoever granted it cannot confirm it."""
        given = WishConfirmInput(data=request.data)
        given.is_valid(raise_exception=True)
        data = {**given.validated_data, "how": str(dict(ASKED)[given.validated_data["how"]])}
        row = wishes.confirm(self.get_object(), actor=request.user, now=timezone.now(), **data)  # type: ignore[arg-type]
        return Response(WishSerializer(row).data)


class WishRoundViewSet(ScopedReadOnlyViewSet):
    """Rounds of wishes of the caller's grids and of those above them."""

    queryset = WishRound.objects.all()
    serializer_class = WishRoundSerializer
    access_rules: ClassVar[dict[str, str]] = {"list": SEES, "retrieve": SEES}
