"""交接: who left work behind, where a leader is missing, which posts end soon; and the act itself."""

from typing import Any, Final

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.keyset import keyset_page
from accounts.models import User
from grid.access import requires
from grid.models import Post
from grid.scope import scope_of
from incidents import handover, vacancies
from incidents.forms.handover import HandOverForm
from incidents.models import HandOver
from incidents.views.finding import person

VACANT: Final = 50
LAST_ACTS: Final = 10
ENDING: Final = 100


@requires("grid.edit")
@never_cache
@require_safe
def handover_board(request: HttpRequest) -> HttpResponse:
    """The three alarms inside the reader's grids, and the last acts."""
    now, scope = timezone.now(), scope_of(request.user)
    vacant = vacancies.vacant(scope, now=now)
    context = {
        "now": now,
        "stranded": vacancies.stranded(scope, now=now),
        "vacant_count": vacant.count(),
        "page": keyset_page(vacant, request.GET, size=VACANT),
        "ending": vacancies.ending(request.user, scope, now=now)[:ENDING],
        "acts": acts_seen_by(request.user).select_related("giver", "taker", "made_by")[:LAST_ACTS],
    }
    return render(request, "incidents/handover.html", context)


def acts_seen_by(user: Any) -> QuerySet[HandOver]:
    """Acts of people who hold or held a post where `user` keeps posts, and those that she made."""
    scope = scope_of(user)
    rows = HandOver.objects.order_by("-pk")
    if "" in scope.prefixes("grid.edit"):
        return rows
    return rows.filter(Q(giver__in=_posted_under(user)) | Q(made_by=user))


def _posted_under(user: Any) -> QuerySet[Any, Any]:
    """People (as a sub-query) with a post, past ones too, where `user` keeps posts."""
    scope = scope_of(user)
    inside = scope.q("grid.edit", "grid__code") | scope.q("grid.edit", "organization__grid__code")
    return Post.objects.filter(inside).values("user")


@requires("grid.edit")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """The open work of one person: tick, name who takes it, say why; refused items are listed and nothing moves."""
    giver = find_giver(request, pk)
    items, outside = _work_of(request, giver)
    form = HandOverForm(request.POST or None)
    ticked = request.POST.getlist("item") if request.method == "POST" else [item.key for item in items]
    if form.is_bound and form.is_valid() and (act := _act(request, giver, form, ticked)):
        done = {"count": len(act.items), "name": act.taker}
        messages.success(request, _("Handed over to %(name)s: %(count)s.") % done)
        return redirect("incidents:hand_over_act", pk=act.pk)
    context = {"giver": giver, "items": items, "outside": outside, "form": form, "ticked": set(ticked)}
    context["posts"] = Post.objects.held_by(giver).visible_to(request.user).select_related("grid", "organization")
    context["now"] = timezone.now()
    return render(request, "incidents/hand_over.html", context, status=422 if form.is_bound else 200)


def find_giver(request: HttpRequest, pk: int) -> User:
    """A person with a post (also a past one) where the reader keeps posts, or with work there; 404 otherwise."""
    giver: User = get_object_or_404(User, pk=pk)
    if "" in scope_of(request.user).prefixes("grid.edit") or _posted_under(request.user).filter(user=giver).exists():
        return giver
    items, _outside = _work_of(request, giver)
    return get_object_or_404(User, pk=pk if items else 0)


def _work_of(request: HttpRequest, giver: User) -> tuple[list[handover.Item], int]:
    """The open work inside the reader's grids, and how many pieces lie outside."""
    found, scope = handover.open_work(giver), scope_of(request.user)
    inside = [item for item in found if scope.can("grid.edit", item.grid_code)]
    return inside, len(found) - len(inside)


def _act(request: HttpRequest, giver: User, form: HandOverForm, ticked: list[str]) -> HandOver | None:
    given = form.cleaned_data
    made: HandOver | None = form.attempt(
        lambda: handover.hand_over(
            giver=giver,
            taker=given["taker"],
            reason=given["reason"],
            actor=person(request),
            now=timezone.now(),
            only=frozenset(ticked),
        )
    )
    return made


@requires("grid.edit")
@require_safe
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """One act with what was moved."""
    rows = acts_seen_by(request.user).select_related("giver", "taker", "made_by")
    return render(request, "incidents/hand_over_act.html", {"act": get_object_or_404(rows, pk=pk)})
