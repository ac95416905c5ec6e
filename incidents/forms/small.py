"""Small forms on the page of a case: why the contact is needed, and photos that come later."""

from django import forms
from django.utils.translation import gettext_lazy as _

from incidents.forms.fields import PhotosField


class RevealForm(forms.Form):
    """The purpose is kept in the record of access."""

    purpose = forms.CharField(
        label=_("What do you need the contact for?"),
        max_length=200,
        min_length=2,
        help_text=_("The purpose is recorded together with your name and the time."),
        widget=forms.TextInput(attrs={"placeholder": _("For example: ask for the exact place"), "autocomplete": "off"}),
    )


class MorePhotosForm(forms.Form):
    """Photos added after the report, with a few words."""

    photos = PhotosField(required=True)
    text = forms.CharField(label=_("Words"), required=False, max_length=200)
