"""The project itself as an app: it dresses the admin of libraries, and gives the login lock a name in Chinese."""

from axes.apps import AppConfig as AxesConfig
from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlatformConfig(AppConfig):
    """Brings `config.admin` and the words of `config/locale`."""

    name = "config"
    verbose_name = _("Grid governance platform")


class LoginLockConfig(AxesConfig):
    """django-axes under a name that says what it does."""

    verbose_name = _("Login lock")
