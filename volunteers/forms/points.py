"""Forms of points: rules, bonus, items of the shop, the counter."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.text_guard import CleanCharField
from grid.forms import DomainForm, OnceForm, day_input
from grid.models import Grid
from incidents.forms.words import many_lines
from partybuilding.forms.choices import GridChoice
from volunteers.models import ShopItem, Volunteer
from volunteers.point_rules import LEAST_DAYS, MOST_AN_HOUR, MOST_DAYS, MOST_HOURS, NewRule
from volunteers.points import MOST_BONUS
from volunteers.shop_items import MOST_PRICE, MOST_STOCK, NewItem


def _digits() -> forms.NumberInput:
    return forms.NumberInput(attrs={"inputmode": "numeric"})


class InGridForm(OnceForm):
    """Belongs to one of the grids where the writer has the right."""

    grid = GridChoice(Grid.objects.none(), to_field_name="code", label=_("grid"), empty_label=None)

    def __init__(self, *args: Any, grids: QuerySet[Grid], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["grid"].queryset = grids  # type: ignore[attr-defined]


class RuleForm(InGridForm):
    """A version of the rule of a grid."""

    name = CleanCharField(label=_("name"), max_length=60)
    per_hour = forms.DecimalField(
        label=_("points an hour"), min_value=0, max_value=MOST_AN_HOUR, max_digits=5, decimal_places=2, initial=1
    )
    cap_hours = forms.DecimalField(
        label=_("at most hours an activity"),
        min_value=0,
        max_value=MOST_HOURS,
        max_digits=4,
        decimal_places=1,
        initial=2,
        required=False,
        help_text=_("Empty: without limit."),
    )
    valid_days = forms.IntegerField(
        label=_("points are valid for (days)"),
        min_value=LEAST_DAYS,
        max_value=MOST_DAYS,
        required=False,
        help_text=_("Empty: points do not lapse."),
    )
    starts_on = forms.DateField(label=_("from"), widget=day_input(), initial=timezone.localdate)
    source = CleanCharField(
        label=_("source"),
        max_length=100,
        required=False,
        help_text=_("The paper that says so, for example its number."),
    )

    def new(self) -> NewRule:
        """What was typed, for the business."""
        names = ("name", "per_hour", "cap_hours", "valid_days", "starts_on", "source")
        return NewRule(**{name: self.cleaned_data[name] for name in names})


class NumberField(CleanCharField):
    """A volunteer by her number, among those that the reader sees."""

    def __init__(self, **more: Any) -> None:
        super().__init__(max_length=20, **more)
        self.rows: QuerySet[Volunteer] = Volunteer.objects.none()

    def clean(self, value: Any) -> Any:
        """The volunteer."""
        number = super().clean(value)
        found = self.rows.filter(number=number.upper()).first()
        if found is None:
            raise forms.ValidationError(gettext("There is no volunteer of this number in your grids."))
        return found


class BonusForm(OnceForm):
    """Extra points for a volunteer."""

    volunteer = NumberField(label=_("volunteer number"))
    points = forms.IntegerField(label=_("points"), min_value=1, max_value=MOST_BONUS, widget=_digits())
    text = CleanCharField(
        label=_("What for"),
        max_length=200,
        help_text=_("She reads this beside the points, for example: brought a new volunteer."),
    )

    def __init__(self, *args: Any, volunteers: QuerySet[Volunteer], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["volunteer"].rows = volunteers  # type: ignore[attr-defined]


class ItemForm(DomainForm):
    """What an item is."""

    name = CleanCharField(label=_("name"), max_length=60)
    price = forms.IntegerField(label=_("points"), min_value=1, max_value=MOST_PRICE, widget=_digits())
    text = CleanCharField(label=_("in words"), max_length=200, required=False)
    place = CleanCharField(label=_("picked up at"), max_length=100, required=False)
    is_active = forms.BooleanField(label=_("on offer"), required=False, initial=True)

    def new(self) -> NewItem:
        """What was typed, for the business."""
        names = ("name", "price", "stock", "text", "place", "is_active")
        return NewItem(**{name: self.cleaned_data[name] for name in names if name in self.cleaned_data})


class NewItemForm(ItemForm, InGridForm):
    """A new item with its stock."""

    stock = forms.IntegerField(label=_("stock"), min_value=0, max_value=MOST_STOCK, widget=_digits())
    field_order = ("client_id", "grid", "name", "price", "stock")


class RestockForm(DomainForm):
    """More or fewer in stock."""

    amount = forms.IntegerField(
        label=_("added to the stock"),
        min_value=-MOST_STOCK,
        max_value=MOST_STOCK,
        help_text=_("With a minus sign when items are taken out."),
    )
    text = CleanCharField(label=_("Reason"), max_length=200)


class CodeForm(DomainForm):
    """A pick-up code, typed or scanned."""

    code = CleanCharField(
        label=_("pick-up code"),
        max_length=300,
        widget=forms.TextInput(
            attrs={
                "autofocus": True,
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "class": "code-input",
            }
        ),
        help_text=_("Type the eight characters, or scan the QR code."),
    )


class ItemChoice(forms.ModelChoiceField):
    """An item with its price and stock."""

    def label_from_instance(self, obj: ShopItem) -> str:
        """Name, points, what is left."""
        return gettext("%(name)s · %(price)s points · %(stock)s left") % {
            "name": obj.name,
            "price": obj.price,
            "stock": obj.stock,
        }


class CounterForm(OnceForm):
    """An exchange at the counter, for a volunteer who has no account."""

    volunteer = NumberField(label=_("volunteer number"))
    item = ItemChoice(ShopItem.objects.none(), label=_("item of the shop"), empty_label=_("Choose"))

    def __init__(self, *args: Any, volunteers: QuerySet[Volunteer], items: QuerySet[ShopItem], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["volunteer"].rows = volunteers  # type: ignore[attr-defined]
        self.fields["item"].queryset = items  # type: ignore[attr-defined]


class StepForm(DomainForm):
    """A step at the counter, perhaps with words."""

    text = CleanCharField(label=_("Reason"), max_length=500, multiline=True, required=False, widget=many_lines())
