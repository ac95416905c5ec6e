"""The rules of procedure that count now."""

from incidents.models import Procedure


def procedure() -> Procedure:
    """The office's row, or the defaults of the model while nobody has written one; one query."""
    return Procedure.objects.filter(pk=1).first() or Procedure(pk=1)
