"""What a list of joint actions can be narrowed by."""

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from grid.filters import StrictFilterSet
from incidents.models import JointAction


class JointActionFilter(StrictFilterSet):
    """By state."""

    state = filters.ChoiceFilter(label=_("state"), choices=JointAction.State.choices)

    class Meta:
        model = JointAction
        fields: tuple[str, ...] = ()
