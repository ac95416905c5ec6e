"""Papers for systems: read them, take them as Word, write a draft. People issue."""

from typing import Any, ClassVar, Final

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.exports import attachment, note_export
from accounts.idempotency import IdempotentCreateMixin
from accounts.text_guard import CleanTextSerializerField
from grid.models import Grid, Organization
from grid.models.grid import CODE_VALIDATOR
from grid.scope import scope_of
from incidents.api.serializers import StrictSerializer
from incidents.models import Incident
from reports.api.views import IDEMPOTENCY_KEY
from reports.daily_document import WORD_TYPE
from reports.filters.papers import PaperFilter
from reports.forms.office import units_for
from reports.models import Paper
from reports.papers import layout, prefill, writing
from reports.papers.wording import number_text
from reports.papers.writing import LENGTHS, MULTILINE
from reports.querysets import ANSWERED_KINDS

AT_ONCE: Final = 100
RELATED: Final = ("grid", "organization", "incident")
UNREAD: Final = ("grid__boundary", "incident__text", "incident__contact_name", "incident__contact_phone")
READS: Final = "report.view|incident.handle"


class PaperBrief(serializers.ModelSerializer[Paper]):
    """A paper without its text."""

    number_text = serializers.SerializerMethodField(help_text="The number as it is printed: 第64期.")
    incident = serializers.CharField(source="incident.number", read_only=True, default="")
    organization_name = serializers.CharField(source="organization.name", read_only=True, default="")

    class Meta:
        model = Paper
        fields: ClassVar[list[str]] = [
            "id",
            "kind",
            "status",
            "version",
            "grid_code",
            "year",
            "number",
            "number_text",
            "office",
            "title",
            "issued_on",
            "due_on",
            "replied_on",
            "organization",
            "organization_name",
            "incident",
            "report",
            "created_at",
        ]
        read_only_fields = fields

    def get_number_text(self, paper: Paper) -> str:
        """The number in words; empty for a draft."""
        return number_text(paper)


class PaperSerializer(PaperBrief):
    """A paper with everything that is printed, and its answer."""

    class Meta(PaperBrief.Meta):
        fields: ClassVar[list[str]] = [
            *PaperBrief.Meta.fields,
            *(n for n in LENGTHS if n not in ("title", "office")),
            "reply",
        ]
        read_only_fields = fields


class NewPaperInput(StrictSerializer):
    """A draft. With `incident`, a notice begins with the case's story; what is given replaces that."""

    kind = serializers.ChoiceField(choices=Paper.Kind.choices)
    grid = serializers.CharField(max_length=24, validators=[CODE_VALIDATOR])
    incident = serializers.SlugRelatedField(slug_field="number", queryset=Incident.objects.none(), required=False)
    organization = serializers.PrimaryKeyRelatedField(queryset=Organization.objects.none(), required=False)
    due_on = serializers.DateField(required=False)

    def get_fields(self) -> dict[str, Any]:
        """The texts of a paper, and only cases and units that the caller may see."""
        fields: dict[str, Any] = super().get_fields()
        for name, length in LENGTHS.items():
            lines = name in MULTILINE
            fields[name] = CleanTextSerializerField(
                max_length=length, multiline=lines, required=False, allow_blank=True
            )
        if request := self.context.get("request"):
            fields["incident"].queryset = Incident.objects.visible_to(request.user).select_related("category", "grid")
            fields["organization"].queryset = units_for(request.user)
        return fields

    def write(self, user: Any) -> Paper:
        """The draft; 404 for an office out of scope."""
        given, now = dict(self.validated_data), timezone.now()
        offices = Grid.objects.filter(scope_of(user).q("report.view", "code")).defer("boundary")
        grid = get_object_or_404(offices, code=given.pop("grid"))
        kind = given.pop("kind")
        incident = given.get("incident")
        begun = prefill.from_case(kind, incident, now=now) if incident and kind in ANSWERED_KINDS else {}
        fields = {"title": "", "body": "", **begun, **given}
        return writing.create(kind, grid, **fields, actor=user, now=now)


class CreatePaper:
    """The POST of a draft; a class of its own, so that the mixin of idempotency can stand before it."""

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Write it."""
        given = NewPaperInput(data=request.data, context={"request": request})
        given.is_valid(raise_exception=True)
        paper = given.write(request.user)
        headers = {"Location": request.build_absolute_uri(f"{paper.pk}/")}
        return Response(PaperSerializer(paper).data, status=201, headers=headers)


class PaperViewSet(IdempotentCreateMixin, CreatePaper, ListModelMixin, RetrieveModelMixin, GenericViewSet[Any]):
    """Bulletins, notices and decisions of the offices that the caller may see, newest first."""

    named_by = "id"
    queryset = Paper.objects.none()
    serializer_class = PaperSerializer
    filterset_class = PaperFilter
    lookup_value_regex = "[0-9]{1,18}"
    access_rules: ClassVar[dict[str, str]] = {
        "list": READS,
        "retrieve": READS,
        "create": "report.write",
        "word": READS,
    }

    def get_queryset(self) -> Any:
        """Only what the caller may see: everything else is 404."""
        rows = Paper.objects.visible_to(self.request.user).select_related(*RELATED).defer(*UNREAD)
        return rows.defer(*UNREAD, "body", "reply") if self.action == "list" else rows

    def get_serializer_class(self) -> Any:
        """A list is brief."""
        return PaperBrief if self.action == "list" else self.serializer_class

    @extend_schema(request=NewPaperInput, responses={201: PaperSerializer}, parameters=[IDEMPOTENCY_KEY])
    def create(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        """Write a draft; a person checks and issues it."""
        return super().create(request, *args, **kwargs)

    @extend_schema(responses={(200, WORD_TYPE): OpenApiTypes.BINARY}, filters=False)
    @action(detail=True, methods=["get"])
    def word(self, request: Request, pk: str) -> HttpResponse:
        """The paper as a Word document (GB/T 9704, or the office's own template)."""
        paper = self.get_object()
        note_export(
            actor=request.user,  # type: ignore[arg-type]
            object_type="paper",
            object_id=paper.pk,
            fields="docx",
            now=timezone.now(),
            request=request._request,
            at_once=AT_ONCE,
        )
        return attachment(layout.word(paper), WORD_TYPE, f"{layout.file_stem(paper)}.docx")
