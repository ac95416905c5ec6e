"""Forms of the pages where people sign in and look after their account."""

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy
from unfold.forms import UserChangeForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.api_keys import known_capabilities, what_is_wrong
from accounts.models import AccessEvent, ApiKey, User
from accounts.protect import validate_phone


class SignInForm(AuthenticationForm):
    """User name and password. Wrong name, wrong password and a switched-off account read the same."""

    username = forms.CharField(label=gettext_lazy("User name"), max_length=150, strip=True)
    error_messages = {  # noqa: RUF012 - declared by Django
        **AuthenticationForm.error_messages,
        "invalid_login": gettext_lazy("User name or password is wrong. After five wrong tries the account rests."),
    }

    def confirm_login_allowed(self, user: Any) -> None:
        """Systems use API keys; their accounts never sign in here."""
        if user.is_service:
            raise self.get_invalid_login_error()
        super().confirm_login_allowed(user)


class SettingsForm(forms.ModelForm):
    """What a person may set for herself."""

    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)

    class Meta:
        model = User
        fields = ("language", "large_text")


class AccessFilter(forms.Form):
    """The filter of the audit page: kind of access, and words in the name, the object or the purpose."""

    action = forms.ChoiceField(
        label=gettext_lazy("Action"),
        required=False,
        choices=[("", gettext_lazy("All")), *AccessEvent.Action.choices],
    )
    q = forms.CharField(label=gettext_lazy("User name or object"), required=False, max_length=60)


class UserForm(UserChangeForm):
    """A user as the administrator sees her: the phone is written here, never read."""

    new_phone = forms.CharField(
        label=gettext_lazy("New mobile phone"),
        required=False,
        max_length=20,
        validators=[validate_phone],
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Leave it empty to keep the present one; it is kept encrypted."),
    )

    language = forms.ChoiceField(
        label=gettext_lazy("Language"), choices=settings.LANGUAGES, widget=UnfoldAdminSelectWidget
    )

    def save(self, commit: bool = True) -> Any:
        """Take over a new phone."""
        if self.cleaned_data.get("new_phone"):
            self.instance.set_phone(self.cleaned_data["new_phone"])
        return super().save(commit=commit)


class IssueKeyForm(forms.ModelForm):
    """What an API key is to be good for. `accounts.api_keys` decides; its answers stand beside the fields."""

    actor: ClassVar[User]
    """Who issues it: the admin makes a form class for each request."""

    capabilities = forms.MultipleChoiceField(
        label=gettext_lazy("capabilities"),
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        choices=lambda: list(known_capabilities().items()),
    )

    class Meta:
        model = ApiKey
        fields = ("account", "name", "capabilities", "grid_code", "expires_at")
        help_texts: ClassVar[dict[str, Any]] = {
            "account": gettext_lazy("An account of the kind “service account”; make it first."),
            "grid_code": gettext_lazy("The key sees this grid and all below it."),
        }

    def clean(self) -> dict[str, Any]:
        """Ask the business module before anything is written."""
        data = super().clean() or {}
        if not self.errors:
            for name, messages in what_is_wrong(**data, actor=self.actor, now=timezone.now()).items():
                self.add_error(name, ValidationError(messages))
        return data
