"""Deliberation and opinions of deputies for systems. Who came to a meeting is given as a number, never by name."""

from typing import Any, ClassVar, Final

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.errors import NotAllowed
from accounts.text_guard import CleanTextSerializerField
from grid.api.scoped import ScopedReadOnlyViewSet
from grid.models import Grid
from incidents.api.serializers import StrictSerializer
from incidents.models import Incident
from partybuilding import forums, meetings, opinions, resolutions, topics
from partybuilding.filters.councils import DecisionFilter, ForumFilter, MeetingFilter, OpinionFilter, TopicFilter
from partybuilding.models import DeputyOpinion, FollowUp, Forum, ForumMeeting, Resolution, Topic
from partybuilding.stages import TABLE

SEES: Final = "party.view"
ENTERS: Final = "party.view|council.edit"
READS: Final[dict[str, str]] = {"list": SEES, "retrieve": SEES}


def _number(source: str) -> serializers.CharField:
    return serializers.CharField(source=source, read_only=True, default=None, allow_null=True)


class ForumSerializer(serializers.ModelSerializer[Forum]):
    """A forum with its numbers; `solved` counts what its alliance had solved before this platform too."""

    grid = serializers.CharField(source="grid_code", read_only=True)
    held_this_year = serializers.IntegerField(source="held", read_only=True)
    open_decisions = serializers.IntegerField(source="open", read_only=True)
    solved = serializers.SerializerMethodField()
    next_at = serializers.DateTimeField(read_only=True, allow_null=True)

    class Meta:
        model = Forum
        fields: ClassVar[tuple[str, ...]] = (
            *("id", "grid", "name", "kind", "venue", "rhythm", "every_days", "child_days", "is_active"),
            *("held_this_year", "next_at", "open_decisions", "solved"),
        )
        read_only_fields = fields

    def get_solved(self, forum: Forum) -> int:
        """Matters solved."""
        return forums.solved(forum)


class ForumViewSet(ScopedReadOnlyViewSet):
    """Forums (议事会, 联席会议 …) of the caller's grids and of those above."""

    queryset = Forum.objects.none()
    serializer_class = ForumSerializer
    filterset_class = ForumFilter
    access_rules: ClassVar[dict[str, str]] = READS

    def get_queryset(self) -> Any:
        """Only what the caller may see."""
        return forums.forums_for(self.request.user, timezone.now())


class ForumMeetingBrief(serializers.ModelSerializer[ForumMeeting]):
    """A meeting in a list, with its numbers."""

    grid = serializers.CharField(source="grid_code", read_only=True)
    forum_name = serializers.CharField(source="forum.name", read_only=True)
    asked = serializers.IntegerField(read_only=True)
    came = serializers.IntegerField(read_only=True)
    topics = serializers.IntegerField(source="talked", read_only=True)
    decisions = serializers.IntegerField(source="decided", read_only=True)
    open_decisions = serializers.IntegerField(source="open", read_only=True)

    class Meta:
        model = ForumMeeting
        fields: ClassVar[tuple[str, ...]] = (
            *("id", "grid", "forum", "forum_name", "title", "starts_at", "place", "chair", "status", "residents"),
            *("asked", "came", "topics", "decisions", "open_decisions", "version"),
        )
        read_only_fields = fields


class ForumMeetingSerializer(ForumMeetingBrief):
    """One meeting with its minutes."""

    class Meta(ForumMeetingBrief.Meta):
        fields: ClassVar[tuple[str, ...]] = (*ForumMeetingBrief.Meta.fields, "minutes", "held_at")
        read_only_fields = fields


class ForumMeetingViewSet(ScopedReadOnlyViewSet):
    """Meetings of forums that the caller sees or was asked to."""

    queryset = ForumMeeting.objects.none()
    serializer_class = ForumMeetingSerializer
    brief_class = ForumMeetingBrief
    filterset_class = MeetingFilter
    access_rules: ClassVar[dict[str, str]] = READS

    def get_queryset(self) -> Any:
        """Only what the caller may see."""
        return meetings.meetings_for(self.request.user)


class TopicSerializer(serializers.ModelSerializer[Topic]):
    """A topic; `meeting` null: it waits in the pool. `decisions` and `ended` count its decisions."""

    grid = serializers.CharField(source="grid_code", read_only=True)
    incident = _number("incident.number")
    decisions = serializers.IntegerField(source="decided", read_only=True)
    ended = serializers.IntegerField(read_only=True)

    class Meta:
        model = Topic
        fields: ClassVar[tuple[str, ...]] = (
            *("id", "client_id", "grid", "title", "text", "principle", "raised_by", "meeting", "incident", "opinion"),
            *("at", "decisions", "ended"),
        )
        read_only_fields = fields


class NewTopicInput(StrictSerializer):
    """A topic that another system collected; `client_id` makes it once."""

    client_id = serializers.UUIDField()
    grid = serializers.SlugRelatedField(slug_field="code", queryset=Grid.objects.none())
    title = CleanTextSerializerField(max_length=topics.TITLE_LENGTH)
    principle = serializers.ChoiceField(choices=Topic.Principle.choices)
    text = CleanTextSerializerField(max_length=topics.TEXT_LENGTH, multiline=True, required=False, allow_blank=True)
    raised_by = CleanTextSerializerField(max_length=60, required=False, allow_blank=True)
    incident = serializers.SlugRelatedField(
        slug_field="number", queryset=Incident.objects.none(), required=False, allow_null=True
    )

    def get_fields(self) -> dict[str, Any]:
        """Grids and cases that the caller may name."""
        fields: dict[str, Any] = super().get_fields()
        if request := self.context.get("request"):
            today = timezone.localdate()
            fields["grid"].queryset = Grid.objects.visible_to(request.user).current(today).defer("boundary")
            fields["incident"].queryset = Incident.objects.visible_to(request.user)
        return fields


class TopicViewSet(ScopedReadOnlyViewSet):
    """Topics (议题): the pool and what meetings talked over."""

    queryset = Topic.objects.none()
    serializer_class = TopicSerializer
    filterset_class = TopicFilter
    intake = ("create",)
    access_rules: ClassVar[dict[str, str]] = {**READS, "create": SEES}

    def get_queryset(self) -> Any:
        """Only what the caller may see."""
        return topics.topics_for(self.request.user).select_related("grid", "incident").defer("grid__boundary")

    @extend_schema(request=NewTopicInput, responses={201: TopicSerializer, 200: TopicSerializer})
    def create(self, request: Request) -> Response:
        """Collect a topic. 403 where the caller neither holds meetings nor reports."""
        given = NewTopicInput(data=request.data, context={"request": request})
        given.is_valid(raise_exception=True)
        data = dict(given.validated_data)
        grid, actor = data.pop("grid"), _caller(request)
        row, created = topics.raise_topic(topics.NewTopic(**data), grid=grid, actor=actor, now=timezone.now())
        shown = topics.with_steps(Topic.objects.filter(pk=row.pk)).get()
        return Response(TopicSerializer(shown).data, status=201 if created else 200)


def _caller(request: Request) -> Any:
    return request.user


class FollowUpSerializer(serializers.ModelSerializer[FollowUp]):
    """How a decision stood at a moment."""

    class Meta:
        model = FollowUp
        fields: ClassVar[tuple[str, ...]] = ("id", "meeting", "text", "at")
        read_only_fields = fields


class DecisionBrief(serializers.ModelSerializer[Resolution]):
    """A decision in a list, with what it led to."""

    grid = serializers.CharField(source="grid_code", read_only=True)
    topic_title = serializers.CharField(source="topic.title", read_only=True)
    meeting = serializers.IntegerField(source="topic.meeting_id", read_only=True)
    organization = _number("organization.name")
    incident = _number("incident.number")
    project = _number("project.number")

    class Meta:
        model = Resolution
        fields: ClassVar[tuple[str, ...]] = (
            *("id", "grid", "topic", "topic_title", "meeting", "text", "owner", "organization", "due_on", "child"),
            *("incident", "project", "task", "status", "decided_at", "ended_at", "result", "version"),
        )
        read_only_fields = fields


class CouncilDecisionSerializer(DecisionBrief):
    """One decision with its follow-ups."""

    follow_ups = FollowUpSerializer(many=True, read_only=True)

    class Meta(DecisionBrief.Meta):
        fields: ClassVar[tuple[str, ...]] = (*DecisionBrief.Meta.fields, "follow_ups")
        read_only_fields = fields


class FollowUpInput(StrictSerializer):
    """How it stands."""

    text = CleanTextSerializerField(max_length=resolutions.TEXT_LENGTH, multiline=True)


class DecisionViewSet(ScopedReadOnlyViewSet):
    """Decisions of meetings (议定事项) that the caller sees or owes."""

    queryset = Resolution.objects.none()
    serializer_class = CouncilDecisionSerializer
    brief_class = DecisionBrief
    filterset_class = DecisionFilter
    access_rules: ClassVar[dict[str, str]] = {**READS, "follow_up": SEES}

    def get_queryset(self) -> Any:
        """Only what the caller may see."""
        rows = resolutions.resolutions_for(self.request.user)
        return rows if self.action == "list" else rows.prefetch_related("follow_ups")

    @extend_schema(request=FollowUpInput, responses={200: CouncilDecisionSerializer}, filters=False)
    @action(detail=True, methods=["post"], url_path="follow-up", filterset_class=None)
    def follow_up(self, request: Request, pk: str) -> Response:
        """Keep how it stands. 403 for anybody but its owner and who holds the meetings."""
        row = self.get_object()
        if not resolutions.may_tell(row, request.user):
            raise NotAllowed(_("You may not do this here."))
        given = FollowUpInput(data=request.data)
        given.is_valid(raise_exception=True)
        resolutions.follow_up(row, given.validated_data["text"], actor=_caller(request), now=timezone.now())
        return Response(CouncilDecisionSerializer(self.get_object()).data)


class OpinionSerializer(serializers.ModelSerializer[DeputyOpinion]):
    """An opinion of a deputy with its answer."""

    grid = serializers.CharField(source="grid_code", read_only=True)
    organization = _number("organization.name")
    incident = _number("incident.number")

    class Meta:
        model = DeputyOpinion
        fields: ClassVar[tuple[str, ...]] = (
            *("id", "client_id", "grid", "body", "deputy_name", "text", "incident", "organization", "due_on"),
            *("answer", "answered_at", "satisfaction", "status", "at", "version"),
        )
        read_only_fields = fields


class NewOpinionInput(StrictSerializer):
    """An opinion that the system of the congress hands in; `client_id` makes it once."""

    client_id = serializers.UUIDField()
    grid = serializers.SlugRelatedField(slug_field="code", queryset=Grid.objects.none())
    body = serializers.ChoiceField(choices=DeputyOpinion.Body.choices)
    deputy_name = CleanTextSerializerField(max_length=50)
    text = CleanTextSerializerField(max_length=opinions.TEXT_LENGTH, multiline=True)
    due_on = serializers.DateField(required=False, allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        """Grids that the caller may name."""
        fields: dict[str, Any] = super().get_fields()
        if request := self.context.get("request"):
            today = timezone.localdate()
            fields["grid"].queryset = Grid.objects.visible_to(request.user).current(today).defer("boundary")
        return fields


class OpinionAnswerInput(StrictSerializer):
    """An answer; with the version that was read, a change in between is noticed (409)."""

    answer = CleanTextSerializerField(max_length=opinions.TEXT_LENGTH, multiline=True)
    version = serializers.IntegerField(min_value=1, required=False)


class OpinionViewSet(ScopedReadOnlyViewSet):
    """Opinions of deputies (代表委员进网格)."""

    queryset = DeputyOpinion.objects.none()
    serializer_class = OpinionSerializer
    filterset_class = OpinionFilter
    intake = ("create",)
    access_rules: ClassVar[dict[str, str]] = {**READS, "create": ENTERS, "answer": ENTERS}

    def get_queryset(self) -> Any:
        """Only what the caller may see."""
        return opinions.opinions_for(self.request.user)

    @extend_schema(request=NewOpinionInput, responses={201: OpinionSerializer, 200: OpinionSerializer})
    def create(self, request: Request) -> Response:
        """Take an opinion in. 403 without council.edit there."""
        given = NewOpinionInput(data=request.data, context={"request": request})
        given.is_valid(raise_exception=True)
        data = dict(given.validated_data)
        grid, actor = data.pop("grid"), _caller(request)
        row, created = opinions.collect(opinions.NewOpinion(**data), grid=grid, actor=actor, now=timezone.now())
        return Response(OpinionSerializer(row).data, status=201 if created else 200)

    @extend_schema(request=OpinionAnswerInput, responses={200: OpinionSerializer}, filters=False)
    @action(detail=True, methods=["post"], filterset_class=None)
    def answer(self, request: Request, pk: str) -> Response:
        """Answer it. 403 for anybody but its unit and who holds meetings there; 409 when it was answered."""
        row = self.get_object()
        TABLE.demand_stage(row, TABLE.stage_of(row, "answer"), _caller(request))
        given = OpinionAnswerInput(data=request.data)
        given.is_valid(raise_exception=True)
        text, version = given.validated_data["answer"], given.validated_data.get("version")
        opinions.answer(row, text=text, version=version, actor=_caller(request), now=timezone.now())
        return Response(OpinionSerializer(self.get_object()).data)
