"""The stages of volunteers and wishes as data; `grid.stages` is the machine that takes them."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from grid.stages import Stage, StageTable
from volunteers.models import (
    Certificate,
    Exchange,
    Membership,
    MicroProject,
    ServiceActivity,
    SignUp,
    Team,
    Volunteer,
    VolunteerStep,
    Wish,
    WishClaim,
)

STAGES: Final[Mapping[type[Any], tuple[Stage, ...]]] = {
    Wish: (
        Stage("verify", ("collected",), "verified", _("Verified"), "wish.verify"),
        Stage(
            "refuse",
            ("collected", "verified"),
            "refused",
            _("Do not accept"),
            "wish.verify",
            needs_text=True,
            danger=True,
        ),
        Stage("publish", ("verified",), "published", _("Publish"), "wish.verify"),
        Stage("fill", ("published",), "claimed", _("All helpers found"), "wish.verify"),
        Stage("free", ("claimed",), "published", _("Back on the board"), "wish.verify"),
        Stage("deliver", ("claimed",), "delivered", _("Delivered"), "wish.verify"),
        Stage("not_yet", ("delivered",), "claimed", _("Not what was wished"), "wish.verify", needs_text=True),
        Stage("confirm", ("delivered",), "confirmed", _("Confirmed by the one who wished"), "wish.verify"),
        Stage("archive", ("confirmed",), "archived", _("Archive"), "wish.verify"),
        Stage(
            "withdraw",
            ("collected", "verified", "published", "claimed"),
            "withdrawn",
            _("Withdraw"),
            "wish.verify",
            needs_text=True,
            danger=True,
        ),
    ),
    WishClaim: (
        Stage("contact", ("active",), "contacted", _("Contact made"), "wish.verify", personal="user_id"),
        Stage("deliver", ("active", "contacted"), "delivered", _("Delivered"), "wish.verify", personal="user_id"),
        Stage("done", ("delivered",), "done", _("Done"), "wish.verify"),
        Stage("again", ("delivered",), "contacted", _("Not yet"), "wish.verify"),
        Stage(
            "give_up",
            ("active", "contacted"),
            "given_up",
            _("Give up"),
            "wish.verify",
            needs_text=True,
            personal="user_id",
            danger=True,
        ),
        Stage("lapse", ("active",), "lapsed", _("Lapsed"), "wish.verify"),
    ),
    Volunteer: (
        Stage("approve", ("applied",), "active", _("Approve"), "volunteer.edit"),
        Stage("refuse", ("applied",), "refused", _("Do not take"), "volunteer.edit", needs_text=True, danger=True),
        Stage("pause", ("active",), "paused", _("Pause"), "volunteer.edit", personal="user_id"),
        Stage("resume", ("paused",), "active", _("Resume"), "volunteer.edit", personal="user_id"),
        Stage(
            "leave",
            ("applied", "active", "paused"),
            "left",
            _("Leave"),
            "volunteer.edit",
            personal="user_id",
            danger=True,
        ),
    ),
    Team: (Stage("end", ("active",), "ended", _("End the team"), "volunteer.edit", needs_text=True, danger=True),),
    Membership: (
        Stage("approve", ("asked",), "active", _("Approve"), "volunteer.edit", personal="team.leader.user_id"),
        Stage("refuse", ("asked",), "refused", _("Do not take"), "volunteer.edit", personal="team.leader.user_id"),
        Stage("leave", ("asked", "active"), "left", _("Leave"), "volunteer.edit", personal="volunteer.user_id"),
    ),
    ServiceActivity: (
        Stage("end", ("planned",), "ended", _("End"), "service.edit"),
        Stage("call_off", ("planned",), "called_off", _("Call off"), "service.edit", needs_text=True, danger=True),
    ),
    SignUp: (
        Stage("move_up", ("waiting",), "signed_up", _("Moves up"), "service.edit"),
        Stage(
            "withdraw",
            ("signed_up", "waiting"),
            "withdrawn",
            _("Withdraw"),
            "service.edit",
            personal="volunteer.user_id",
        ),
        Stage("check_in", ("signed_up",), "here", _("Check in"), "service.edit", asked_before=True),
        Stage("check_out", ("here",), "done", _("Check out"), "service.edit", personal="volunteer.user_id"),
        Stage("confirm", ("done", "here"), "confirmed", _("Confirm the hours"), "service.edit", asked_before=True),
        Stage("no_show", ("signed_up",), "no_show", _("Did not come"), "service.edit", asked_before=True),
        Stage(
            "deny",
            ("here", "done"),
            "no_show",
            _("Was not there"),
            "service.edit",
            needs_text=True,
            danger=True,
            asked_before=True,
        ),
    ),
    Certificate: (
        Stage("publicise", ("draft",), "publicity", _("Publicise"), "volunteer.certify"),
        Stage(
            "object",
            ("publicity",),
            "objected",
            _("Objection"),
            "volunteer.certify",
            needs_text=True,
            asked_before=True,
        ),
        Stage("dismiss", ("objected",), "publicity", _("Objection not upheld"), "volunteer.certify", needs_text=True),
        Stage("again", ("publicity",), "publicity", _("Publicise anew"), "volunteer.certify"),
        Stage("issue", ("publicity",), "valid", _("Issue"), "volunteer.certify"),
        Stage(
            "revoke",
            ("draft", "publicity", "objected", "valid"),
            "revoked",
            _("Revoke"),
            "volunteer.certify",
            needs_text=True,
            danger=True,
        ),
    ),
    Exchange: (
        Stage("hand_out", ("reserved",), "handed_out", _("Hand out"), "shop.edit"),
        Stage("cancel", ("reserved",), "cancelled", _("Cancel"), "shop.edit", personal="volunteer.user_id"),
        Stage("expire", ("reserved",), "expired", _("Expired"), "shop.edit"),
    ),
    MicroProject: (
        Stage("coach", ("submitted",), "coaching", _("Coach"), "micro.edit"),
        Stage("review", ("submitted", "coaching"), "review", _("To review"), "micro.edit"),
        Stage("fund", ("review",), "funded", _("Fund"), "micro.decide"),
        Stage(
            "refuse",
            ("submitted", "coaching", "review"),
            "refused",
            _("Not chosen"),
            "micro.decide",
            needs_text=True,
            danger=True,
        ),
        Stage(
            "start",
            ("funded",),
            "running",
            _("Begin the project"),
            "micro.edit",
            addressed=True,
            personal="team.leader.user_id",
        ),
        Stage("mid_check", ("running",), "mid_checked", _("Mid-term check"), "micro.edit", needs_text=True),
        Stage(
            "finish",
            ("mid_checked",),
            "final",
            _("To final review"),
            "micro.edit",
            addressed=True,
            personal="team.leader.user_id",
        ),
        Stage("close", ("final",), "closed", _("Final review passed"), "micro.decide", needs_text=True),
        Stage(
            "withdraw",
            ("submitted", "coaching"),
            "stopped",
            _("Withdraw the bid"),
            "micro.edit",
            needs_text=True,
            addressed=True,
            personal="team.leader.user_id",
            danger=True,
        ),
        Stage(
            "stop",
            ("funded", "running", "mid_checked", "final"),
            "stopped",
            _("Stop the project"),
            "micro.decide",
            needs_text=True,
            danger=True,
        ),
    ),
}


def code_of(row: Any, stage: Stage | None = None) -> str:
    """The grid code under which rights on `row` are asked."""
    return str(row.grid_code)


TABLE: Final = StageTable(STAGES, code_of, VolunteerStep)
advance, keep_step, open_to = TABLE.advance, TABLE.keep_step, TABLE.open_to
advance_all = TABLE.advance_all
steps_of, story = TABLE.steps_of, TABLE.story
