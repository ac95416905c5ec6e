"""Care for systems: subjects masked, promises, counts by colour. What is sealed never leaves through here."""

from typing import Any, ClassVar, Final

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.narrowing import demand_filters
from fieldwork import care_reading, colours
from fieldwork.filters.care import StrictCareFilter, StrictPromiseFilter
from fieldwork.forms.care import CountsForm
from fieldwork.models import CareColour, CarePromise, CareSubject
from grid.api.scoped import ScopedReadOnlyViewSet
from grid.scope import scope_of

SEES: Final = "care.view|care.sensitive"
COUNTS: Final = "care.view|care.sensitive|field.view"


class CareSubjectSerializer(serializers.ModelSerializer[CareSubject]):
    """One person or household in care: the name masked, the door only for whoever sees households."""

    person = serializers.SerializerMethodField(help_text="Masked name; empty for a whole household.")
    place = serializers.SerializerMethodField(help_text="The building, and the door for household.view.")
    tag = serializers.CharField(source="tag.name", read_only=True)
    colour = serializers.IntegerField(source="tag.colour.slot", read_only=True)
    is_sensitive = serializers.BooleanField(source="tag.is_sensitive", read_only=True)
    carer = serializers.CharField(source="carer.real_name", read_only=True, default=None)
    next_due = serializers.DateField(read_only=True, allow_null=True)
    last_met = serializers.DateTimeField(read_only=True, allow_null=True)

    class Meta:
        model = CareSubject
        fields: ClassVar[list[str]] = [
            "id",
            "grid_code",
            "person",
            "place",
            "tag",
            "colour",
            "is_sensitive",
            "status",
            "basis",
            "consent_until",
            "carer",
            "since",
            "ended_on",
            "next_due",
            "last_met",
            "version",
        ]
        read_only_fields = fields

    @extend_schema_field(str)
    def get_person(self, subject: CareSubject) -> str:
        """The masked name."""
        return care_reading.who(subject) if subject.resident_id else ""

    @extend_schema_field(str)
    def get_place(self, subject: CareSubject) -> str:
        """Where, as far as the caller may know."""
        return care_reading.where(subject, scope_of(self.context["request"].user))


class PromiseSerializer(serializers.ModelSerializer[CarePromise]):
    """One line of the list of promises."""

    promised_by = serializers.CharField(source="promised_by.real_name", read_only=True)
    is_overdue = serializers.SerializerMethodField()

    class Meta:
        model = CarePromise
        fields: ClassVar[list[str]] = [
            "id",
            "grid_code",
            "title",
            "subject",
            "promised_by",
            "promised_on",
            "due_on",
            "status",
            "done_on",
            "result",
            "is_overdue",
        ]
        read_only_fields = fields

    @extend_schema_field(bool)
    def get_is_overdue(self, promise: CarePromise) -> bool:
        """Open after its day."""
        return promise.status == CarePromise.Status.OPEN and promise.due_on < timezone.localdate()


class CareColourSerializer(serializers.ModelSerializer[CareColour]):
    """One slot of the legend."""

    class Meta:
        model = CareColour
        fields: ClassVar[list[str]] = ["slot", "name", "value", "meaning", "source"]
        read_only_fields = fields


class CareCountSerializer(serializers.Serializer[Any]):
    """How many people of one colour are in care in one grid."""

    grid_code = serializers.CharField()
    colour = serializers.IntegerField()
    count = serializers.IntegerField(help_text="Exact, or rounded down to steps of five (0 for less than five).")
    shown = serializers.CharField(help_text="As people read it: 12, <5, 10+.")
    exact = serializers.BooleanField()


class CareSubjectViewSet(ScopedReadOnlyViewSet):
    """People and households in care."""

    queryset = CareSubject.objects.all()
    serializer_class = CareSubjectSerializer
    filterset_class = StrictCareFilter
    access_rules: ClassVar[dict[str, str]] = {"list": SEES, "retrieve": SEES}

    def get_queryset(self) -> Any:
        """What the caller may see, without what is sealed."""
        rows: Any = super().get_queryset()
        return care_reading.listed(rows)


class PromiseViewSet(ScopedReadOnlyViewSet):
    """Promises (民生实事清单)."""

    queryset = CarePromise.objects.select_related("promised_by")
    serializer_class = PromiseSerializer
    filterset_class = StrictPromiseFilter
    access_rules: ClassVar[dict[str, str]] = {"list": SEES, "retrieve": SEES}


class CareColourViewSet(ListModelMixin, GenericViewSet):
    """The legend of the nine-colour map."""

    queryset = CareColour.objects.all()
    serializer_class = CareColourSerializer
    pagination_class = None
    access_rules: ClassVar[dict[str, str]] = {"list": COUNTS}


class CareCountViewSet(GenericViewSet):
    """Counts of the nine-colour map: never who."""

    queryset = CareSubject.objects.none()
    serializer_class = CareCountSerializer
    pagination_class = None
    access_rules: ClassVar[dict[str, str]] = {"list": COUNTS}

    @extend_schema(
        parameters=[
            OpenApiParameter("grid", str, description="Code of the subtree; everything in reach without."),
            OpenApiParameter("level", int, description="Level of the grids that are counted, 3 to 6; 4 without."),
        ],
        responses={200: CareCountSerializer(many=True)},
    )
    def list(self, request: Request) -> Response:
        """Counts by grid and colour."""
        form = CountsForm(request.query_params)
        demand_filters(form)
        found = colours.of_grids(request.user, under=form.cleaned_data["grid"], length=form.length)
        cells = [
            {
                "grid_code": code,
                "colour": slot,
                "count": cell.told,
                "shown": cell.shown,
                "exact": cell.exact,
            }
            for code, counts in sorted(found.items())
            for slot, cell in sorted(counts.items())
        ]
        return Response(CareCountSerializer(cells, many=True).data)
