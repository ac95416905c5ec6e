"""What the pages of deliberation share: finding things in the reader's scope, and showing a form again."""

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from grid.models import Organization
from grid.scope import scope_of
from incidents.people import on_the_way
from partybuilding import meetings, opinions, resolutions, topics
from partybuilding.models import DeputyOpinion, ForumMeeting, Resolution, Topic


def find_meeting(request: HttpRequest, pk: int) -> ForumMeeting:
    """The meeting if the reader sees it or is asked to it; 404 otherwise."""
    rows = meetings.meetings_for(request.user).select_related("forum__alliance", "grid", "by")
    found: ForumMeeting = get_object_or_404(rows, pk=pk)
    return found


def find_topic(request: HttpRequest, pk: int) -> Topic:
    """The topic if the reader may see it; 404 otherwise."""
    rows = topics.topics_for(request.user).select_related("grid", "meeting__forum", "incident", "by")
    found: Topic = get_object_or_404(rows.defer("grid__boundary"), pk=pk)
    return found


def find_decision(request: HttpRequest, pk: int) -> Resolution:
    """The decision if the reader sees it or owes it; 404 otherwise."""
    rows = resolutions.resolutions_for(request.user).select_related("topic__incident", "by")
    found: Resolution = get_object_or_404(rows.defer("grid__boundary", "topic__meeting__minutes"), pk=pk)
    return found


def find_opinion(request: HttpRequest, pk: int) -> DeputyOpinion:
    """The opinion if the reader may see it; 404 otherwise."""
    found: DeputyOpinion = get_object_or_404(opinions.opinions_for(request.user).select_related("by"), pk=pk)
    return found


def may_hold(request: HttpRequest, code: str | None = None) -> bool:
    """Whether the reader holds meetings there, or anywhere."""
    return scope_of(request.user).can("council.edit", code)


def units_near(code: str) -> QuerySet[Organization]:
    """Active units of the street of `code`, or above it."""
    near = Q(grid__code__startswith=code[:9]) | Q(grid__code__in=on_the_way(code))
    return Organization.objects.active().filter(near).exclude(kind=Organization.Kind.PARTY).order_by("name")
