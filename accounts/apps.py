"""App configuration of `accounts`."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Users, service accounts, login, audit of access."""

    name = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        """Register what is found by name only: checks, path converters, the API key scheme."""
        import_module("accounts.checks")
        import_module("accounts.converters")
        import_module("accounts.schema")
