"""Members, linked households and reports to communities for systems. No answer but that of a reveal shows a member."""

from typing import Any, ClassVar
from uuid import uuid4

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.idempotency import IdempotentCreateMixin
from accounts.text_guard import CleanTextSerializerField
from grid.api.scoped import ScopedReadOnlyViewSet
from grid.models import Grid
from grid.scope import scope_of
from incidents.api.serializers import StrictSerializer
from incidents.api.views import IDEMPOTENCY_KEY
from partybuilding import links, members, report_ins
from partybuilding.filters.members import StrictLinkFilter, StrictMemberFilter, StrictReportInFilter
from partybuilding.member_queries import link_rows, member_rows, report_in_rows
from partybuilding.member_sheets import who
from partybuilding.models import (
    CardEntry,
    HouseholdLink,
    LinkContact,
    PartnerUnit,
    PartyMember,
    ReportIn,
    Skill,
    YearlyEvaluation,
)

SEES, EDITS = "party.view", "party.edit"


class MemberSerializer(serializers.ModelSerializer[PartyMember]):
    """A member, masked."""

    name = serializers.SerializerMethodField()
    phone = serializers.SerializerMethodField()
    grid = serializers.CharField(source="grid_code", read_only=True)
    organization = serializers.CharField(source="party.organization.name", read_only=True, default=None)
    employer = serializers.CharField(source="unit.organization.name", read_only=True, default=None)
    households = serializers.IntegerField(source="doors", read_only=True)
    skills: Any = serializers.SlugRelatedField(slug_field="name", many=True, read_only=True)
    tags: Any = serializers.SlugRelatedField(slug_field="name", many=True, read_only=True)

    class Meta:
        model = PartyMember
        fields: ClassVar[tuple[str, ...]] = (
            "id", "version", "name", "phone", "grid", "management", "organization", "employer", "joined_year", "skills",
            "tags", "households", "found", "found_on", "brought_in_on", "left_on",
        )  # fmt: skip
        read_only_fields = fields

    def get_name(self, member: PartyMember) -> str:
        """The surname."""
        return members.masked(member).name

    def get_phone(self, member: PartyMember) -> str:
        """Without its middle."""
        return members.masked(member).phone


class ClearMemberSerializer(serializers.Serializer[Any]):
    """The answer of a reveal."""

    id = serializers.IntegerField(source="pk", read_only=True)
    name = serializers.CharField(read_only=True)
    phone = serializers.CharField(read_only=True)


class MemberPurposeInput(StrictSerializer):
    """What a member is shown in clear for."""

    purpose = CleanTextSerializerField(max_length=200, min_length=2)


class MemberViewSet(ScopedReadOnlyViewSet):
    """Party members that the caller may see, masked; one by one in clear for a purpose that is recorded."""

    queryset = PartyMember.objects.all()
    serializer_class = MemberSerializer
    filterset_class = StrictMemberFilter
    access_rules: ClassVar[dict[str, str]] = {"list": SEES, "retrieve": SEES, "reveal": "party.reveal"}

    def get_queryset(self) -> Any:
        """Only what the caller may see: everything else is 404."""
        return member_rows(self.request.user).prefetch_related("skills", "tags")

    def filter_queryset(self, queryset: Any) -> Any:
        """One member is shown by her id also when she left."""
        return super().filter_queryset(queryset) if self.action == "list" else queryset

    @extend_schema(request=MemberPurposeInput, responses={200: ClearMemberSerializer}, filters=False)
    @action(detail=True, methods=["post"])
    def reveal(self, request: Request, pk: str) -> Response:
        """Name and phone in clear, for a purpose that is recorded."""
        member: PartyMember = self.get_object()
        given = MemberPurposeInput(data=request.data)
        given.is_valid(raise_exception=True)
        shown = members.reveal_member(
            member,
            actor=request.user,  # type: ignore[arg-type]
            purpose=given.validated_data["purpose"],
            now=timezone.now(),
            request=request._request,
        )
        return Response(ClearMemberSerializer(shown).data)


# --- 党员联户 ---------------------------------------------------------------------------------------------------------


class HouseholdLinkSerializer(serializers.ModelSerializer[HouseholdLink]):
    """One linked household: a door and the number of the member; no names."""

    grid = serializers.CharField(source="grid_code", read_only=True)
    address = serializers.SerializerMethodField()

    class Meta:
        model = HouseholdLink
        fields: ClassVar[tuple[str, ...]] = (
            "id", "member", "grid", "building", "unit", "room", "address", "since", "until",
        )  # fmt: skip
        read_only_fields = fields

    def get_address(self, link: HouseholdLink) -> str:
        """Compound, building, staircase, room."""
        return links.door_of(link)


class LinkContactSerializer(serializers.ModelSerializer[LinkContact]):
    """One contact."""

    class Meta:
        model = LinkContact
        fields: ClassVar[tuple[str, ...]] = ("id", "client_id", "way", "text", "at")
        read_only_fields = fields


class LinkContactInput(StrictSerializer):
    """A contact; sent again with the same `client_id` it is the same one."""

    client_id = serializers.UUIDField(required=False)
    way = serializers.ChoiceField(choices=LinkContact.Way.choices)
    text = CleanTextSerializerField(max_length=500, required=False, allow_blank=True, default="", multiline=True)


class HouseholdLinkViewSet(ScopedReadOnlyViewSet):
    """Linked households, also those that ended."""

    queryset = HouseholdLink.objects.all()
    serializer_class = HouseholdLinkSerializer
    filterset_class = StrictLinkFilter
    access_rules: ClassVar[dict[str, str]] = {"list": SEES, "retrieve": SEES, "contacts": EDITS}

    def get_queryset(self) -> Any:
        """Only what the caller may see: everything else is 404."""
        return link_rows(self.request.user)

    @extend_schema(request=LinkContactInput, responses={201: LinkContactSerializer}, filters=False)
    @action(detail=True, methods=["post"])
    def contacts(self, request: Request, pk: str) -> Response:
        """Note a contact with the household. 409 when the link has ended or the id has another content."""
        link: HouseholdLink = self.get_object()
        given = LinkContactInput(data=request.data)
        given.is_valid(raise_exception=True)
        data = given.validated_data
        contact, made = links.record_contact(
            link,
            data["way"],
            data["text"],
            actor=request.user,  # type: ignore[arg-type]
            now=timezone.now(),
            client_id=data.get("client_id") or uuid4(),
        )
        return Response(LinkContactSerializer(contact).data, status=201 if made else 200)


# --- 双报到 -----------------------------------------------------------------------------------------------------------


class CardEntrySerializer(serializers.ModelSerializer[CardEntry]):
    """One line of a card."""

    class Meta:
        model = CardEntry
        fields: ClassVar[tuple[str, ...]] = ("id", "on", "text", "hours", "returned_at")
        read_only_fields = fields


class YearlyEvaluationSerializer(serializers.ModelSerializer[YearlyEvaluation]):
    """What was written about a year."""

    class Meta:
        model = YearlyEvaluation
        fields: ClassVar[tuple[str, ...]] = ("id", "year", "grade", "text", "at", "sent_at")
        read_only_fields = fields


class ReportInBrief(serializers.ModelSerializer[ReportIn]):
    """A report in a list; `who` is the unit or the masked member."""

    grid = serializers.CharField(source="grid_code", read_only=True)
    who = serializers.SerializerMethodField()
    skill = serializers.CharField(source="skill.name", read_only=True, default=None)
    hours = serializers.DecimalField(max_digits=8, decimal_places=1, read_only=True)
    evaluated_year = serializers.IntegerField(source="last_year", read_only=True, allow_null=True)

    class Meta:
        model = ReportIn
        fields: ClassVar[tuple[str, ...]] = (
            "id", "version", "number", "grid", "unit", "member", "who", "skill", "reported_on", "status", "hours",
            "evaluated_year",
        )  # fmt: skip
        read_only_fields = fields

    def get_who(self, row: ReportIn) -> str:
        """The unit, or the masked member."""
        return who(row)


class ReportInSerializer(ReportInBrief):
    """One report with its card and evaluations."""

    entries = CardEntrySerializer(many=True, read_only=True)
    evaluations = YearlyEvaluationSerializer(many=True, read_only=True)

    class Meta(ReportInBrief.Meta):
        fields: ClassVar[tuple[str, ...]] = (*ReportInBrief.Meta.fields, "text", "entries", "evaluations")
        read_only_fields = fields


class NewReportInInput(StrictSerializer):
    """A 报到单: a unit or a member, and the code of the grid that it reports to."""

    grid = serializers.SlugRelatedField(slug_field="code", queryset=Grid.objects.none())
    unit = serializers.PrimaryKeyRelatedField(queryset=PartnerUnit.objects.none(), required=False)
    member = serializers.PrimaryKeyRelatedField(queryset=PartyMember.objects.none(), required=False)
    skill = serializers.SlugRelatedField(
        slug_field="name", queryset=Skill.objects.filter(is_active=True), required=False
    )
    text = CleanTextSerializerField(max_length=500, required=False, allow_blank=True, default="", multiline=True)
    reported_on = serializers.DateField(required=False)

    def get_fields(self) -> dict[str, Any]:
        """Only what the caller may write or see."""
        fields: dict[str, Any] = super().get_fields()
        if (user := self.context.get("user")) is not None:
            fields["grid"].queryset = Grid.objects.filter(scope_of(user).q(EDITS, "code")).defer("boundary")
            fields["unit"].queryset = PartnerUnit.objects.visible_to(user)
            fields["member"].queryset = PartyMember.objects.visible_to(user)
        return fields


class CardEntryInput(StrictSerializer):
    """One line of a card."""

    on = serializers.DateField()
    text = CleanTextSerializerField(max_length=300)
    hours = serializers.DecimalField(max_digits=4, decimal_places=1, min_value=0, max_value=24)


class CreateReport:
    """The POST of a report; a class of its own, so that the mixin of idempotency can stand before it."""

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Report in."""
        given = NewReportInInput(data=request.data, context={"user": request.user})
        given.is_valid(raise_exception=True)
        data = dict(given.validated_data)
        grid = data.pop("grid")
        actor: Any = request.user
        made = report_ins.report_in(report_ins.NewReport(**data), grid=grid, actor=actor, now=timezone.now())
        location = request.build_absolute_uri(f"{made.pk}/")
        return Response(self.shown(made.pk), status=201, headers={"Location": location})  # type: ignore[attr-defined]


class ReportInViewSet(IdempotentCreateMixin, CreateReport, ScopedReadOnlyViewSet):
    """Reports of units and members to communities (双报到)."""

    named_by = "id"
    queryset = ReportIn.objects.all()
    serializer_class = ReportInSerializer
    brief_class = ReportInBrief
    filterset_class = StrictReportInFilter
    access_rules: ClassVar[dict[str, str]] = {"list": SEES, "retrieve": SEES, "create": EDITS, "entries": EDITS}

    def get_queryset(self) -> Any:
        """Only what the caller may see: everything else is 404."""
        rows = report_in_rows(self.request.user)
        return rows if self.action == "list" else rows.prefetch_related("entries", "evaluations")

    def shown(self, pk: int) -> Any:
        """One report as an answer."""
        return ReportInSerializer(get_object_or_404(self.get_queryset(), pk=pk)).data

    @extend_schema(request=NewReportInInput, responses={201: ReportInSerializer}, parameters=[IDEMPOTENCY_KEY])
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        """Report a unit or a member to a community. The same Idempotency-Key gives the first one again."""
        return super().create(request, *args, **kwargs)

    @extend_schema(request=CardEntryInput, responses={201: ReportInSerializer}, filters=False)
    @action(detail=True, methods=["post"])
    def entries(self, request: Request, pk: str) -> Response:
        """A line of the card. 409 unless the report was received and placed."""
        row: ReportIn = self.get_object()
        given = CardEntryInput(data=request.data)
        given.is_valid(raise_exception=True)
        data, actor = given.validated_data, request.user
        report_ins.add_entry(row, data["text"], data["hours"], on=data["on"], actor=actor, now=timezone.now())  # type: ignore[arg-type]
        return Response(self.shown(row.pk), status=201)
