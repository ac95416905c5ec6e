"""Filters and forms of the messages."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextInputWidget

from notices.channels.webhook import new_secret
from notices.models import Endpoint


class InboxFilter(forms.Form):
    """What of the inbox to show."""

    unread = forms.BooleanField(label=_("Unread only"), required=False)


class DiscardForm(forms.Form):
    """Why a piece of work is thrown away."""

    reason = forms.CharField(label=_("Reason"), max_length=200, widget=UnfoldAdminTextInputWidget)


class SecureURLField(forms.URLField):
    """An address; without a scheme it means https."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(assume_scheme="https", **kwargs)


class EndpointForm(forms.ModelForm):
    """An endpoint. The secret is never shown again: an empty field keeps it, and a new webhook gets one made."""

    secret = forms.CharField(
        label=_("secret"),
        required=False,
        strip=True,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text=_("Leave it empty to keep it (or to have one made). Two, separated by a space, during a change."),
    )

    class Meta:
        model = Endpoint
        fields = ("name", "channel", "url", "secret", "grid_code", "kinds", "is_active", "paused_until")
        field_classes: ClassVar[dict[str, type[forms.Field]]] = {"url": SecureURLField}

    def clean_secret(self) -> str:
        """The secret to store."""
        return self.cleaned_data["secret"] or self.instance.secret

    def clean(self) -> dict[str, Any]:
        """Give a new webhook a secret; a group robot needs none, its key is in the address."""
        data = super().clean() or {}
        self.made_secret = ""
        if data.get("channel") == Endpoint.Channel.WEBHOOK and not data.get("secret"):
            self.made_secret = data["secret"] = new_secret()
        return data
