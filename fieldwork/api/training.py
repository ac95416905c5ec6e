"""The grid academy for systems: sessions with their numbers of people, and courses. Names of people are not given."""

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from fieldwork import training
from fieldwork.filters.training import CourseFilter, TrainingFilter
from fieldwork.models import Course, Material, TrainingForm, TrainingSession
from grid.api.scoped import ScopedReadOnlyViewSet

SEES = "grid.view"


class MaterialSerializer(serializers.ModelSerializer[Material]):
    """Teaching material."""

    class Meta:
        model = Material
        fields: ClassVar[list[str]] = ["id", "title", "text", "place"]
        read_only_fields = fields


class CourseBrief(serializers.ModelSerializer[Course]):
    """A course in a list."""

    competences: Any = serializers.SlugRelatedField(slug_field="name", many=True, read_only=True)

    class Meta:
        model = Course
        fields: ClassVar[list[str]] = ["id", "title", "form", "audience", "hours", "competences", "is_active"]
        read_only_fields = fields


class CourseSerializer(CourseBrief):
    """A course with its materials."""

    materials = MaterialSerializer(many=True, read_only=True)

    class Meta(CourseBrief.Meta):
        fields: ClassVar[list[str]] = [*CourseBrief.Meta.fields, "text", "materials"]
        read_only_fields = fields


class TrainingSerializer(serializers.ModelSerializer[TrainingSession]):
    """A session; `mine` is what the caller's own attendance is, null when she is not on the list."""

    course_title = serializers.CharField(source="course.title", read_only=True)
    form = serializers.ChoiceField(source="course.form", choices=TrainingForm.choices, read_only=True)
    teacher = serializers.CharField(source="teacher.name", read_only=True, default=None, allow_null=True)
    signed_up = serializers.IntegerField(source="signed", read_only=True)
    present = serializers.IntegerField(source="came", read_only=True)
    passed = serializers.IntegerField(read_only=True)
    mine = serializers.CharField(read_only=True, allow_null=True)

    class Meta:
        model = TrainingSession
        fields: ClassVar[list[str]] = [
            "id",
            "course",
            "course_title",
            "form",
            "grid_code",
            "teacher",
            "starts_at",
            "ends_at",
            "place",
            "places",
            "status",
            "signed_up",
            "present",
            "passed",
            "mine",
            "version",
        ]
        read_only_fields = fields


class TrainingViewSet(ScopedReadOnlyViewSet):
    """Training sessions (网格学院) of the caller's grids and of those above; people sign up for themselves."""

    queryset = TrainingSession.objects.none()
    serializer_class = TrainingSerializer
    filterset_class = TrainingFilter
    access_rules: ClassVar[dict[str, str]] = {"list": SEES, "retrieve": SEES, "sign_up": SEES}

    def get_queryset(self) -> Any:
        """Only what the caller may see: everything else is 404."""
        return training.sessions_for(self.request.user)

    @extend_schema(request=None, responses=TrainingSerializer)
    @action(detail=True, methods=["post"], url_path="sign-up")
    def sign_up(self, request: Request, pk: str) -> Response:
        """Sign the caller up; a second time changes nothing. 409 when it has begun or is full."""
        training.sign_up(self.get_object(), actor=request.user, now=timezone.now())  # type: ignore[arg-type]
        return Response(TrainingSerializer(self.get_object()).data)


class CourseViewSet(ScopedReadOnlyViewSet):
    """Courses of the library (课程库), the same for everybody."""

    queryset = Course.objects.none()
    serializer_class = CourseSerializer
    brief_class = CourseBrief
    filterset_class = CourseFilter
    access_rules: ClassVar[dict[str, str]] = {"list": SEES, "retrieve": SEES}

    def get_queryset(self) -> Any:
        """Those in use."""
        return Course.objects.filter(is_active=True).prefetch_related("competences", "materials")
