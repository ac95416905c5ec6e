"""Pages of those who may edit grids: profile, new and retired grids, posts, absences."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import DomainError, NotAllowed
from accounts.models import User
from accounts.rules import form_page
from grid.access import demand, requires
from grid.changes import create_grid, edit_profile, retire_grid
from grid.forms import AbsenceForm, AppointForm, DomainForm, EndPostForm, NewGridForm, ProfileForm, RetireForm
from grid.models import Absence, Grid, Post
from grid.people import leader_kind, place_of
from grid.posts import ORGANIZATION_KINDS
from grid.tenure import appoint, end_absence, end_post, mark_absent
from grid.views.detail import shown


def run(  # noqa: PLR0913 - what the page says
    request: HttpRequest,
    form: DomainForm,
    act: Callable[[dict[str, Any]], object],
    *,
    grid: Grid,
    title: str,
    button: str,
    done: str,
    danger: bool = False,
    back_button: bool = False,
) -> HttpResponse:
    """Show the form, or do `act` with what was typed and go back to the grid; what is refused keeps the typed text."""
    demand(request.user, "grid.edit", grid.code)
    if form.is_bound and form.is_valid():
        try:
            act(form.cleaned_data)
        except NotAllowed:
            raise
        except DomainError as error:
            form.add_domain_error(error)
        else:
            messages.success(request, done)
            return redirect("grid:detail", code=grid.code)
    context = {"form": form, "grid": grid, "title": title, "button": button}
    context |= {"danger": danger, "back_button": back_button}
    return render(request, "grid/form.html", context, status=422 if form.is_bound else 200)


def _data(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


@form_page
@requires("grid.edit")
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """Name, households, population of a grid."""
    grid = shown(request, code)
    start = {name: getattr(grid, name) for name in ProfileForm.base_fields}
    return run(
        request,
        ProfileForm(_data(request), initial=start),
        lambda given: edit_profile(grid, actor=_actor(request), **given),
        grid=grid,
        title=_("Edit the profile"),
        button=_("Save"),
        done=_("The profile of %(grid)s was saved.") % {"grid": grid},
    )


@form_page
@requires("grid.edit")
def add(request: HttpRequest, code: str) -> HttpResponse:
    """A new grid below this one."""
    grid, now = shown(request, code), timezone.now()

    def act(given: dict[str, Any]) -> object:
        code = grid.code + given.pop("part")
        return create_grid(code=code, valid_from=timezone.localdate(now), actor=_actor(request), now=now, **given)

    return run(
        request,
        NewGridForm(_data(request)),
        act,
        grid=grid,
        title=_("New grid below %(grid)s") % {"grid": grid},
        button=_("Create"),
        done=_("The grid was created."),
    )


@form_page
@requires("grid.edit")
def retire(request: HttpRequest, code: str) -> HttpResponse:
    """End a grid, its posts with it."""
    grid = shown(request, code)
    return run(
        request,
        RetireForm(_data(request)),
        lambda given: retire_grid(grid, on=given["valid_to"], actor=_actor(request)),
        grid=grid,
        title=_("Retire the grid"),
        button=_("Retire"),
        done=_("%(grid)s ends on that day, and the posts in it.") % {"grid": grid},
        danger=True,
    )


@form_page
@requires("grid.edit")
def appoint_person(request: HttpRequest, code: str) -> HttpResponse:
    """Give somebody a post in this grid or in an organization of it."""
    grid = shown(request, code)

    def act(given: dict[str, Any]) -> object:
        office = given.pop("organization", None)
        place = {"organization": office} if given["kind"] in ORGANIZATION_KINDS else {"grid": grid}
        return appoint(user=given.pop("person"), actor=_actor(request), **place, **given)

    return run(
        request,
        AppointForm(_data(request), grid=grid, initial={"kind": leader_kind(grid.level)}),
        act,
        grid=grid,
        title=_("Appoint"),
        button=_("Appoint"),
        done=_("The post was given."),
    )


@form_page
@requires("grid.edit")
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a tenure."""
    posts = Post.objects.visible_to(request.user).select_related("user", "grid", "organization__grid")
    post = get_object_or_404(posts, pk=pk)
    return run(
        request,
        EndPostForm(_data(request)),
        lambda given: end_post(post, ends_on=given["ends_on"], actor=_actor(request)),
        grid=place_of(post),
        title=_("End the post of %(person)s: %(post)s") % {"person": post.user, "post": post.get_kind_display()},
        button=_("End the post"),
        done=_("The post of %(person)s ends on that day.") % {"person": post.user},
        danger=True,
    )


@form_page
@requires("grid.edit")
def absent(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that the holder of a post is away, or that she is back."""
    posts = Post.objects.visible_to(request.user).select_related("user", "grid", "organization__grid")
    post = get_object_or_404(posts, pk=pk)
    if request.method == "POST" and "back" in request.POST:
        return _back(request, post)
    return run(
        request,
        AbsenceForm(_data(request)),
        lambda given: mark_absent(user=post.user, actor=_actor(request), **given),
        grid=place_of(post),
        title=_("Absence of %(person)s") % {"person": post.user},
        button=_("Note the absence"),
        done=_("Noted: meanwhile cases go to the upper level."),
        back_button=_absences(post).exists(),
    )


def _back(request: HttpRequest, post: Post) -> HttpResponse:
    for absence in _absences(post):
        end_absence(absence, now=timezone.now(), actor=_actor(request))
    messages.success(request, _("%(person)s is back.") % {"person": post.user})
    return redirect("grid:detail", code=place_of(post).code)


def _absences(post: Post) -> QuerySet[Absence]:
    now = timezone.now()
    return Absence.objects.filter(user=post.user, starts_at__lte=now, ends_at__gt=now)


def _actor(request: HttpRequest) -> User:
    actor: Any = request.user  # `requires` let nobody else in
    return actor  # type: ignore[no-any-return]
