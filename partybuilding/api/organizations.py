"""Doors of party organizations for systems: the tree, what one has, its coverage, stars and profiles."""

from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.errors import NotValid
from accounts.text_guard import CleanTextSerializerField
from grid.api.scoped import ScopedReadOnlyViewSet
from grid.models import Grid
from grid.scope import scope_of
from incidents.api.serializers import StrictSerializer
from partybuilding import coverage, org_tree, organizations, posts
from partybuilding.filters.organizations import PartyOrganizationFilter, ProfileFilter, StarAwardFilter
from partybuilding.models import CommunityProfile, PartyOrganization, PartyPost, StarAward
from partybuilding.organizations import EDITS, NewOrganization

SEES = "party.view"


class PartyPostSerializer(serializers.ModelSerializer[PartyPost]):
    """Who holds which post."""

    class Meta:
        model = PartyPost
        fields: ClassVar[list[str]] = ["id", "title", "name", "since", "until"]
        read_only_fields = fields


class PartyOrganizationBrief(serializers.ModelSerializer[PartyOrganization]):
    """One organization in a list."""

    name = serializers.CharField(source="organization.name", read_only=True)
    grid = serializers.CharField(source="grid_code", read_only=True)
    head = serializers.CharField(read_only=True, allow_null=True)

    class Meta:
        model = PartyOrganization
        fields: ClassVar[list[str]] = [
            "id",
            "name",
            "kind",
            "grid",
            "parent",
            "head",
            "is_grand",
            "founded_on",
            "ended_on",
            "version",
        ]
        read_only_fields = fields


class PartyOrganizationSerializer(PartyOrganizationBrief):
    """One organization with its posts."""

    posts = serializers.SerializerMethodField()

    class Meta(PartyOrganizationBrief.Meta):
        fields: ClassVar[list[str]] = [*PartyOrganizationBrief.Meta.fields, "posts"]
        read_only_fields = fields

    @extend_schema(responses=PartyPostSerializer(many=True))
    def get_posts(self, party: PartyOrganization) -> list[dict[str, Any]]:
        """Who holds a post today, the head first."""
        return list(PartyPostSerializer(posts.present(party, today=timezone.localdate()), many=True).data)


class NewPartyOrganizationInput(StrictSerializer):
    """A new organization below one that the caller sees."""

    name = CleanTextSerializerField(max_length=100)
    kind = serializers.ChoiceField(choices=PartyOrganization.Kind.choices)
    grid = serializers.CharField(max_length=24)
    parent: Any = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False, allow_null=True)
    founded_on = serializers.DateField(required=False, allow_null=True)
    is_grand = serializers.BooleanField(required=False, default=False)


class CoverageShareSerializer(serializers.Serializer[Any]):
    """So many of so many."""

    have = serializers.IntegerField()
    of = serializers.IntegerField()


class PartyCoverageSerializer(serializers.Serializer[Any]):
    """What a grid and everything below it have; the parts are the grids right below it."""

    grid = serializers.CharField(source="grid.code")
    organizations = serializers.IntegerField()
    branches = serializers.IntegerField()
    groups = serializers.IntegerField()
    communities = CoverageShareSerializer()
    grids = CoverageShareSerializer()
    dedicated = CoverageShareSerializer()
    micros = CoverageShareSerializer()
    heads = CoverageShareSerializer()
    posts = CoverageShareSerializer()


class OrganizationViewSet(ScopedReadOnlyViewSet):
    """Party organizations of the caller's grids and of those above; without `ended` the living ones."""

    queryset = PartyOrganization.objects.all()
    serializer_class = PartyOrganizationSerializer
    brief_class = PartyOrganizationBrief
    filterset_class = PartyOrganizationFilter
    access_rules: ClassVar[dict[str, str]] = {"list": SEES, "retrieve": SEES, "create": EDITS, "coverage": SEES}

    def get_queryset(self) -> Any:
        """With the name of the head."""
        return org_tree.with_head(super().get_queryset(), today=timezone.localdate())

    @extend_schema(request=NewPartyOrganizationInput, responses={201: PartyOrganizationSerializer}, filters=False)
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Found an organization. 409 when one of this name exists in the grid."""
        given = NewPartyOrganizationInput(data=request.data)
        given.is_valid(raise_exception=True)
        data, actor = dict(given.validated_data), request.user
        new = NewOrganization(grid=_grid(actor, EDITS, data.pop("grid")), parent=self._parent(data), **data)
        made = organizations.found(new, actor=actor, now=timezone.now())  # type: ignore[arg-type]
        location = request.build_absolute_uri(f"{made.pk}/")
        shown = self.get_queryset().get(pk=made.pk)
        return Response(PartyOrganizationSerializer(shown).data, status=201, headers={"Location": location})

    def _parent(self, data: dict[str, Any]) -> PartyOrganization | None:
        key = data.pop("parent", None)
        if key is None:
            return None
        found: PartyOrganization | None = self.get_queryset().filter(pk=key).first()
        if found is None:
            said = _("There is no such organization.")
            raise NotValid(said, {"parent": [said]})
        return found

    @extend_schema(
        parameters=[OpenApiParameter("grid", str, required=True, description="Code of the grid.")],
        responses=PartyCoverageSerializer(many=True),
        filters=False,
    )
    @action(detail=False, filterset_class=None, pagination_class=None)
    def coverage(self, request: Request) -> Response:
        """The coverage of one grid: first its sum, then its parts."""
        grid = _grid(request.user, SEES, request.query_params.get("grid", ""))
        seen = PartyOrganization.objects.visible_to(request.user)
        found = coverage.cover(grid, seen, today=timezone.localdate())
        return Response(PartyCoverageSerializer([found.total, *found.parts], many=True).data)


def _grid(user: Any, capability: str, code: str) -> Grid:
    """The grid of today where the caller holds the capability; NotValid (field "grid") for any other."""
    rows = Grid.objects.current(timezone.localdate()).filter(scope_of(user).q(capability, "code"))
    found: Grid | None = rows.filter(code=code[:24].replace("\x00", "")).defer("boundary").first()
    if found is None:
        said = _("The grid is unknown, or you do not edit party work there.")
        raise NotValid(said, {"grid": [said]})
    return found


class StarAwardSerializer(serializers.ModelSerializer[StarAward]):
    """A star of a year."""

    organization = serializers.IntegerField(source="party_id", read_only=True)
    star = serializers.CharField(source="star.name", read_only=True)

    class Meta:
        model = StarAward
        fields: ClassVar[list[str]] = ["id", "organization", "star", "year", "result", "text", "at"]
        read_only_fields = fields


class StarAwardViewSet(ScopedReadOnlyViewSet):
    """Stars of 五星支部 that organizations of the caller's grids were put forward for and won."""

    queryset = StarAward.objects.select_related("star")
    serializer_class = StarAwardSerializer
    filterset_class = StarAwardFilter
    access_rules: ClassVar[dict[str, str]] = {"list": SEES, "retrieve": SEES}


class CommunityProfileSerializer(serializers.ModelSerializer[CommunityProfile]):
    """How a community is governed."""

    grid = serializers.CharField(source="grid_code", read_only=True)
    labels: Any = serializers.SlugRelatedField(slug_field="name", many=True, read_only=True)

    class Meta:
        model = CommunityProfile
        fields: ClassVar[list[str]] = ["id", "grid", "brand", "text", "labels", "version"]
        read_only_fields = fields


class ProfileViewSet(ScopedReadOnlyViewSet):
    """Profiles of the caller's communities and of the street above them."""

    queryset = CommunityProfile.objects.prefetch_related("labels")
    serializer_class = CommunityProfileSerializer
    filterset_class = ProfileFilter
    access_rules: ClassVar[dict[str, str]] = {"list": SEES, "retrieve": SEES}
