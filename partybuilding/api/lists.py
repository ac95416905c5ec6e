"""The three lists for systems: needs and resources come in and go out, projects and matches go out."""

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.protect import mask_numbers
from accounts.text_guard import CleanTextSerializerField
from grid.api.scoped import ScopedReadOnlyViewSet
from grid.models import Grid
from incidents.api.serializers import StrictSerializer
from partybuilding import needs, resources
from partybuilding.filters.lists import StrictNeedFilter, StrictProjectFilter, StrictResourceFilter
from partybuilding.forms.choices import office_grids
from partybuilding.forms.lists import edited_units
from partybuilding.match_queries import matches_of
from partybuilding.models import Need, PartnerUnit, Project, ProjectStep, Resource, SupportKind

SEES = "party.view|incident.handle"
WRITES = "lists.edit|incident.handle"
MOST = 10_000_000


class NeedSerializer(serializers.ModelSerializer[Need]):
    """A need; `level` is the grid at which it waits."""

    grid = serializers.CharField(source="grid_code", read_only=True)
    level = serializers.CharField(source="level_code", read_only=True)
    kind = serializers.CharField(source="kind.name", read_only=True)
    incident = serializers.CharField(source="incident.number", read_only=True, default=None, allow_null=True)
    text = serializers.SerializerMethodField()

    class Meta:
        model = Need
        fields: ClassVar[list[str]] = [
            *("id", "version", "client_id", "number", "title", "text", "kind", "source", "grid", "level"),
            *("level_since", "compound", "unit", "incident", "place", "from_on", "until_on", "people"),
            *("status", "at", "ended_at"),
        ]
        read_only_fields = fields

    def get_text(self, need: Need) -> str:
        """Without phone and identity numbers."""
        return mask_numbers(need.text)


class ResourceSerializer(serializers.ModelSerializer[Resource]):
    """What a unit offers; `serves` is the grid that it serves, `capacity` the times in half a year."""

    serves = serializers.CharField(source="serves_code", read_only=True)
    kind = serializers.CharField(source="kind.name", read_only=True)
    unit_name = serializers.CharField(source="unit.organization.name", read_only=True)
    text = serializers.SerializerMethodField()

    class Meta:
        model = Resource
        fields: ClassVar[list[str]] = [
            *("id", "version", "client_id", "unit", "unit_name", "kind", "title", "text", "serves", "weekdays"),
            *("from_on", "until_on", "capacity", "status", "at"),
        ]
        read_only_fields = fields

    def get_text(self, resource: Resource) -> str:
        """Without phone and identity numbers."""
        return mask_numbers(resource.text)


class ProjectStepSerializer(serializers.ModelSerializer[ProjectStep]):
    """One planned step."""

    class Meta:
        model = ProjectStep
        fields: ClassVar[list[str]] = ["position", "part", "text", "due_on", "done_on"]
        read_only_fields = fields


class ProjectBrief(serializers.ModelSerializer[Project]):
    """A project in a list."""

    grid = serializers.CharField(source="grid_code", read_only=True)
    type = serializers.CharField(source="type.name", read_only=True)
    unit_name = serializers.CharField(source="unit.organization.name", read_only=True, default=None, allow_null=True)

    class Meta:
        model = Project
        fields: ClassVar[list[str]] = [
            *("id", "version", "number", "title", "type", "grid", "need", "resource", "unit", "unit_name"),
            *("promised_on", "starts_on", "done_at", "members_count", "hours", "beneficiaries", "grade", "is_best"),
            *("status", "at"),
        ]
        read_only_fields = fields


class ProjectSerializer(ProjectBrief):
    """One project with its result and steps; who took part is counted, not named."""

    result = serializers.SerializerMethodField()
    steps = ProjectStepSerializer(many=True, read_only=True)

    class Meta(ProjectBrief.Meta):
        fields: ClassVar[list[str]] = [*ProjectBrief.Meta.fields, "text", "result", "steps"]
        read_only_fields = fields

    def get_result(self, project: Project) -> str:
        """Without phone and identity numbers."""
        return mask_numbers(project.result)


class MatchSerializer(serializers.Serializer[Any]):
    """A resource that fits a need: points of 100 order the list, the reasons say why."""

    resource = serializers.IntegerField(source="row.pk")
    title = serializers.CharField(source="row.title")
    unit = serializers.IntegerField(source="row.unit_id")
    unit_name = serializers.CharField(source="row.unit.organization.name")
    points = serializers.IntegerField(source="match.total")
    possible = serializers.BooleanField(source="match.is_possible")
    reasons = serializers.SerializerMethodField()

    def get_reasons(self, shown: Any) -> list[str]:
        """In words, what speaks for it first."""
        return [words for _tone, words in shown.reasons]


class NewNeedInput(StrictSerializer):
    """A need; `client_id` makes it once."""

    client_id = serializers.UUIDField()
    title = CleanTextSerializerField(max_length=100)
    kind = serializers.SlugRelatedField(slug_field="name", queryset=SupportKind.objects.filter(is_active=True))
    grid = serializers.SlugRelatedField(slug_field="code", queryset=Grid.objects.none())
    text = CleanTextSerializerField(max_length=2000, multiline=True, required=False, allow_blank=True, default="")
    place = CleanTextSerializerField(max_length=200, required=False, allow_blank=True, default="")
    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=Need.Source.choices, default=Need.Source.COMMUNITY
    )
    from_on = serializers.DateField(required=False, allow_null=True, default=None)
    until_on = serializers.DateField(required=False, allow_null=True, default=None)
    people = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=1, max_value=MOST)

    def get_fields(self) -> dict[str, Any]:
        """Grids are those where the caller keeps the lists."""
        fields: dict[str, Any] = super().get_fields()
        if request := self.context.get("request"):
            fields["grid"].queryset = office_grids(request.user)
        return fields


class NewResourceInput(StrictSerializer):
    """A resource; `client_id` makes it once. Without `serves` it serves the grid of its unit."""

    client_id = serializers.UUIDField()
    unit = serializers.PrimaryKeyRelatedField(queryset=PartnerUnit.objects.none())
    title = CleanTextSerializerField(max_length=100)
    kind = serializers.SlugRelatedField(slug_field="name", queryset=SupportKind.objects.filter(is_active=True))
    text = CleanTextSerializerField(max_length=2000, multiline=True, required=False, allow_blank=True, default="")
    serves = serializers.SlugRelatedField(
        slug_field="code", queryset=Grid.objects.defer("boundary"), required=False, allow_null=True, default=None
    )
    weekdays = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=7), required=False, max_length=7, default=list
    )
    from_on = serializers.DateField(required=False, allow_null=True, default=None)
    until_on = serializers.DateField(required=False, allow_null=True, default=None)
    capacity = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=1, max_value=1000)

    def get_fields(self) -> dict[str, Any]:
        """Units are those whose lists the caller keeps."""
        fields: dict[str, Any] = super().get_fields()
        if request := self.context.get("request"):
            fields["unit"].queryset = edited_units(request.user)
        return fields


class NeedViewSet(ScopedReadOnlyViewSet):
    """Needs (需求清单) that the caller may see."""

    queryset = Need.objects.select_related("kind", "incident").defer(
        "incident__text", "incident__contact_name", "incident__contact_phone"
    )
    serializer_class = NeedSerializer
    filterset_class = StrictNeedFilter
    intake = ("create",)
    access_rules: ClassVar[dict[str, str]] = {
        "list": SEES,
        "retrieve": SEES,
        "create": "lists.edit",
        "matches": SEES,
    }

    @extend_schema(request=NewNeedInput, responses={201: NeedSerializer}, filters=False)
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Raise a need; the same `client_id` and content again gives the first one, other content 409."""
        given = NewNeedInput(data=request.data, context={"request": request})
        given.is_valid(raise_exception=True)
        data = dict(given.validated_data)
        once, actor = data.pop("client_id"), request.user
        row = needs.raise_need(needs.NewNeed(**data), actor=actor, now=timezone.now(), client_id=once)  # type: ignore[arg-type]
        location = request.build_absolute_uri(f"{row.pk}/")
        return Response(NeedSerializer(row).data, status=201, headers={"Location": location})

    @extend_schema(responses=MatchSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def matches(self, request: Request, pk: str) -> Response:
        """The resources that fit the need best, with the reasons; empty for one that does not wait."""
        need = self.get_object()
        found: list[Any] = []
        if need.status == Need.Status.OPEN:
            found = matches_of([need], request.user, today=timezone.localdate())[need.pk]
        return Response(MatchSerializer(found, many=True).data)


class ResourceViewSet(ScopedReadOnlyViewSet):
    """Resources (资源清单) that the caller may see."""

    queryset = Resource.objects.select_related("kind", "unit__organization")
    serializer_class = ResourceSerializer
    filterset_class = StrictResourceFilter
    intake = ("create",)
    access_rules: ClassVar[dict[str, str]] = {"list": SEES, "retrieve": SEES, "create": WRITES}

    @extend_schema(request=NewResourceInput, responses={201: ResourceSerializer}, filters=False)
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Offer a resource; the same `client_id` and content again gives the first one, other content 409."""
        given = NewResourceInput(data=request.data, context={"request": request})
        given.is_valid(raise_exception=True)
        data = dict(given.validated_data)
        once, days = data.pop("client_id"), tuple(data.pop("weekdays"))
        new = resources.NewResource(**data, weekdays=days)
        row = resources.offer(new, actor=request.user, now=timezone.now(), client_id=once)  # type: ignore[arg-type]
        location = request.build_absolute_uri(f"{row.pk}/")
        return Response(ResourceSerializer(row).data, status=201, headers={"Location": location})


class ProjectViewSet(ScopedReadOnlyViewSet):
    """Joint projects (项目清单) that the caller may see."""

    queryset = Project.objects.select_related("type", "unit__organization")
    serializer_class = ProjectSerializer
    brief_class = ProjectBrief
    filterset_class = StrictProjectFilter
    access_rules: ClassVar[dict[str, str]] = {"list": SEES, "retrieve": SEES}

    def get_queryset(self) -> Any:
        """With what is shown."""
        rows = super().get_queryset()
        return rows if self.action == "list" else rows.prefetch_related("steps")
