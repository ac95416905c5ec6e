"""Pages of reviewers: what waits for my points, the points of one project, an interest of my own; who is asked."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.rules import form_page, signed_in
from grid.access import requires
from incidents.views.finding import person
from incidents.views.form_pages import one_form, shown_page
from volunteers import micro_review
from volunteers.forms.micro import DeclareForm, InviteForm, ScoreForm
from volunteers.models import Reviewer
from volunteers.views.micro import find_project

MOST = 100


@signed_in
@never_cache
@require_safe
def my_reviews(request: HttpRequest) -> HttpResponse:
    """The projects that I am asked to review, those that wait first."""
    rows = Reviewer.objects.filter(user=request.user.pk).select_related("project__call", "project__kind")
    ordered = rows.order_by("at", "-pk")[:MOST]
    waiting = [one for one in ordered if not one.conflict and one.project.status == "review" and one.at is None]
    others = [one for one in ordered if one not in waiting]
    return render(request, "volunteers/micro_reviews.html", {"waiting": waiting, "others": others})


def _mine(request: HttpRequest, pk: int) -> Reviewer:
    rows = Reviewer.objects.select_related("project__call", "project__team__leader", "project__organization__grid")
    found: Reviewer = get_object_or_404(
        rows.defer("project__organization__grid__boundary"), project=pk, user=request.user.pk
    )
    return found


@signed_in
@never_cache
@form_page
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """My points for the project `pk`."""
    mine = _mine(request, pk)
    criteria = list(mine.project.call.criteria.all())
    given = dict(mine.scores.values_list("criterion", "points"))
    form = ScoreForm(request.POST or None, criteria=criteria, given=given, text=mine.text)
    if form.is_valid():
        points, words = form.points(), form.cleaned_data["text"]
        now, actor = timezone.now(), person(request)
        if form.attempt(lambda: micro_review.score(mine, points, text=words, actor=actor, now=now)):
            messages.success(request, _("Your points are kept."))
            return redirect("volunteers:micro_reviews")
    project = mine.project
    context = {
        "mine": mine,
        "project": project,
        "budget": project.budget.all(),
        "milestones": project.milestones.all(),
        "conflict": mine.conflict or micro_review.conflict_of(project, person(request)),
        "is_open": project.status == "review",
    }
    return shown_page(request, "volunteers/micro_review.html", context, form)


@signed_in
@never_cache
@form_page
def declare(request: HttpRequest, pk: int) -> HttpResponse:
    """I have an interest of my own in the project `pk`: my points do not count."""
    mine = _mine(request, pk)
    form = DeclareForm(request.POST or None)
    return one_form(
        request,
        form,
        lambda: micro_review.declare(mine, form.cleaned_data["conflict"], actor=person(request)),
        title=_("Conflict of interest"),
        text=_("Your points for this project are taken out, and it is noted why."),
        back=redirect("volunteers:micro_reviews").url,
        button=_("Declare it"),
        danger=True,
    )


@requires("micro.edit")
@never_cache
@form_page
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask people to review the project `pk`."""
    project = find_project(request, pk)
    form = InviteForm(request.POST or None)
    return one_form(
        request,
        form,
        lambda: micro_review.invite(project, form.cleaned_data["people"], actor=person(request), now=timezone.now()),
        title=_("Ask people to review"),
        text=_("Whoever has an interest (own project, team, unit or grid) is noted; those points do not count."),
        back=redirect("volunteers:micro_project", project.pk).url,
        button=_("Ask"),
    )
