"""Pages where people sign in and out and look after their account; the pages of errors."""

import sys
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import sessions
from accounts.access import record, request_id_of
from accounts.answers import wants_json
from accounts.forms import AccessFilter, SettingsForm, SignInForm
from accounts.keyset import keyset_page
from accounts.models import AccessEvent, User, UserSession
from accounts.numbers import strict_int
from accounts.problems import Problem, answer, problem_of
from accounts.rules import capability, public, signed_in

Action = AccessEvent.Action
NOTE_LOCK_EVERY: Final = timedelta(minutes=1)


@method_decorator(public, name="dispatch")
class SignIn(LoginView):
    """The login page. django-axes counts the failures and answers with the lock-out page (429)."""

    template_name = "accounts/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_valid(self, form: Any) -> HttpResponse:
        """Sign in, note it, and go where the person wanted to (an address of ours only)."""
        user, now = form.get_user(), timezone.now()
        with transaction.atomic():
            login(self.request, user)
            sessions.begin(self.request, user=user, now=now)
            record(action=Action.LOGIN, actor=user, now=now, request=self.request)
        return redirect(self.get_success_url())

    def form_invalid(self, form: Any) -> HttpResponse:
        """Note the failure under the name that was typed; an empty form is no try."""
        if name := form.cleaned_data.get("username"):
            action = Action.LOCKED if getattr(self.request, "axes_locked_out", False) else Action.LOGIN_FAILED
            now = timezone.now()
            if not (action == Action.LOCKED and was_locked_just_now(name, now=now)):
                record(action=action, actor=None, actor_name=name, now=now, request=self.request, succeeded=False)
        return super().form_invalid(form)


def was_locked_just_now(name: str, *, now: datetime) -> bool:
    """Whether the audit has told within a minute that this name is locked out.

    A try that is refused costs the sender nothing, and no row of the audit is ever deleted: strangers must not fill it.
    """
    recent = AccessEvent.objects.filter(at__gt=now - NOTE_LOCK_EVERY, action=Action.LOCKED, actor_name=name[:150])
    return recent.exists()


@method_decorator(public, name="dispatch")
class SignOut(LogoutView):
    """Signs out (POST only) and tells the browser to forget what it kept of our pages."""

    http_method_names = [  # noqa: RUF012 - declared by Django
        "post",
        "options",
    ]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """End this session."""
        if request.user.is_authenticated:
            record(action=Action.LOGOUT, actor=request.user, now=timezone.now(), request=request)
            sessions.end_here(request)
        response = super().post(request, *args, **kwargs)
        response["Clear-Site-Data"] = '"cache"'
        return response


@method_decorator(signed_in, name="dispatch")
class ChangePassword(PasswordChangeView):
    """A new password; signs all other browsers of the person out."""

    template_name = "accounts/password_change.html"
    success_url = reverse_lazy("accounts:password_change_done")

    def form_valid(self, form: Any) -> HttpResponse:
        """Store it, keep this session under its new key, end the others."""
        user: Any = self.request.user
        now, old_key = timezone.now(), self.request.session.session_key
        with transaction.atomic():
            response = super().form_valid(form)
            sessions.begin_anew(self.request, user=user, old_key=old_key, now=now)
        return response


@require_safe
@signed_in
def password_changed(request: HttpRequest) -> HttpResponse:
    """Say that the new password holds."""
    return render(request, "accounts/password_change_done.html")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def me(request: HttpRequest) -> HttpResponseBase:
    """My account: language, large text, where I am signed in; a POST saves, or ends one of the sessions."""
    if "end_session" in request.POST:
        return _end_session(request)
    form = SettingsForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.instance.save(update_fields=["language", "large_text"])
        messages.success(request, _("Saved."))
        response = redirect("accounts:me")
        _keep_language(response, form.instance.language)
        return response
    context = {"form": form, "sessions": _sessions(request), "posts": _posts(request.user)}
    return render(request, "accounts/me.html", context, status=422 if form.errors else 200)


def _end_session(request: HttpRequest) -> HttpResponse:
    session_id = strict_int(request.POST["end_session"], name="end_session")
    sessions.end(actor=request.user, session_id=session_id)  # type: ignore[arg-type]
    messages.success(request, _("The device is signed out."))
    return redirect("accounts:me")


def _keep_language(response: HttpResponse, language: str) -> None:
    """The cookie decides before the account (the login page has no account yet): it must say the same."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )


def _sessions(request: HttpRequest) -> list[dict[str, Any]]:
    here = request.session.session_key
    live = sessions.live(request.user, now=timezone.now())  # type: ignore[arg-type]
    return [_session_row(one, here) for one in live]


def _session_row(one: UserSession, here: str | None) -> dict[str, Any]:
    return {
        "key": one.pk,
        "device": device_of(one.agent),
        "ip": one.ip,
        "last_seen": one.last_seen_at,
        "is_current": one.session_key == here,
    }


def device_of(agent: str) -> str:
    """A user agent in words: "WeChat, Android"; the text itself, cut, when it is none we know."""
    apps = {"wxwork": _("WeCom"), "MicroMessenger": _("WeChat"), "Edg": "Edge", "Firefox": "Firefox"}
    apps |= {"Chrome": "Chrome", "Safari": "Safari"}
    systems = {"Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "HarmonyOS": "HarmonyOS"}
    systems |= {"Windows": "Windows", "Mac OS": "macOS", "Linux": "Linux"}
    found = [next((words for mark, words in table.items() if mark in agent), "") for table in (apps, systems)]
    return ", ".join(filter(None, found)) or agent[:40]


def _posts(user: Any) -> Any:
    """The posts held today; through the relation, because posts stand above this floor."""
    return user.posts.on(timezone.localdate()) if hasattr(user, "posts") else ()


@never_cache
@require_safe
@capability("audit.view")
def access_log(request: HttpRequest) -> HttpResponse:
    """The audit of access: who signed in, saw personal data, exported; people of the auditor's own subtree."""
    form = AccessFilter(request.GET)
    events = visible_events(request).select_related("actor")
    if form.is_valid():
        events = filtered(events, **form.cleaned_data)
    page = keyset_page(events, request.GET)
    return render(request, "accounts/access_log.html", {"form": form, "page": page})


def visible_events(request: HttpRequest) -> QuerySet[AccessEvent]:
    """Events of accounts that hold a post where the reader has `audit.view`; an unlimited scope sees all."""
    scope = request.scope  # type: ignore[attr-defined]
    if "" in scope.prefixes("audit.view"):
        return AccessEvent.objects.all()
    held = scope.q("audit.view", "posts__grid__code") | scope.q("audit.view", "posts__organization__grid__code")
    return AccessEvent.objects.filter(actor__in=User.objects.filter(held))


def filtered(events: QuerySet[AccessEvent], *, action: str, q: str) -> QuerySet[AccessEvent]:
    """Narrow the events to an action and to words."""
    if action:
        events = events.filter(action=action)
    if q:
        named = Q(actor_name__icontains=q) | Q(actor__real_name__icontains=q)
        events = events.filter(named | Q(object_id=q) | Q(purpose__icontains=q))
    return events


# --- Errors (config.urls names these as handlers) ---------------------------------------------------------------------


@public
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: what Django itself refused."""
    return answer(request, problem_of(exception) or Problem(400))


@public
def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return answer(request, problem_of(exception or PermissionDenied()) or Problem(403))


@public
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404, with the same words for "is not there" and "is not yours"."""
    return answer(request, problem_of(Http404()) or Problem(404))


@public
def server_error(request: HttpRequest) -> HttpResponse:
    """500; or 503 when a database is away, also outside of views: Django calls this inside its `except`."""
    words = _("The server met an error that it did not expect. It was recorded.")
    return answer(request, problem_of(sys.exc_info()[1]) or Problem(500, words))


@public
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form came without its seal; names what to do instead of the cause."""
    if request.path.startswith("/api/") or wants_json(request):
        return answer(request, Problem(403, _("The CSRF token is missing or wrong."), headers={"Retry-After": "1"}))
    context = {"request_id": request_id_of(request), "back_url": reverse("accounts:login")}
    return render(request, "errors/403_csrf.html", context, status=403)
