"""Administration of accounts, keys and the audit. One login page for all: the admin's own is not used."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserCreationForm

from accounts import sessions
from accounts.api_keys import issue, revoke
from accounts.errors import NotNow
from accounts.forms import IssueKeyForm, UserForm
from accounts.models import AccessEvent, ApiKey, User
from accounts.reach import may_manage
from accounts.views import SignOut


def sign_in(request: HttpRequest, extra_context: Any = None) -> HttpResponseBase:
    """The admin's login: our own page, with its lock-out, limits and audit; 403 for who is no administrator."""
    wanted = request.GET.get("next", "") or reverse("admin:index")
    if not request.user.is_authenticated:
        return redirect_to_login(wanted)
    if not admin.site.has_permission(request):
        raise PermissionDenied
    return redirect("admin:index")


def sign_out(request: HttpRequest, extra_context: Any = None) -> HttpResponseBase:
    """The admin's logout: our own."""
    return SignOut.as_view()(request)


def change_password(request: HttpRequest, extra_context: Any = None) -> HttpResponseBase:
    """The admin's page for one's own password: our own."""
    return redirect("accounts:password_change")


admin.site.login = sign_in  # type: ignore[method-assign,assignment]
admin.site.logout = sign_out  # type: ignore[method-assign,assignment]
admin.site.password_change = change_password  # type: ignore[method-assign,assignment]
# Rights come from posts (architecture.md 5): groups would be a second, unseen way.
admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):  # type: ignore[misc]
    """People and service accounts. Accounts are switched off, not deleted: their history keeps its names."""

    form = UserForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "real_name", "kind", "masked_phone_shown", "is_active", "is_staff", "last_login")
    list_filter = ("kind", "is_active", "is_staff", "is_demo")
    search_fields = ("username", "real_name")
    ordering = ("id",)
    filter_horizontal = ()
    actions = ("sign_out_everywhere",)
    readonly_fields = ("masked_phone_shown", "last_login", "date_joined", "password_changed_at")
    fieldsets = (
        (None, {"fields": ("username", "password", "real_name", "kind")}),
        (gettext_lazy("Contact details"), {"fields": ("masked_phone_shown", "new_phone", "email")}),
        (gettext_lazy("Settings"), {"fields": ("language", "large_text")}),
        (gettext_lazy("Administration"), {"fields": ("is_active", "is_staff", "is_superuser", "user_permissions")}),
        (gettext_lazy("Dates"), {"fields": ("last_login", "date_joined", "password_changed_at")}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", "real_name", "kind", "usable_password", "password1", "password2")}),
    )

    @admin.display(description=gettext_lazy("mobile phone"))
    def masked_phone_shown(self, user: User) -> str:
        """The phone as everybody may see it."""
        return user.masked_phone or "—"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Who is no superuser makes nobody an administrator; a system does not become a person, nor the reverse."""
        fields = (*super().get_readonly_fields(request, obj), *(("kind",) if obj else ()))
        rights = ("is_staff", "is_superuser", "user_permissions")
        return fields if request.user.is_superuser else (*fields, *rights)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody touches an account that may do more than she: a new password would give her its rights."""
        actor: Any = request.user
        return super().has_change_permission(request, obj) and (obj is None or may_manage(actor, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Store, and sign a switched-off account out everywhere."""
        super().save_model(request, obj, form, change)
        if "is_active" in form.changed_data and not obj.is_active:
            sessions.end_all([obj])

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002
        """Set somebody's password: it is recorded, and ends the sessions of the account."""
        old_key = request.session.session_key
        with transaction.atomic():
            response: HttpResponse = super().user_change_password(request, id, form_url)
            if isinstance(response, HttpResponseRedirect) and response.url != request.get_full_path():
                sessions.begin_anew(request, user=User.objects.get(pk=id), old_key=old_key, now=timezone.now())
        return response

    @admin.action(description=gettext_lazy("Sign out everywhere"), permissions=["change"])
    def sign_out_everywhere(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """End all sessions of those among the chosen people whom the administrator may touch."""
        count = sessions.end_all(user for user in queryset if self.has_change_permission(request, user))
        words = ngettext("%(n)s session ended.", "%(n)s sessions ended.", count)
        messages.success(request, words % {"n": count})


@admin.register(ApiKey)
class ApiKeyAdmin(ModelAdmin):
    """Keys of other systems: issued here, shown once, revoked, never edited."""

    form = IssueKeyForm
    list_display = ("name", "prefix", "account", "grid_code", "expires_at", "revoked_at", "last_used_at")
    list_filter = ("account",)
    list_select_related = ("account",)
    search_fields = ("name", "prefix")
    actions = ("revoke_keys",)
    shown: ClassVar[tuple[str, ...]] = (
        "name",
        "prefix",
        "account",
        "capabilities",
        "grid_code",
        "created_at",
        "expires_at",
        "revoked_at",
        "last_used_at",
    )

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """All there is to see of a key; what is asked for a new one."""
        return self.shown if obj else IssueKeyForm.Meta.fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A key that is out cannot change what it is good for."""
        return self.shown if obj else ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The form asks only for a new key."""
        made = super().get_form(request, obj, change, **({"form": ModelForm} if obj else {}), **kwargs)
        made.actor = request.user
        return made

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Offer service accounts only."""
        kwargs["queryset"] = User.objects.filter(kind=User.Kind.SERVICE, is_active=True)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Keys are revoked by the action of the list, never edited."""
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Keys are revoked: the audit refers to them."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Issue the key; `response_add` shows its token."""
        key, token = issue(**form.cleaned_data, actor=request.user, now=timezone.now())  # type: ignore[arg-type]
        obj.pk, obj.prefix, obj.issued_token = key.pk, key.prefix, token

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        """The only page that ever shows the token."""
        context = {**self.admin_site.each_context(request), "key": obj, "title": _("API key issued"), "opts": self.opts}
        response = TemplateResponse(request, "admin/accounts/key_issued.html", context)
        response["Cache-Control"] = "no-store"
        return response

    @admin.action(description=gettext_lazy("Revoke"), permissions=["change"])
    def revoke_keys(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        """End the chosen keys at once."""
        for key in queryset:
            try:
                revoke(key, actor=request.user, now=timezone.now())  # type: ignore[arg-type]
            except NotNow as error:
                messages.warning(request, f"{key}: {error}")
            else:
                messages.success(request, _("%(key)s is revoked.") % {"key": key})


class ReadOnlyAdmin(ModelAdmin):
    """Looks, and changes nothing."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False


@admin.register(AccessEvent)
class AccessEventAdmin(ReadOnlyAdmin):
    """The audit of access."""

    list_display = ("at", "actor", "actor_name", "action", "succeeded", "object_type", "object_id", "purpose", "ip")
    list_filter = ("action", "succeeded")
    list_select_related = ("actor",)
    search_fields = ("actor_name", "object_id")
