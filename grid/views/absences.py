"""Who is away and who stands in: for those who keep posts, and for oneself."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import DomainError, NotAllowed
from accounts.keyset import keyset_page
from accounts.models import User
from accounts.rules import form_page, signed_in
from grid.access import requires
from grid.forms import AbsenceForm, ColleagueAbsenceForm
from grid.models import Absence
from grid.substitutes import absences_seen_by
from grid.tenure import end_absence, mark_absent


@form_page
@requires("grid.edit")
def absences(request: HttpRequest) -> HttpResponse:
    """Who of my subtree is or will be away, with substitutes; a new entry; "is back now"."""
    form = ColleagueAbsenceForm(request.POST if _is_new(request) else None)
    rows = absences_seen_by(_actor(request))
    return _page(request, form, rows, address="grid:absences", title=_("Absences and substitutes"))


@form_page
@signed_in
def mine(request: HttpRequest) -> HttpResponse:
    """My own absences."""
    form = AbsenceForm(request.POST if _is_new(request) else None)
    rows = Absence.objects.filter(user=_actor(request))
    return _page(request, form, rows, address="grid:my_absences", title=_("My absences"))


def _page(
    request: HttpRequest, form: AbsenceForm, rows: QuerySet[Absence], *, address: str, title: str
) -> HttpResponse:
    now = timezone.now()
    if request.method == "POST" and "back" in request.POST:
        return _back(request, rows, address)
    if form.is_bound and form.is_valid() and _note(request, form):
        return redirect(address)
    running = rows.filter(ends_at__gt=now).select_related("user", "substitute")
    context = {"form": form, "page": keyset_page(running, request.GET), "now": now, "title": title}
    context |= {"is_mine": address == "grid:my_absences", "stands_in": _stands_in(request)}
    return render(request, "grid/absences.html", context, status=422 if form.is_bound else 200)


def _note(request: HttpRequest, form: AbsenceForm) -> bool:
    """Write the absence; what is refused is shown beside the fields."""
    given = dict(form.cleaned_data)
    user = given.pop("person", None) or _actor(request)
    try:
        absence = mark_absent(user=user, actor=_actor(request), **given)
    except NotAllowed as error:
        form.add_error(None, str(error))
        return False
    except DomainError as error:
        form.add_domain_error(error)
        return False
    messages.success(request, _noted(absence))
    return True


def _noted(absence: Absence) -> str:
    if absence.substitute:
        return _("Noted: meanwhile %(name)s stands in, with the rights of all posts.") % {"name": absence.substitute}
    return _("Noted: meanwhile cases go to the upper level.")


def _back(request: HttpRequest, rows: QuerySet[Absence], address: str) -> HttpResponse:
    pk = request.POST["back"]
    found = get_object_or_404(rows.select_related("user"), pk=int(pk) if pk.isascii() and pk.isdigit() else 0)
    end_absence(found, now=timezone.now(), actor=_actor(request))
    messages.success(request, _("%(person)s is back.") % {"person": found.user})
    return redirect(address)


def _stands_in(request: HttpRequest) -> QuerySet[Absence]:
    """For whom I stand in at present."""
    now = timezone.now()
    running = Absence.objects.filter(substitute=_actor(request), starts_at__lte=now, ends_at__gt=now)
    return running.select_related("user").order_by("ends_at", "pk")


def _is_new(request: HttpRequest) -> bool:
    return request.method == "POST" and "back" not in request.POST


def _actor(request: HttpRequest) -> User:
    actor: Any = request.user  # the rules of the views let nobody else in
    return actor  # type: ignore[no-any-return]
