"""A person or a system that signs in."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.protect import EncryptedTextField, blind_index, mask_phone


class AccountManager(UserManager["User"]):
    """Creates users; an account without a password cannot sign in by form."""

    def create_service(self, *, username: str, real_name: str) -> "User":
        """A service account: a system that uses API keys and never the login form."""
        return self.create_user(username, real_name=real_name, kind=User.Kind.SERVICE)


class User(AbstractUser):
    """An account: a person of the office, a grid leader, or another system."""

    class Kind(models.TextChoices):
        PERSON = "person", _("Person")
        SERVICE = "service", _("Service account")

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    real_name = models.CharField(_("real name"), max_length=50)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.PERSON)
    phone = EncryptedTextField(_("mobile phone"), blank=True, default="")
    phone_index = models.CharField(max_length=64, blank=True, default="", editable=False, db_index=True)
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    large_text = models.BooleanField(_("large text"), default=False)
    is_demo = models.BooleanField(_("made-up person"), default=False, editable=False)
    password_changed_at = models.DateTimeField(_("password changed at"), null=True, blank=True)

    REQUIRED_FIELDS: ClassVar[list[str]] = ["real_name"]
    objects: ClassVar[AccountManager] = AccountManager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(kind="person") | models.Q(is_superuser=False, is_staff=False),
                name="user_service_is_never_staff",
            ),
        ]

    def __str__(self) -> str:
        return self.real_name or self.username

    def get_full_name(self) -> str:
        """The real name, as people here address each other."""
        return self.real_name

    def get_short_name(self) -> str:
        """The real name again: Chinese names are not shortened."""
        return self.real_name

    def set_phone(self, value: str) -> None:
        """Keep the phone encrypted and its blind index for exact search beside it."""
        self.phone = value
        self.phone_index = blind_index(value, purpose="user.phone") if value else ""

    @property
    def masked_phone(self) -> str:
        """The phone as lists may show it: 138****5678."""
        return mask_phone(self.phone) if self.phone else ""

    @property
    def is_service(self) -> bool:
        """True for other systems, which come with an API key."""
        return self.kind == self.Kind.SERVICE

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Django's save; keeps the blind index beside a changed phone."""
        self.set_phone(self.phone)
        super().save(*args, **kwargs)
