"""五星支部: the stars that organizations were recommended for and won, by year (domain.md 4.3)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotNow, NotValid
from accounts.models import User
from accounts.text_guard import clean_field
from grid.access import demand
from partybuilding.models import PartyOrganization, Star, StarAward

DECIDES: Final = "party.decide"
RECOMMENDS: Final = "party.edit"
OLDEST: Final = 2000
Result = StarAward.Result
BEFORE: Final[dict[str, tuple[str, ...]]] = {
    Result.WON: (Result.RECOMMENDED,),
    Result.LOST: (Result.RECOMMENDED, Result.WON),
}
"""What a star must be before it is won or taken back."""


def recommend(party: PartyOrganization, star: Star, *, year: int, text: str, actor: User, now: datetime) -> StarAward:
    """Put an organization forward for a star of a year. NotAllowed without party.edit; NotNow when it stands there."""
    demand(actor, RECOMMENDS, party.grid_code)
    _check(party, star, year, now)
    award, made = StarAward.objects.get_or_create(
        party=party,
        star=star,
        year=year,
        defaults={
            "result": Result.RECOMMENDED,
            "text": clean_field("text", text, max_length=500, multiline=True),
            "by": actor,
            "at": now,
        },
    )
    if not made:
        raise NotNow(_("This star of this year is on the list already."))
    return award


def decide(award: StarAward, result: str, *, text: str, actor: User, now: datetime) -> StarAward:
    """Say that the star was won, or taken back with a reason. NotAllowed without party.decide; NotNow the second time.

    A star that was taken back is not won again in the same year.
    """
    demand(actor, DECIDES, award.party.grid_code)
    with transaction.atomic():
        row = StarAward.objects.select_for_update(of=("self",)).get(pk=award.pk)
        if row.result not in BEFORE.get(result, ()):
            raise NotNow(_("That was decided already."))
        said = clean_field("text", text, max_length=500, multiline=True)
        if result == Result.LOST and not said:
            raise NotValid(_("Say why."), {"text": [_("Say why.")]})
        row.result, row.text, row.by, row.at = result, said or row.text, actor, now
        row.save(update_fields=["result", "text", "by", "at"])
    return row


def _check(party: PartyOrganization, star: Star, year: int, now: datetime) -> None:
    wrong: dict[str, list[str]] = {}
    if not star.is_active:
        wrong["star"] = [_("This star is not used any more.")]
    if not OLDEST <= year <= timezone.localdate(now).year:
        wrong["year"] = [_("A year that has begun.")]
    if wrong:
        raise NotValid(_("Please correct the marked fields."), wrong)
    if party.ended_on is not None and party.ended_on.year < year:
        raise NotNow(_("This organization has ended."))


@dataclass(frozen=True, slots=True)
class StarRow:
    """The stars of one organization in one year, in the order of the stars; None where it has none."""

    party: PartyOrganization
    awards: list[StarAward | None]

    @property
    def won(self) -> int:
        """How many were won."""
        return sum(award is not None and award.result == Result.WON for award in self.awards)


def board(awards: Iterable[StarAward], stars: list[Star]) -> list[StarRow]:
    """One line per organization, those with the most stars first."""
    by_party: dict[int, dict[int, StarAward]] = defaultdict(dict)
    parties: dict[int, PartyOrganization] = {}
    for award in awards:
        by_party[award.party_id][award.star_id] = award
        parties[award.party_id] = award.party
    rows = [StarRow(parties[pk], [found.get(star.pk) for star in stars]) for pk, found in by_party.items()]
    return sorted(rows, key=lambda row: (-row.won, row.party.grid_code, row.party.pk))
