"""Micro-projects for systems: calls and projects go out; who reviewed what stays in the office."""

from typing import Any, ClassVar

from rest_framework import serializers

from accounts.protect import mask_numbers
from grid.api.scoped import ScopedReadOnlyViewSet
from volunteers.filters.micro import StrictMicroCallFilter, StrictMicroProjectFilter
from volunteers.models import BudgetLine, Criterion, MicroCall, MicroProject, Milestone

SEES = "volunteer.view"


class CriterionSerializer(serializers.ModelSerializer[Criterion]):
    """What bids are scored on."""

    class Meta:
        model = Criterion
        fields: ClassVar[list[str]] = ["name", "most"]
        read_only_fields = fields


class MicroCallSerializer(serializers.ModelSerializer[MicroCall]):
    """A call with its money and criteria."""

    grid = serializers.CharField(source="grid_code", read_only=True)
    criteria = CriterionSerializer(many=True, read_only=True)

    class Meta:
        model = MicroCall
        fields: ClassVar[list[str]] = [
            *("id", "name", "grid", "opens_on", "closes_on", "budget", "ceiling", "own_share", "least_bids", "text"),
            "criteria",
        ]
        read_only_fields = fields


class BudgetLineSerializer(serializers.ModelSerializer[BudgetLine]):
    """One line of a budget."""

    class Meta:
        model = BudgetLine
        fields: ClassVar[list[str]] = ["name", "amount", "spent"]
        read_only_fields = fields


class MilestoneSerializer(serializers.ModelSerializer[Milestone]):
    """One milestone."""

    class Meta:
        model = Milestone
        fields: ClassVar[list[str]] = ["text", "due_on", "done_on"]
        read_only_fields = fields


class MicroProjectBrief(serializers.ModelSerializer[MicroProject]):
    """A project in a list."""

    grid = serializers.CharField(source="grid_code", read_only=True)
    kind = serializers.CharField(source="kind.name", read_only=True, default=None, allow_null=True)
    team_name = serializers.CharField(source="team.name", read_only=True, default=None, allow_null=True)
    organization_name = serializers.CharField(source="organization.name", read_only=True, default=None, allow_null=True)

    class Meta:
        model = MicroProject
        fields: ClassVar[list[str]] = [
            *("id", "version", "number", "call", "title", "kind", "grid", "team", "team_name", "organization"),
            *("organization_name", "asked", "own_money", "granted", "status", "beneficiaries", "at"),
        ]
        read_only_fields = fields


class MicroProjectSerializer(MicroProjectBrief):
    """One project with its budget, milestones and result."""

    text = serializers.SerializerMethodField()
    result = serializers.SerializerMethodField()
    budget = BudgetLineSerializer(many=True, read_only=True)
    milestones = MilestoneSerializer(many=True, read_only=True)

    class Meta(MicroProjectBrief.Meta):
        fields: ClassVar[list[str]] = [*MicroProjectBrief.Meta.fields, "text", "result", "budget", "milestones"]
        read_only_fields = fields

    def get_text(self, project: MicroProject) -> str:
        """Without phone and identity numbers."""
        return mask_numbers(project.text)

    def get_result(self, project: MicroProject) -> str:
        """Without phone and identity numbers."""
        return mask_numbers(project.result)


class MicroCallViewSet(ScopedReadOnlyViewSet):
    """Calls for micro-projects (微创投征集) that the caller may see."""

    queryset = MicroCall.objects.prefetch_related("criteria")
    serializer_class = MicroCallSerializer
    filterset_class = StrictMicroCallFilter
    access_rules: ClassVar[dict[str, str]] = {"list": SEES, "retrieve": SEES}


class MicroProjectViewSet(ScopedReadOnlyViewSet):
    """Micro-projects (微创投项目) that the caller may see."""

    queryset = MicroProject.objects.select_related("kind", "team", "organization")
    serializer_class = MicroProjectSerializer
    brief_class = MicroProjectBrief
    filterset_class = StrictMicroProjectFilter
    access_rules: ClassVar[dict[str, str]] = {"list": SEES, "retrieve": SEES}

    def get_queryset(self) -> Any:
        """With what is shown."""
        rows = super().get_queryset()
        return rows if self.action == "list" else rows.prefetch_related("budget", "milestones")
