"""Shapes of disputes and call-backs in the API. No answer holds a party or a reporter in clear."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import User
from accounts.protect import mask_numbers
from accounts.text_guard import CleanTextSerializerField
from grid.models import Grid
from incidents import disputes
from incidents.api.serializers import StrictSerializer
from incidents.dispute_moves import MOVES
from incidents.dispute_parties import NewParty, masked
from incidents.disputes import Given, NewDispute
from incidents.models import CallBack, Dispute, DisputeEvent, DisputeParty, Incident
from incidents.people import holders

VERSION = {"min_value": 1, "max_value": 2**31 - 1}


class PartyInput(StrictSerializer):
    """One party; name, phone and address are sealed at once."""

    side = serializers.ChoiceField(choices=DisputeParty.Side.choices)
    kind = serializers.ChoiceField(choices=DisputeParty.Kind.choices, default=DisputeParty.Kind.RESIDENT)
    name = CleanTextSerializerField(max_length=50)
    phone = CleanTextSerializerField(max_length=20, required=False, allow_blank=True, default="")
    address = CleanTextSerializerField(max_length=200, required=False, allow_blank=True, default="")


class NewDisputeInput(StrictSerializer):
    """A dispute; `grid` or `incident` says where."""

    kind = serializers.ChoiceField(choices=Dispute.Kind.choices)
    risk = serializers.ChoiceField(choices=Dispute.Risk.choices)
    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=Dispute.Source.choices, default=Dispute.Source.FOUND
    )
    title = CleanTextSerializerField(max_length=100)
    text = CleanTextSerializerField(max_length=5000, multiline=True)
    grid = serializers.SlugRelatedField(
        required=False, allow_null=True, slug_field="code", queryset=Grid.objects.defer("boundary")
    )
    incident = serializers.SlugRelatedField(
        required=False, allow_null=True, slug_field="number", queryset=Incident.objects.none()
    )
    parties = PartyInput(many=True)

    def get_fields(self) -> dict[str, Any]:
        """Only the cases that the caller sees."""
        fields: dict[str, Any] = super().get_fields()
        if request := self.context.get("request"):
            rows = Incident.objects.visible_to(request.user).select_related("grid")
            fields["incident"].queryset = rows.defer("grid__boundary", "contact_name", "contact_phone")
        return fields

    def dispute(self) -> NewDispute:
        """What the business takes."""
        data = dict(self.validated_data)
        return NewDispute(parties=[NewParty(**party) for party in data.pop("parties")], **data)


class DisputeMoveInput(StrictSerializer):
    """A step with what it needs. The version may come as If-Match instead."""

    move = serializers.ChoiceField(choices=[(move.name, move.label) for move in MOVES])
    version = serializers.IntegerField(required=False, **VERSION)  # type: ignore[arg-type]
    text = CleanTextSerializerField(max_length=5000, multiline=True, required=False, allow_blank=True)
    mediator = serializers.PrimaryKeyRelatedField(required=False, allow_null=True, queryset=User.objects.none())
    happened_at = serializers.DateTimeField(required=False, allow_null=True)
    place = CleanTextSerializerField(max_length=100, required=False, allow_blank=True)
    present = CleanTextSerializerField(max_length=200, required=False, allow_blank=True)
    is_kept = serializers.BooleanField(required=False, allow_null=True)
    next_visit_on = serializers.DateField(required=False, allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        """The mediator is one of those who mediate for the level."""
        fields: dict[str, Any] = super().get_fields()
        if dispute := self.context.get("dispute"):
            code = disputes.level_code(dispute)
            fields["mediator"].queryset = holders("dispute.mediate", code, now=self.context["now"])
        return fields

    def given(self) -> Given:
        """What the business takes."""
        names = Given.__dataclass_fields__.keys() & self.validated_data.keys()
        return Given(**{name: self.validated_data[name] for name in names})


class DisputeBrief(serializers.ModelSerializer):
    """One line of a list."""

    title = serializers.SerializerMethodField()
    grid_name = serializers.CharField(source="grid.name", read_only=True)
    mediator_name = serializers.CharField(source="mediator.real_name", read_only=True, default=None, allow_null=True)
    incident = serializers.CharField(source="incident.number", read_only=True, default=None, allow_null=True)

    class Meta:
        model = Dispute
        fields: ClassVar[tuple[str, ...]] = (
            "number", "version", "state", "kind", "risk", "source", "level", "title", "grid_code", "grid_name",
            "mediator", "mediator_name", "incident", "created_at", "agreed_at", "ended_at", "next_visit_on",
        )  # fmt: skip
        read_only_fields = fields

    def get_title(self, dispute: Dispute) -> str:
        """Without phone and identity numbers."""
        return mask_numbers(dispute.title)


class PartySerializer(serializers.Serializer):
    """A party, masked."""

    side = serializers.CharField(read_only=True)
    kind = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)
    phone = serializers.CharField(read_only=True)
    address = serializers.CharField(read_only=True)


class DisputeStep(serializers.Serializer):
    """A step that the caller may make now, and what it needs."""

    name = serializers.CharField(read_only=True)
    label = serializers.CharField(read_only=True)  # type: ignore[assignment]
    needs = serializers.ListField(child=serializers.CharField(), read_only=True)
    asks = serializers.ListField(child=serializers.CharField(), read_only=True)


class DisputeSerializer(DisputeBrief):
    """One dispute with its masked parties and the caller's steps."""

    text = serializers.SerializerMethodField()
    agreement = serializers.SerializerMethodField()
    parties = serializers.SerializerMethodField()
    allowed_moves = serializers.SerializerMethodField()

    class Meta(DisputeBrief.Meta):
        fields: ClassVar[tuple[str, ...]] = (*DisputeBrief.Meta.fields, "text", "agreement", "parties", "allowed_moves")
        read_only_fields = fields

    def get_text(self, dispute: Dispute) -> str:
        """Without phone and identity numbers."""
        return mask_numbers(dispute.text)

    def get_agreement(self, dispute: Dispute) -> str:
        """Without phone and identity numbers."""
        return mask_numbers(dispute.agreement)

    @extend_schema_field(PartySerializer(many=True))
    def get_parties(self, dispute: Dispute) -> Any:
        """Masked; there is no address of the API that shows them in clear."""
        return PartySerializer([masked(party) for party in dispute.parties.all()], many=True).data

    @extend_schema_field(DisputeStep(many=True))
    def get_allowed_moves(self, dispute: Dispute) -> Any:
        """From the table of steps, for this caller."""
        return DisputeStep(disputes.allowed(dispute, self.context["request"].user), many=True).data


class DisputeEventSerializer(serializers.ModelSerializer):
    """One step of the history; who was present is personal data and stays on the page."""

    text = serializers.SerializerMethodField()

    class Meta:
        model = DisputeEvent
        fields = ("id", "kind", "from_state", "to_state", "actor_name", "happened_at", "place", "text", "is_kept", "at")
        read_only_fields = fields

    def get_text(self, event: DisputeEvent) -> str:
        """Without phone and identity numbers."""
        return mask_numbers(event.text)


# --- call-backs -------------------------------------------------------------------------------------------------------


class CallBackSerializer(serializers.ModelSerializer):
    """One call-back, without the reporter and without the reporter's own words."""

    incident = serializers.CharField(source="incident.number", read_only=True)
    grid_code = serializers.CharField(source="incident.grid_code", read_only=True)
    seed = serializers.IntegerField(source="sample.seed", read_only=True, default=None, allow_null=True)

    class Meta:
        model = CallBack
        fields = (
            "id", "incident", "grid_code", "round", "sample", "seed", "due_at", "attempts", "contact", "responded",
            "solved", "satisfaction", "is_excluded", "exclusion_reason", "called_at",
        )  # fmt: skip
        read_only_fields = fields


class AnswerInput(StrictSerializer):
    """What came of one call."""

    contact = serializers.ChoiceField(choices=CallBack.Contact.choices)
    responded = serializers.BooleanField(required=False, allow_null=True)
    solved = serializers.BooleanField(required=False, allow_null=True)
    satisfaction = serializers.ChoiceField(choices=CallBack.Satisfaction.choices, required=False, allow_blank=True)
    words = CleanTextSerializerField(max_length=2000, multiline=True, required=False, allow_blank=True)
    reopen_reason = CleanTextSerializerField(max_length=500, required=False, allow_blank=True)


class ExclusionInput(StrictSerializer):
    """Why it does not count; an empty reason lets it count again."""

    reason = CleanTextSerializerField(max_length=200, allow_blank=True)


class RatesSerializer(serializers.Serializer):
    """The three rates with their fractions; a rate of nothing is null."""

    assigned = serializers.IntegerField(read_only=True)
    contacted = serializers.IntegerField(read_only=True)
    called_back = serializers.IntegerField(read_only=True)
    solved = serializers.IntegerField(read_only=True)
    satisfied = serializers.IntegerField(read_only=True)
    response = serializers.FloatField(read_only=True, allow_null=True)
    resolution = serializers.FloatField(read_only=True, allow_null=True)
    satisfaction = serializers.FloatField(read_only=True, allow_null=True)
    score = serializers.FloatField(read_only=True, allow_null=True)


class RateLineSerializer(serializers.Serializer):
    """The rates of one unit or community."""

    key = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)
    rates = RatesSerializer(read_only=True)


class RatesAnswer(serializers.Serializer):
    """A period's rates in all, by unit and by community."""

    first = serializers.DateField(read_only=True)
    last = serializers.DateField(read_only=True)
    total = RatesSerializer(read_only=True)
    units = RateLineSerializer(many=True, read_only=True)
    communities = RateLineSerializer(many=True, read_only=True)
