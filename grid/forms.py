"""Forms of the grid pages; the rules themselves stand in grid.changes and grid.tenure."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.errors import DomainError, NotAllowed
from accounts.models import User
from accounts.text_guard import CleanCharField
from grid.models import Grid, Organization
from grid.posts import ORGANIZATION_KINDS, PostKind


def day_input() -> forms.DateInput:
    """The browser's own calendar."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def moment_input() -> forms.DateTimeInput:
    """The browser's own calendar with a time."""
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class DomainForm(forms.Form):
    """A form that shows the errors of the business code beside its fields."""

    def add_domain_error(self, error: DomainError) -> None:
        """Each message under its field when the form has it, above the form otherwise."""
        known = {name: messages for name, messages in error.fields.items() if name in self.fields}
        for name, messages in known.items():
            self.add_error(name, messages)
        if not known:
            self.add_error(None, str(error))

    def attempt(self, write: Callable[[], Any]) -> Any:
        """What `write` gives; None when the business refused, which then stands beside the fields.

        What is not the reader's at all (NotAllowed) stays a refusal of the page.
        """
        try:
            return write()
        except NotAllowed:
            raise
        except DomainError as error:
            self.add_domain_error(error)
            return None


class DraftForm(DomainForm):
    """A form whose record is made once, however often it is sent: the device gives it an id, a new one per draft."""

    client_id = forms.UUIDField(required=False, widget=forms.HiddenInput(attrs={"data-draft-id": ""}))

    def clean_client_id(self) -> UUID:
        """A device without scripts may give none."""
        given: UUID | None = self.cleaned_data["client_id"]
        return given or uuid4()


class OnceForm(DraftForm):
    """The same for a page that is not kept on the device: it brings the id along, also without scripts."""

    client_id = forms.UUIDField(required=False, widget=forms.HiddenInput, initial=uuid4)


class UploadForm(DomainForm):
    """A file to import."""

    file = forms.FileField(
        label=_("file"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
        help_text=_("XLSX or CSV, at most 10 MB and 20,000 rows."),
    )


def find_person(given: str) -> User:
    """The one active person of that account or real name; ValidationError when there is none or more than one."""
    people = User.objects.filter(is_active=True, kind=User.Kind.PERSON)
    found = list(people.filter(username=given)[:1]) or list(people.filter(real_name=given)[:2])
    if len(found) != 1:
        several = gettext("Several people have this name: give the account.")
        raise forms.ValidationError(several if found else gettext("Nobody has this account or name."))
    return found[0]


class PersonField(CleanCharField):
    """Somebody by the account, or by the real name where only one has it; gives the user, None when left empty."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("The account; the real name where only one has it."))
        super().__init__(max_length=150, **kwargs)

    def clean(self, value: Any) -> User | None:
        """The one active person of that account or name."""
        given = super().clean(value)
        return find_person(given) if given else None


class ProfileForm(DomainForm):
    """The profile of a grid."""

    name = CleanCharField(label=_("name"), max_length=100)
    households = forms.IntegerField(label=_("households"), min_value=0, max_value=10_000_000, required=False)
    population = forms.IntegerField(label=_("population"), min_value=0, max_value=100_000_000, required=False)
    gap_allowed = forms.BooleanField(label=_("children need not cover it (a park, a river)"), required=False)
    note = CleanCharField(label=_("note"), max_length=200, required=False)


class NewGridForm(DomainForm):
    """A grid below another one; the first part of its code is given."""

    part = forms.CharField(
        label=_("last part of the code"),
        max_length=3,
        validators=[RegexValidator(r"^[0-9A-Z]{2,3}\Z", _("Two or three digits or capital letters."))],
        help_text=_("For example 001, or Z01 for a dedicated grid."),
    )
    name = CleanCharField(label=_("name"), max_length=100)
    kind = forms.ChoiceField(label=_("kind"), choices=Grid.Kind.choices)
    households = forms.IntegerField(label=_("households"), min_value=0, max_value=10_000_000, required=False)

    def add_domain_error(self, error: DomainError) -> None:
        """Business code speaks of the code; here its last part is typed."""
        error.fields = {"part" if name == "code" else name: found for name, found in error.fields.items()}
        super().add_domain_error(error)


class RetireForm(DomainForm):
    """The end of a grid."""

    valid_to = forms.DateField(label=_("valid until (excluded)"), widget=day_input(), initial=timezone.localdate)


class AppointForm(DomainForm):
    """A person, a post, and from when to when."""

    person = PersonField(label=_("account or name"))
    kind = forms.ChoiceField(label=_("post"))
    organization = forms.ModelChoiceField(
        label=_("organization"),
        queryset=Organization.objects.none(),
        required=False,
        help_text=_("Only for posts in an organization."),
    )
    starts_on = forms.DateField(label=_("from"), widget=day_input(), initial=timezone.localdate)
    ends_on = forms.DateField(label=_("until (excluded)"), widget=day_input(), required=False)
    note = CleanCharField(label=_("note"), max_length=200, required=False)

    def __init__(self, *args: Any, grid: Grid, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offices = Organization.objects.active().filter(grid=grid)
        kinds = [choice for choice in PostKind.choices if offices or choice[0] not in ORGANIZATION_KINDS]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        self.fields["organization"].queryset = offices  # type: ignore[attr-defined]
        if not offices:
            del self.fields["organization"]


class EndPostForm(DomainForm):
    """The end of a tenure."""

    ends_on = forms.DateField(label=_("first day without the post"), widget=day_input(), initial=timezone.localdate)


class AbsenceForm(DomainForm):
    """When a person is away."""

    starts_at = forms.DateTimeField(label=_("from"), widget=moment_input(), initial=timezone.localtime)
    ends_at = forms.DateTimeField(label=_("until"), widget=moment_input())
    substitute = CleanCharField(
        label=_("substitute"),
        max_length=150,
        required=False,
        help_text=_("Account or name. Gets the tasks and the rights of all posts until the end; may stay empty."),
    )
    reason = CleanCharField(label=_("reason"), max_length=100, required=False)

    def clean_substitute(self) -> User | None:
        """The one active person of that account or name; nobody when left empty."""
        given = self.cleaned_data["substitute"]
        return find_person(given) if given else None


class ColleagueAbsenceForm(AbsenceForm):
    """The same, for somebody else."""

    person = PersonField(label=_("account or name"))
    field_order = ("person",)


class LayerForm(forms.Form):
    """What the map asks for."""

    level = forms.TypedChoiceField(choices=Grid.Level.choices, coerce=int, required=False)
    zoom = forms.IntegerField(min_value=3, max_value=19, required=False)
