"""Pages of the stories of neighbours: 邻里故事汇, 夸夸我的好邻居, 睦邻友好典型评选."""

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.keyset import keyset_page
from accounts.narrowing import narrowed
from accounts.rules import form_page, signed_in
from grid.access import requires
from grid.scope import scope_of
from incidents.views.finding import person
from incidents.views.form_pages import shown_page
from partybuilding import stories
from partybuilding.activity_office import demand_office, office_of
from partybuilding.filters.activities import StoryFilter
from partybuilding.forms.activities import StoryForm
from partybuilding.models import Story
from partybuilding.views.activities import find_activity

PAGE_SIZE: Final = 30


@signed_in
@require_safe
def story_list(request: HttpRequest) -> HttpResponse:
    """The stories in reach, newest first, with their votes."""
    chosen = narrowed(StoryFilter(request.GET.copy(), queryset=stories.in_lists(request.user), request=request))
    page = keyset_page(chosen.qs, request.GET, size=PAGE_SIZE)
    mine = stories.my_votes(request.user, [row.activity_id for row in page.rows])
    context = {
        "filter": chosen,
        "page": page,
        "voted": set(mine.values()),
        "may_edit": scope_of(request.user).can("activity.edit"),
    }
    return render(request, "partybuilding/stories.html", context)


@signed_in
@require_safe
def story_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One story: read it, vote for it."""
    story = _story(request, pk)
    voted = stories.my_votes(request.user, [story.activity_id]).get(story.activity_id)
    decided = story.activity.stories.filter(is_chosen=True).exists()
    context = {
        "story": story,
        "voted": voted == story.pk,
        "voted_other": voted if voted not in (None, story.pk) else None,
        "is_open": not decided and story.activity.status != "called_off",
        "may_choose": scope_of(request.user).can("activity.edit", office_of(story.activity)),
    }
    return render(request, "partybuilding/story.html", context)


def _story(request: HttpRequest, pk: int) -> Story:
    found: Story = get_object_or_404(stories.in_lists(request.user), pk=pk)
    return found


@form_page
@requires("activity.edit")
def story_new(request: HttpRequest, pk: int) -> HttpResponse:
    """A story told at an activity."""
    activity, form = find_activity(request, pk), StoryForm(request.POST or None)
    demand_office(activity, person(request))

    def write() -> Story:
        return stories.tell_story(activity, **form.cleaned_data, actor=person(request), now=timezone.now())

    if form.is_bound and form.is_valid() and (made := form.attempt(write)):
        messages.success(request, _("The story is kept. Everybody around may read it and vote."))
        return redirect("partybuilding:story", pk=made.pk)
    return shown_page(request, "partybuilding/story_edit.html", {"activity": activity}, form)


@require_POST
@signed_in
def vote(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The reader's one vote of the activity."""
    stories.vote(_story(request, pk), actor=person(request), now=timezone.now())
    messages.success(request, _("Your vote counts."))
    return redirect("partybuilding:story", pk=pk)


@require_POST
@signed_in
def take_back(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The reader takes her vote back."""
    stories.take_vote_back(_story(request, pk), actor=person(request))
    messages.success(request, _("Your vote is taken back."))
    return redirect("partybuilding:story", pk=pk)


@require_POST
@requires("activity.edit")
def choose(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Make a story an example, or take that back."""
    story: Any = _story(request, pk)
    stories.choose(story, chosen=request.POST.get("chosen") != "no", actor=person(request))
    messages.success(request, _("Saved."))
    return redirect("partybuilding:story", pk=pk)
