"""Forms of the pages where people sign in and look after their account."""

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import AccessEvent, User


class SignInForm(AuthenticationForm):
    """User name and password. Wrong name, wrong password and a switched-off account read the same."""

    username = forms.CharField(label=gettext_lazy("User name"), max_length=150, strip=True)
    error_messages: ClassVar[dict[str, Any]] = {
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


class IssueKeyForm(forms.Form):
    """What an API key is to be good for. The administrator's page asks this; `accounts.api_keys` decides."""

    account = forms.ModelChoiceField(
        label=gettext_lazy("service account"),
        queryset=User.objects.filter(kind=User.Kind.SERVICE, is_active=True),
        help_text=gettext_lazy("An account of the kind “service account”; make it first."),
    )
    name = forms.CharField(label=gettext_lazy("name"), max_length=100)
    capabilities = forms.MultipleChoiceField(
        label=gettext_lazy("capabilities"), widget=forms.CheckboxSelectMultiple, choices=()
    )
    grid_code = forms.CharField(
        label=gettext_lazy("code of the subtree"),
        max_length=24,
        help_text=gettext_lazy("The key sees this grid and all below it."),
    )
    expires_at = forms.DateTimeField(label=gettext_lazy("expires at"), required=False)

    def __init__(self, *args: Any, capabilities: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["capabilities"].choices = capabilities  # type: ignore[attr-defined]

    def add_domain_errors(self, fields: dict[str, list[str]]) -> None:
        """Show the business module's messages beside the fields they name."""
        for name, messages in fields.items():
            self.add_error(name if name in self.fields else None, ValidationError(messages))


def words_of(form: forms.Form) -> str:
    """All messages of a form as one line, for a toast."""
    return " ".join(str(message) for messages in form.errors.values() for message in messages) or _("Not valid")
