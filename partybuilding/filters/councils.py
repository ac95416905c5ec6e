"""What lists of deliberation can be narrowed by, on pages and for systems."""

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grid.filters import YES_NO, StrictFilterSet
from grid.forms import day_input
from grid.models.grid import CODE_VALIDATOR
from grid.scope import scope_of
from incidents.filters import DAYS
from partybuilding import resolutions
from partybuilding.models import DeputyOpinion, Forum, ForumMeeting, Resolution, Topic


def _forums(request: Any) -> Any:
    return Forum.objects.visible_to(getattr(request, "user", None))


def _yes(value: str) -> bool:
    return value == "true"


def _grid(**more: Any) -> filters.CharFilter:
    """Rows of the subtree of a grid, by the code that lies on the row."""
    found: filters.CharFilter = filters.CharFilter(
        label=_("grid code"),
        field_name="grid_code",
        lookup_expr="startswith",
        validators=[CODE_VALIDATOR],
        max_length=24,
        **more,
    )
    return found


def _yes_no(label: Any, **more: Any) -> filters.TypedChoiceFilter:
    return filters.TypedChoiceFilter(label=label, choices=(("", _("All")), *YES_NO), coerce=_yes, **more)


class ForumFilter(StrictFilterSet):
    """Forums."""

    q = filters.CharFilter(label=_("name or place"), max_length=50, method="filter_words")
    kind = filters.ChoiceFilter(label=_("kind"), choices=Forum.Kind.choices, empty_label=_("All"))
    grid = _grid()
    is_active = _yes_no(_("in use"))

    class Meta:
        model = Forum
        fields: tuple[str, ...] = ()

    def filter_words(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Words of the name or the place."""
        return rows.filter(Q(name__icontains=value) | Q(venue__icontains=value))


class MeetingFilter(StrictFilterSet):
    """Meetings."""

    q = filters.CharFilter(label=_("title"), field_name="title", lookup_expr="icontains", max_length=50)
    forum = filters.ModelChoiceFilter(label=_("forum"), queryset=_forums, empty_label=_("All"))
    kind = filters.ChoiceFilter(
        label=_("kind"), field_name="forum__kind", choices=Forum.Kind.choices, empty_label=_("All")
    )
    status = filters.ChoiceFilter(label=_("Status"), choices=ForumMeeting.Status.choices, empty_label=_("All"))
    grid = _grid()
    from_day = filters.DateFilter(
        label=_("from day"), field_name="starts_at", lookup_expr="date__gte", widget=day_input(), validators=DAYS
    )
    to_day = filters.DateFilter(
        label=_("until day"), field_name="starts_at", lookup_expr="date__lte", widget=day_input(), validators=DAYS
    )

    class Meta:
        model = ForumMeeting
        fields: tuple[str, ...] = ()


class TopicFilter(StrictFilterSet):
    """Topics."""

    q = filters.CharFilter(label=_("Topic of deliberation"), field_name="title", lookup_expr="icontains", max_length=50)
    principle = filters.ChoiceFilter(label=_("principle"), choices=Topic.Principle.choices, empty_label=_("All"))
    waiting = filters.TypedChoiceFilter(
        label=_("waits for a meeting"),
        field_name="meeting",
        lookup_expr="isnull",
        choices=(("", _("All")), *YES_NO),
        coerce=_yes,
    )
    forum = filters.ModelChoiceFilter(
        label=_("forum"), field_name="meeting__forum", queryset=_forums, empty_label=_("All")
    )
    grid = _grid()

    class Meta:
        model = Topic
        fields: tuple[str, ...] = ()


class DecisionFilter(StrictFilterSet):
    """Decisions of meetings."""

    q = filters.CharFilter(label=_("What was decided"), field_name="text", lookup_expr="icontains", max_length=50)
    status = filters.ChoiceFilter(label=_("Status"), choices=Resolution.Status.choices, empty_label=_("All"))
    child = filters.ChoiceFilter(
        label=_("led to"),
        choices=[choice for choice in Resolution.Child.choices if choice[0]],
        null_label=_("Nothing yet"),
        null_value="none",
        empty_label=_("All"),
        method="filter_child",
    )
    childless = _yes_no(_("has led to nothing for too long"), method="filter_childless")
    overdue = _yes_no(_("past its day"), method="filter_overdue")
    mine = _yes_no(_("mine to do"), method="filter_mine")
    forum = filters.ModelChoiceFilter(
        label=_("forum"), field_name="topic__meeting__forum", queryset=_forums, empty_label=_("All")
    )
    principle = filters.ChoiceFilter(
        label=_("principle"), field_name="topic__principle", choices=Topic.Principle.choices, empty_label=_("All")
    )
    grid = _grid()

    class Meta:
        model = Resolution
        fields: tuple[str, ...] = ()

    def filter_child(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """What it led to; "none" is nothing yet."""
        return rows.filter(child="" if value == "none" else value)

    def filter_childless(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Those without a child after the days of their forum, or the others."""
        keys = resolutions.without_child(Resolution.objects.all(), timezone.now()).values("pk")
        return rows.filter(pk__in=keys) if value else rows.exclude(pk__in=keys)

    def filter_overdue(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Open ones past their day, or the others."""
        late = Q(status=Resolution.Status.OPEN, due_on__lt=timezone.localdate())
        return rows.filter(late) if value else rows.exclude(late)

    def filter_mine(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Those that the reader or her unit owes, or the others."""
        user: Any = getattr(self.request, "user", None)
        own = Q(pk__in=Resolution.objects.filter(person=user.pk).values("pk"))
        own |= Q(pk__in=Resolution.objects.filter(organization__in=scope_of(user).organizations).values("pk"))
        return rows.filter(own) if value else rows.exclude(own)


class OpinionFilter(StrictFilterSet):
    """Opinions of deputies."""

    q = filters.CharFilter(label=_("words of the opinion"), field_name="text", lookup_expr="icontains", max_length=50)
    body = filters.ChoiceFilter(label=_("deputy of"), choices=DeputyOpinion.Body.choices, empty_label=_("All"))
    status = filters.ChoiceFilter(label=_("Status"), choices=DeputyOpinion.Status.choices, empty_label=_("All"))
    open = _yes_no(_("still to be answered"), method="filter_open")
    satisfaction = filters.ChoiceFilter(
        label=_("satisfaction"), choices=DeputyOpinion.Satisfaction.choices, empty_label=_("All")
    )
    grid = _grid()

    class Meta:
        model = DeputyOpinion
        fields: tuple[str, ...] = ()

    def filter_open(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Received or worked on, or the others."""
        waiting = Q(status__in=[DeputyOpinion.Status.RECEIVED, DeputyOpinion.Status.WORKING])
        return rows.filter(waiting) if value else rows.exclude(waiting)
