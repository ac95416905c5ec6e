"""Forms of the board: claim a wish, say what was done, keep a receipt."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.text_guard import CleanCharField
from grid.forms import DomainForm, OnceForm, day_input
from incidents.forms.files import FilesField
from incidents.forms.words import many_lines
from volunteers.claims import PLEDGE_LENGTH, Claimer
from volunteers.receipts import NewReceipt


class ClaimForm(OnceForm):
    """As whom, and what is promised."""

    as_who = forms.ChoiceField(label=_("claimed as"))
    pledge = CleanCharField(
        label=_("pledge"),
        max_length=PLEDGE_LENGTH,
        required=False,
        help_text=_("What you will do and when, in a few words. May stay empty."),
    )

    def __init__(self, *args: Any, claimers: list[Claimer], **more: Any) -> None:
        super().__init__(*args, **more)
        self.claimers = {claimer.word: claimer for claimer in claimers}
        field: Any = self.fields["as_who"]
        field.choices = [(word, str(claimer)) for word, claimer in self.claimers.items()]
        if len(claimers) == 1:
            field.widget, field.initial = forms.HiddenInput(), claimers[0].word

    def clean_as_who(self) -> Claimer:
        """The one of the choices."""
        return self.claimers[self.cleaned_data["as_who"]]


class ContactedForm(DomainForm):
    """She was spoken with."""

    text = CleanCharField(
        label=_("What was agreed"), max_length=500, required=False, help_text=_("For example: Saturday at nine.")
    )


class DeliveredForm(DomainForm):
    """What was done; pictures show the thing, never the person who wished."""

    text = CleanCharField(label=_("How it was granted"), max_length=500, multiline=True, widget=many_lines())
    photos = FilesField(
        photos_only=True,
        help_text=_("May stay empty. Show the thing: nobody is photographed for being helped."),
    )


class GiveUpForm(DomainForm):
    """Why not."""

    text = CleanCharField(label=_("Reason"), max_length=500, multiline=True, widget=many_lines())


class ReceiptForm(DomainForm):
    """What the receipt says."""

    merchant = CleanCharField(
        label=_("merchant"), max_length=100, help_text=_("The money goes to the merchant, not to a helper.")
    )
    goods = CleanCharField(label=_("what was bought"), max_length=200)
    amount = forms.DecimalField(label=_("yuan"), max_digits=8, decimal_places=2, min_value=0)
    paid_on = forms.DateField(label=_("paid on"), widget=day_input(), initial=timezone.localdate)
    files = FilesField(label=_("Picture of the receipt"))  # type: ignore[assignment]

    def new(self) -> NewReceipt:
        """What was typed, for the business."""
        return NewReceipt(**{name: self.cleaned_data[name] for name in ("merchant", "goods", "amount", "paid_on")})
