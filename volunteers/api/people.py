"""Volunteers and teams for systems. No answer but that of a reveal shows a volunteer."""

from typing import Any, ClassVar, Final

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
from volunteers import people, people_secrets, people_stages
from volunteers.filters.people import StrictTeamFilter, StrictVolunteerFilter
from volunteers.models import Team, Volunteer, VolunteerSkill
from volunteers.people_queries import team_rows, volunteer_rows
from volunteers.standing import masked

SEES, EDITS = "volunteer.view", "volunteer.edit"
TAKES: Final[dict[str, Any]] = {
    "approve": lambda row, text, **given: people_stages.approve(row, **given),
    "refuse": people_stages.refuse,
    "pause": lambda row, text, **given: people_stages.pause(row, **given),
    "resume": lambda row, text, **given: people_stages.resume(row, **given),
    "leave": people_stages.leave,
}


class VolunteerSerializer(serializers.ModelSerializer[Volunteer]):
    """A volunteer, masked; hours in minutes."""

    name = serializers.SerializerMethodField()
    phone = serializers.SerializerMethodField()
    grid = serializers.CharField(source="grid_code", read_only=True)
    skills: Any = serializers.SlugRelatedField(slug_field="name", many=True, read_only=True)
    minutes = serializers.IntegerField(read_only=True)
    teams = serializers.IntegerField(source="in_teams", read_only=True)

    class Meta:
        model = Volunteer
        fields: ClassVar[tuple[str, ...]] = (
            "id", "version", "number", "name", "phone", "grid", "status", "is_minor", "skills", "weekdays", "evenings",
            "minutes", "teams", "at",
        )  # fmt: skip
        read_only_fields = fields

    def get_name(self, row: Volunteer) -> str:
        """The surname."""
        return masked(row).name

    def get_phone(self, row: Volunteer) -> str:
        """Without its middle."""
        return masked(row).phone


class ClearVolunteerSerializer(serializers.Serializer[Any]):
    """The answer of a reveal; the phone of a minor is the guardian's."""

    id = serializers.IntegerField(source="pk", read_only=True)
    name = serializers.CharField(read_only=True)
    phone = serializers.CharField(read_only=True)


class VolunteerPurposeInput(StrictSerializer):
    """What a volunteer is shown in clear for."""

    purpose = CleanTextSerializerField(max_length=200, min_length=2)


class VolunteerStepInput(StrictSerializer):
    """One step; a refusal needs words. With `version`, only when nobody changed it meanwhile."""

    stage = serializers.ChoiceField(choices=sorted(TAKES))
    text = CleanTextSerializerField(max_length=500, multiline=True, required=False, allow_blank=True, default="")
    version = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=1)


class NewVolunteerInput(StrictSerializer):
    """Somebody for the register, who agreed to it. Names and phones are sealed at once and never given back."""

    client_id = serializers.UUIDField(required=False)
    grid = serializers.SlugRelatedField(slug_field="code", queryset=Grid.objects.none())
    name = CleanTextSerializerField(max_length=50, write_only=True)
    phone = CleanTextSerializerField(max_length=20, required=False, allow_blank=True, default="", write_only=True)
    birth_year = serializers.IntegerField(min_value=1900, max_value=2100)
    of_age = serializers.BooleanField(required=False, default=False)
    guardian_name = CleanTextSerializerField(
        max_length=50, required=False, allow_blank=True, default="", write_only=True
    )
    guardian_phone = CleanTextSerializerField(
        max_length=20, required=False, allow_blank=True, default="", write_only=True
    )
    guardian_agreed_on = serializers.DateField(required=False, allow_null=True, default=None)
    skills = serializers.SlugRelatedField(
        slug_field="name", many=True, queryset=VolunteerSkill.objects.filter(is_active=True), required=False
    )
    weekdays = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=7), required=False, max_length=7
    )
    evenings = serializers.BooleanField(required=False, default=False)
    consent = serializers.BooleanField()

    def get_fields(self) -> dict[str, Any]:
        """Only grids where the caller approves volunteers."""
        fields: dict[str, Any] = super().get_fields()
        if (user := self.context.get("user")) is not None:
            fields["grid"].queryset = Grid.objects.filter(scope_of(user).q(EDITS, "code")).defer("boundary")
        return fields


class CreateVolunteer:
    """The POST of a volunteer; a class of its own, so that the mixin of idempotency can stand before it."""

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Put somebody on the register."""
        given = NewVolunteerInput(data=request.data, context={"user": request.user})
        given.is_valid(raise_exception=True)
        data = dict(given.validated_data)
        grid, client_id, actor = data.pop("grid"), data.pop("client_id", None), request.user
        made = people.enter(grid, data, actor=actor, now=timezone.now(), client_id=client_id)  # type: ignore[arg-type]
        location = request.build_absolute_uri(f"{made.pk}/")
        return Response(self.shown(made.pk), status=201, headers={"Location": location})  # type: ignore[attr-defined]


class VolunteerViewSet(IdempotentCreateMixin, CreateVolunteer, ScopedReadOnlyViewSet):
    """Volunteers that the caller may see, masked; one by one in clear for a purpose that is recorded."""

    named_by = "id"
    queryset = Volunteer.objects.all()
    serializer_class = VolunteerSerializer
    filterset_class = StrictVolunteerFilter
    access_rules: ClassVar[dict[str, str]] = {
        "list": SEES, "retrieve": SEES, "create": EDITS, "reveal": EDITS, "step": EDITS,
    }  # fmt: skip

    def get_queryset(self) -> Any:
        """Only what the caller may see: everything else is 404."""
        return volunteer_rows(self.request.user).prefetch_related("skills")

    def filter_queryset(self, queryset: Any) -> Any:
        """One volunteer is shown by her id also when she left."""
        return super().filter_queryset(queryset) if self.action == "list" else queryset

    def shown(self, pk: int) -> Any:
        """One volunteer as an answer."""
        return VolunteerSerializer(get_object_or_404(self.get_queryset(), pk=pk)).data

    @extend_schema(request=NewVolunteerInput, responses={201: VolunteerSerializer}, parameters=[IDEMPOTENCY_KEY])
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        """Put somebody on the register. The same Idempotency-Key or `client_id` gives the first row again."""
        return super().create(request, *args, **kwargs)

    @extend_schema(request=VolunteerStepInput, responses={200: VolunteerSerializer}, filters=False)
    @action(detail=True, methods=["post"])
    def step(self, request: Request, pk: str) -> Response:
        """Take, refuse, pause, resume, leave. 409 from another status or version."""
        row: Volunteer = self.get_object()
        given = VolunteerStepInput(data=request.data)
        given.is_valid(raise_exception=True)
        data = dict(given.validated_data)
        TAKES[data.pop("stage")](row, **data, actor=request.user, now=timezone.now())
        return Response(self.shown(row.pk))

    @extend_schema(request=VolunteerPurposeInput, responses={200: ClearVolunteerSerializer}, filters=False)
    @action(detail=True, methods=["post"])
    def reveal(self, request: Request, pk: str) -> Response:
        """Name and phone in clear, for a purpose that is recorded."""
        row: Volunteer = self.get_object()
        given = VolunteerPurposeInput(data=request.data)
        given.is_valid(raise_exception=True)
        shown = people_secrets.reveal_volunteer(
            row,
            actor=request.user,  # type: ignore[arg-type]
            purpose=given.validated_data["purpose"],
            now=timezone.now(),
            request=request._request,
        )
        return Response(ClearVolunteerSerializer(shown).data)


class TeamSerializer(serializers.ModelSerializer[Team]):
    """A team; its leader by number."""

    grid = serializers.CharField(source="grid_code", read_only=True)
    leader = serializers.CharField(source="leader.number", read_only=True, default=None, allow_null=True)
    members = serializers.IntegerField(read_only=True)
    waiting = serializers.IntegerField(read_only=True, help_text="Who asked to join and waits for an answer.")

    class Meta:
        model = Team
        fields: ClassVar[tuple[str, ...]] = (
            "id", "version", "name", "purpose", "grid", "leader", "founded_on", "on_boards", "status", "members",
            "waiting",
        )  # fmt: skip
        read_only_fields = fields


class TeamViewSet(ScopedReadOnlyViewSet):
    """Teams of volunteers."""

    queryset = Team.objects.all()
    serializer_class = TeamSerializer
    filterset_class = StrictTeamFilter
    access_rules: ClassVar[dict[str, str]] = {"list": SEES, "retrieve": SEES}

    def get_queryset(self) -> Any:
        """Only what the caller may see: everything else is 404."""
        return team_rows(self.request.user)

    def filter_queryset(self, queryset: Any) -> Any:
        """One team is shown by its id also when it has ended."""
        return super().filter_queryset(queryset) if self.action == "list" else queryset
