"""Doors of quick notes for systems: translate in, one call, translate out."""

from typing import Any, ClassVar, Final

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.parsers import GuardedJSONParser
from accounts.text_guard import CleanTextSerializerField
from fieldwork import notes
from fieldwork.filters.notes import StrictNoteFilter
from fieldwork.models import DutyKind, FieldPhoto, QuickNote
from fieldwork.note_lists import filled
from grid.api.scoped import ScopedReadOnlyViewSet
from grid.models import Grid
from incidents.api.serializers import StrictSerializer
from incidents.photos import process_photo
from incidents.photostore import MAX_PHOTOS

BECOMES: Final = (
    (QuickNote.Became.INCIDENT, notes.become_incident),
    (QuickNote.Became.VISIT, notes.become_visit),
    (QuickNote.Became.WISH, notes.become_wish),
)


class FieldPhotoSerializer(serializers.ModelSerializer[FieldPhoto]):
    """A photo of field work; `photo/` with its id serves it to those who may see the record."""

    id = serializers.UUIDField(source="public_id", read_only=True)

    class Meta:
        model = FieldPhoto
        fields = ("id", "is_after", "sha256", "width", "height", "size", "uploaded_at")
        read_only_fields = fields


class NoteBrief(serializers.ModelSerializer[QuickNote]):
    """A note in a list."""

    grid = serializers.CharField(source="grid_code", read_only=True)
    by = serializers.CharField(source="by.real_name", read_only=True)
    duty = serializers.CharField(source="duty.name", read_only=True, allow_null=True, default=None)
    incident = serializers.CharField(source="incident.number", read_only=True, allow_null=True, default=None)

    class Meta:
        model = QuickNote
        fields: ClassVar[tuple[str, ...]] = (
            *("id", "client_id", "grid", "by", "at", "received_at", "text", "duty", "became", "incident", "visit"),
        )
        read_only_fields = fields


class NoteSerializer(NoteBrief):
    """One note with its photos."""

    photos = FieldPhotoSerializer(many=True, read_only=True)

    class Meta(NoteBrief.Meta):
        fields: ClassVar[tuple[str, ...]] = (*NoteBrief.Meta.fields, "photos")
        read_only_fields = fields


class NewNoteInput(StrictSerializer):
    """A note. `client_id` makes it once; without `grid` it is the writer's own."""

    client_id = serializers.UUIDField()
    text = CleanTextSerializerField(max_length=notes.LONGEST, multiline=True)
    grid = serializers.SlugRelatedField(
        required=False, allow_null=True, slug_field="code", queryset=Grid.objects.defer("boundary")
    )
    duty = serializers.SlugRelatedField(
        required=False, allow_null=True, slug_field="name", queryset=DutyKind.objects.filter(is_active=True)
    )
    at = serializers.DateTimeField(required=False, allow_null=True)
    photos = serializers.ListField(child=serializers.FileField(), required=False, max_length=MAX_PHOTOS)

    def get_fields(self) -> dict[str, Any]:
        """Grids are those that the caller may see."""
        fields: dict[str, Any] = super().get_fields()
        if request := self.context.get("request"):
            fields["grid"].queryset = fields["grid"].queryset.visible_to(request.user).current(timezone.localdate())
        return fields

    def note(self) -> notes.NewNote:
        """What business takes."""
        data = dict(self.validated_data)
        photos = [process_photo(file) for file in data.pop("photos", [])]
        return notes.NewNote(**data, photos=photos)


class BecomeInput(StrictSerializer):
    """What to make of a note."""

    what = serializers.ChoiceField(choices=[kind for kind, _make in BECOMES])


class NoteViewSet(ScopedReadOnlyViewSet):
    """Quick notes (随手记) that the caller may see."""

    queryset = QuickNote.objects.all()
    serializer_class = NoteSerializer
    brief_class = NoteBrief
    filterset_class = StrictNoteFilter
    intake = ("create",)
    parser_classes = (GuardedJSONParser, MultiPartParser, FormParser)
    access_rules: ClassVar[dict[str, str]] = {
        "list": "field.view",
        "retrieve": "field.view",
        "create": "field.write",
        "become": "field.write",
    }

    def get_queryset(self) -> Any:
        """One with all that is shown; a list is filled when its page is cut."""
        rows: Any = super().get_queryset()
        return rows.only("pk") if self.action == "list" else rows.for_lists().prefetch_related("photos")

    def paginate_queryset(self, queryset: Any) -> Any:
        """The page with all that its lines show."""
        page = super().paginate_queryset(queryset)
        return page if page is None else filled(page)

    @extend_schema(request=NewNoteInput, responses={200: NoteSerializer, 201: NoteSerializer}, filters=False)
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Write a note: 201; the same `client_id` with the same words again: 200 with the first; other words: 409."""
        given = NewNoteInput(data=request.data, context={"request": request})
        given.is_valid(raise_exception=True)
        actor: Any = request.user
        note, created = notes.write_note(given.note(), actor=actor, now=timezone.now())
        location = request.build_absolute_uri(f"{note.pk}/")
        return Response(NoteSerializer(note).data, status=201 if created else 200, headers={"Location": location})

    @extend_schema(request=BecomeInput, responses={200: NoteSerializer}, filters=False)
    @action(detail=True, methods=["post"])
    def become(self, request: Request, pk: str) -> Response:
        """Make an incident, a visit or a wish of a note. The same again changes nothing; 409 when it became another."""
        note = self.get_object()
        given = BecomeInput(data=request.data)
        given.is_valid(raise_exception=True)
        make: Any = dict(BECOMES)[given.validated_data["what"]]
        make(note.pk, actor=request.user, now=timezone.now())
        return Response(NoteSerializer(get_object_or_404(self.get_queryset(), pk=note.pk)).data)
