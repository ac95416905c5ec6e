"""The form of a hand-over."""

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.text_guard import CleanCharField
from grid.forms import DomainForm, find_person


class HandOverForm(DomainForm):
    """Who takes the work, and why."""

    taker = CleanCharField(
        label=_("who takes it"), max_length=150, help_text=_("The account; the real name where only one has it.")
    )
    reason = CleanCharField(label=_("reason"), max_length=200)

    def clean_taker(self) -> User:
        """The one active person of that account or name."""
        return find_person(self.cleaned_data["taker"])
