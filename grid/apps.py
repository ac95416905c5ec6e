"""App configuration of `grid`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GridConfig(AppConfig):
    """The tree of grids, posts, organizations, scope."""

    name = "grid"
    verbose_name = _("Grid")
