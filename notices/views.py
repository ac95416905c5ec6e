"""The inbox: pages of messages, reading them, the bell."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.keyset import keyset_page
from accounts.rules import background, public, signed_in
from notices.forms import InboxFilter
from notices.inbox import mark_all_read, mark_read, unread_count
from notices.models import Notice


@never_cache
@require_safe
@signed_in
def inbox(request: HttpRequest) -> HttpResponse:
    """My messages, newest first."""
    form = InboxFilter(request.GET)
    only_unread = form.is_valid() and form.cleaned_data["unread"]
    notices = Notice.objects.visible_to(request.user)
    page = keyset_page(notices.unread() if only_unread else notices, request.GET, size=30)
    context = {"form": form, "page": page, "only_unread": only_unread}
    return render(request, "notices/inbox.html", context)


@require_POST
@signed_in
def read(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Mark one message as read; with `open`, go on to the page it is about."""
    notice = mark_read(actor=request.user, notice_id=notice_id, now=timezone.now())  # type: ignore[arg-type]
    if notice is None:
        raise Http404
    if "open" in request.POST and is_page_of_ours(notice.url, request):
        return redirect(notice.url)
    return redirect(came_from(request))


@require_POST
@signed_in
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark all messages as read."""
    count = mark_all_read(actor=request.user, now=timezone.now())  # type: ignore[arg-type]
    words = ngettext("%(n)s message marked as read.", "%(n)s messages marked as read.", count)
    messages.success(request, words % {"n": count} if count else _("There was nothing unread."))
    return redirect(came_from(request))


@never_cache
@require_safe
@background
@public
def unread(request: HttpRequest) -> HttpResponse:
    """The number in the bell, which every page fetches by itself.

    A stranger gets an empty answer instead of the login page: an open form must survive the end of its session.
    """
    count = unread_count(request.user) if request.user.is_authenticated else 0
    return render(request, "parts/unread.html", {"count": count})


def came_from(request: HttpRequest) -> str:
    """The page of the inbox that the form stood on, which it sends along; else the first one."""
    given = request.POST.get("next", "")
    return given if is_page_of_ours(given, request) else reverse("notices:inbox")


def is_page_of_ours(url: str, request: HttpRequest) -> bool:
    """Whether `url` is a path on this site."""
    return url.startswith("/") and url_has_allowed_host_and_scheme(url, {request.get_host()}, request.is_secure())
