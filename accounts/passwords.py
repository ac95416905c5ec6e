"""Password rules of the office (GB/T 22239 level 3 asks for mixed characters)."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

CLASSES_WANTED = 3


def character_classes(password: str) -> int:
    """Count which of the four kinds occur: small letter, capital letter, digit, anything else."""
    kinds = (str.islower, str.isupper, str.isdigit)
    found = {next((place for place, kind in enumerate(kinds) if kind(letter)), len(kinds)) for letter in password}
    return len(found)


class CharacterClassValidator:
    """Asks for three of the four kinds of characters."""

    def validate(self, password: str, user: object = None) -> None:
        """Raise ValidationError when the password has too few kinds of characters."""
        if character_classes(password) < CLASSES_WANTED:
            raise ValidationError(self.get_help_text(), code="password_too_plain")

    def get_help_text(self) -> str:
        """Say the rule to the person who chooses a password."""
        return _("Your password must mix at least three of: small letters, capital letters, digits, other signs.")
