"""Lines of the access matrix for party work: one block per part."""

from collections.abc import Callable
from typing import Any

from tests.access_sample import NOBODY, Sample


def _party(name: str) -> Callable[[Any], dict[str, Any]]:
    return lambda side: {"pk": getattr(side.party, name).pk}


def _named(name: str, step: str) -> Callable[[Any], dict[str, Any]]:
    return lambda side: {"pk": getattr(side.party, name).pk, "name": step}


def _named_paper(name: str) -> Sample:
    """A paper that names a member: the whole name needs the right to reveal, and a purpose."""
    body = {"purpose": "寄送单位"}
    return Sample(_party(name), "party.view", needs_to_post="party.reveal", body=lambda side: body)


PARTY_SAMPLES: dict[str, Sample] = {
    # organizations
    "partybuilding:organization": Sample(_party("organization"), "party.view"),
    **{
        f"partybuilding:{name}": Sample(_party("organization"), "party.view", needs="party.edit")
        for name in ("organization_edit", "organization_move", "organization_end", "post_new", "award_new")
    },
    "partybuilding:post_end": Sample(_party("post"), "party.view", needs="party.edit"),
    "partybuilding:award_won": Sample(_party("award"), "party.view", needs="party.decide"),
    "partybuilding:award_lost": Sample(_party("award"), "party.view", needs="party.decide"),
    "partybuilding:profile": Sample(_party("profile"), "party.view"),
    "partybuilding:profile_edit": Sample(_party("profile"), "party.view", needs="party.edit"),
    "api-party-organization-detail": Sample(_party("organization"), "party.view"),
    "api-party-star-award-detail": Sample(_party("award"), "party.view"),
    "api-party-profile-detail": Sample(_party("profile"), "party.view"),
    # members
    "partybuilding:member": Sample(_party("member"), "party.view"),
    **{
        f"partybuilding:{name}": Sample(_party("member"), "party.view", needs="party.edit")
        for name in (
            "member_edit",
            "member_move",
            "member_bring_in",
            "member_leave",
            "link_new",
            "link_review",
            "report_in_of_member",
        )
    },
    "partybuilding:member_reveal": Sample(_party("member"), "party.view", needs="party.reveal"),
    "partybuilding:link": Sample(_party("link"), "party.view", needs_to_post="party.edit"),
    "partybuilding:link_end": Sample(_party("link"), "party.view", needs="party.edit"),
    "partybuilding:report_in": Sample(_party("report_in"), "party.view"),
    "partybuilding:report_in_card": Sample(_party("report_in"), "party.view", needs_to_post="party.reveal"),
    **{
        f"partybuilding:report_in_{name}": Sample(_party("report_in"), "party.view", needs="party.edit")
        for name in ("receive", "end", "entry", "evaluate")
    },
    "partybuilding:report_in_need": Sample(_party("report_in"), "party.view", needs="lists.edit"),
    "partybuilding:evaluation_send": Sample(_party("evaluation"), "party.view", needs="party.edit"),
    "api-party-member-detail": Sample(_party("member"), "party.view"),
    "api-party-member-reveal": Sample(_party("member"), "party.view", needs="party.reveal"),
    "api-party-household-link-detail": Sample(_party("link"), "party.view"),
    "api-party-household-link-contacts": Sample(_party("link"), "party.view", needs="party.edit"),
    "api-party-report-in-detail": Sample(_party("report_in"), "party.view"),
    "api-party-report-in-entries": Sample(_party("report_in"), "party.view", needs="party.edit"),
    # duty
    "partybuilding:duty_post_edit": Sample(_party("duty_post"), "party.view", needs="party.edit"),
    "partybuilding:shift_new": Sample(_party("duty_post"), "party.view", needs="party.edit"),
    "partybuilding:shift": Sample(_party("shift"), "party.view"),
    "partybuilding:shift_swap": Sample(_party("shift"), "party.view", needs="party.edit"),
    "partybuilding:shift_step": Sample(_named("shift", "attend"), "party.view", needs="party.edit"),
    "partybuilding:member_call": Sample(_party("call"), "party.view"),
    "partybuilding:member_call_put_down": Sample(_party("call"), "party.view", needs="council.edit"),
    "partybuilding:member_call_note": Sample(_party("call"), "party.view", needs="council.edit"),
    "partybuilding:member_call_step": Sample(
        _named("call", "call_off"), "party.view", needs="council.edit", body=lambda side: {"text": "下雨"}
    ),
    # her own page: nobody here is the member
    "partybuilding:my_shift": Sample(_party("shift"), NOBODY),
    "partybuilding:my_call": Sample(_party("call"), NOBODY),
    "partybuilding:my_order": Sample(_party("order"), NOBODY),
    "partybuilding:my_contact": Sample(_party("link"), NOBODY),
    "api-party-duty-post-detail": Sample(_party("duty_post"), "party.view"),
    "api-party-duty-shift-detail": Sample(_party("shift"), "party.view"),
    "api-party-member-call-detail": Sample(_party("call"), "party.view"),
    "api-party-service-claim-detail": Sample(_party("service_claim"), "party.view"),
    # units
    "partybuilding:unit": Sample(_party("unit"), "party.view"),
    **{
        f"partybuilding:unit_{name}": Sample(_party("unit"), "party.view", needs="lists.edit")
        for name in ("edit", "leave", "back")
    },
    "partybuilding:unit_contact": Sample(_party("unit"), "party.view", needs="party.reveal"),
    "partybuilding:agreement_new": Sample(lambda side: {"unit": side.party.unit.pk}, "party.view", needs="lists.edit"),
    "partybuilding:agreement": Sample(_party("agreement"), "party.view"),
    **{
        f"partybuilding:agreement_{name}": Sample(_party("agreement"), "party.view", needs="lists.edit")
        for name in ("edit", "end")
    },
    "partybuilding:seat_edit": Sample(_party("seat"), "party.view", needs="party.edit"),
    "partybuilding:seat_end": Sample(_party("seat"), "party.view", needs="party.edit"),
    "partybuilding:alliance": Sample(_party("alliance"), "party.view"),
    **{
        f"partybuilding:alliance_{name}": Sample(_party("alliance"), "party.view", needs="lists.edit")
        for name in ("edit", "add", "dissolve")
    },
    "partybuilding:alliance_drop": Sample(
        lambda side: {"pk": side.party.alliance.pk, "member": side.party.alliance_member.pk},
        "party.view",
        needs="lists.edit",
    ),
    "partybuilding:star_claim": Sample(_party("claim"), "party.view"),
    "partybuilding:star_deliver": Sample(_party("claim"), "party.view", needs="lists.edit"),
    "partybuilding:star_claim_step": Sample(
        lambda side: {"pk": side.party.claim.pk, "name": "drop"}, "party.view", needs="lists.edit"
    ),
    "api-party-unit-detail": Sample(_party("unit"), "party.view"),
    "api-party-agreement-detail": Sample(_party("agreement"), "party.view"),
    "api-party-seat-detail": Sample(_party("seat"), "party.view"),
    "api-party-alliance-detail": Sample(_party("alliance"), "party.view"),
    "api-party-star-claim-detail": Sample(_party("claim"), "party.view"),
    "api-party-star-claim-deliver": Sample(_party("claim"), "party.view", needs="lists.edit"),
    # lists
    "partybuilding:list_call": Sample(_party("list_call"), "party.view"),
    "partybuilding:need": Sample(_party("need"), "party.view"),
    "partybuilding:need_step": Sample(
        _named("need", "withdraw"), "party.view", needs_to_post="lists.edit", body=lambda side: {"text": "不再需要"}
    ),
    "partybuilding:project_for": Sample(_party("need"), "party.view"),
    "partybuilding:resource": Sample(_party("resource"), "party.view"),
    "partybuilding:resource_edit": Sample(_party("resource"), "party.view", needs="lists.edit", on_grid=True),
    "partybuilding:resource_step": Sample(
        _named("resource", "pause"), "party.view", needs_to_post="lists.edit", on_grid=True
    ),
    "partybuilding:project": Sample(_party("project"), "party.view"),
    "partybuilding:project_best": Sample(_party("project"), "party.view", needs_to_post="party.decide"),
    "partybuilding:project_files": Sample(_party("project"), "party.view", needs_to_post="lists.edit", on_grid=True),
    "partybuilding:project_people": Sample(_party("project"), "party.view"),
    "partybuilding:project_add_step": Sample(
        _party("project"),
        "party.view",
        needs_to_post="lists.edit",
        on_grid=True,
        body=lambda side: {"text": "踏勘"},
    ),
    "partybuilding:project_tick": Sample(
        lambda side: {"pk": side.party.project.pk, "step": side.party.project_step.pk},
        "party.view",
        needs_to_post="lists.edit",
        on_grid=True,
    ),
    "partybuilding:project_step": Sample(
        _named("project", "drop"),
        "party.view",
        needs_to_post="lists.edit",
        on_grid=True,
        body=lambda side: {"text": "取消"},
    ),
    "api-party-need-detail": Sample(_party("need"), "party.view"),
    "api-party-need-matches": Sample(_party("need"), "party.view"),
    "api-party-resource-detail": Sample(_party("resource"), "party.view"),
    "api-party-project-detail": Sample(_party("project"), "party.view"),
    # orders
    "partybuilding:order": Sample(_party("order"), "party.view"),
    "partybuilding:order_contact": Sample(
        _party("order"), "party.view", needs="party.reveal", body=lambda side: {"purpose": "回访"}
    ),
    "partybuilding:order_step": Sample(_named("order", "issue"), "party.view", needs="order.issue"),
    "partybuilding:service_claim_release": Sample(_party("service_claim"), "party.view", needs="party.edit"),
    "api-party-order-detail": Sample(_party("order"), "party.view"),
    "api-party-order-issue": Sample(_party("order"), "party.view", needs="order.issue"),
    "api-party-order-rate": Sample(_party("order"), "party.view", needs="order.issue"),
    # councils
    "partybuilding:forum": Sample(_party("forum"), "party.view"),
    "partybuilding:forum_edit": Sample(_party("forum"), "party.view", needs="council.edit"),
    "partybuilding:meeting": Sample(_party("meeting"), "party.view"),
    "partybuilding:meeting_print": Sample(_party("meeting"), "party.view"),
    **{
        f"partybuilding:meeting_{name}": Sample(_party("meeting"), "party.view", needs="council.edit")
        for name in ("edit", "invite", "presence", "agenda", "files", "hold", "call_off")
    },
    "partybuilding:meeting_strike": Sample(
        lambda side: {"pk": side.party.meeting.pk, "guest": 1}, "party.view", needs="council.edit"
    ),
    "partybuilding:meeting_follow": Sample(
        lambda side: {"pk": side.party.meeting.pk, "decision": side.party.resolution.pk},
        "party.view",
        needs="council.edit",
    ),
    "partybuilding:topic": Sample(_party("topic"), "party.view"),
    **{
        f"partybuilding:topic_{name}": Sample(_party("topic"), "party.view", needs="council.edit")
        for name in ("edit", "decide", "opinion", "off")
    },
    "partybuilding:decision": Sample(_party("resolution"), "party.view"),
    "partybuilding:decision_follow": Sample(_party("resolution"), "party.view", needs="council.edit"),
    "partybuilding:decision_lead": Sample(
        lambda side: {"pk": side.party.resolution.pk, "kind": "notice"}, "party.view", needs="council.edit"
    ),
    "partybuilding:decision_end": Sample(_named("resolution", "finish"), "party.view", needs="council.edit"),
    "partybuilding:opinion": Sample(_party("opinion"), "party.view"),
    "partybuilding:opinion_incident": Sample(
        _party("opinion"), "party.view", needs="council.edit", needs_to_post="incident.report"
    ),
    "partybuilding:opinion_step": Sample(_named("opinion", "work"), "party.view", needs="council.edit"),
    "api-party-forum-detail": Sample(_party("forum"), "party.view"),
    "api-party-meeting-detail": Sample(_party("meeting"), "party.view"),
    "api-party-topic-detail": Sample(_party("topic"), "party.view"),
    "api-party-decision-detail": Sample(_party("resolution"), "party.view"),
    "api-party-decision-follow-up": Sample(_party("resolution"), "party.view", needs="council.edit"),
    "api-party-opinion-detail": Sample(_party("opinion"), "party.view"),
    "api-party-opinion-answer": Sample(_party("opinion"), "party.view", needs="council.edit"),
    # activities
    **{
        f"partybuilding:activity{name}": Sample(_party("activity"), "grid.view", needs=needs)
        for name, needs in (
            ("", ""),
            ("_sign_up", ""),
            ("_withdraw", ""),
            ("_edit", "activity.edit"),
            ("_put_down", "activity.edit"),
            ("_attendance", "activity.edit"),
            ("_excel", "activity.edit"),
            ("_outcome", "activity.edit"),
            ("_call_off", "activity.edit"),
            ("_files", "activity.edit"),
        )
    },
    "partybuilding:activity_strike": Sample(
        lambda side: {"pk": side.party.activity.pk, "row": 1}, "grid.view", needs="activity.edit"
    ),
    "partybuilding:story_new": Sample(_party("activity"), "grid.view", needs="activity.edit"),
    "partybuilding:series": Sample(_party("series"), "grid.view"),
    "partybuilding:series_edit": Sample(_party("series"), "grid.view", needs="activity.edit"),
    **{f"partybuilding:story{name}": Sample(_party("story"), "grid.view") for name in ("", "_vote", "_take_back")},
    "partybuilding:story_choose": Sample(_party("story"), "grid.view", needs="activity.edit"),
    **{
        f"api-party-activity-{name}": Sample(_party("activity"), "grid.view")
        for name in ("detail", "sign-up", "withdraw")
    },
    "api-party-series-detail": Sample(_party("series"), "grid.view"),
    "api-party-story-detail": Sample(_party("story"), "grid.view"),
    # papers of `reports` about party work
    "reports:evaluation_letter": Sample(_party("evaluation"), "party.view"),
    "reports:evaluation_letter_word": _named_paper("evaluation"),
    "reports:registration_card": Sample(_party("report_in"), "party.view"),
    "reports:registration_card_word": _named_paper("report_in"),
    "reports:forum_minutes_word": Sample(_party("meeting"), "party.view"),
    **{f"reports:project_{what}": Sample(_party("project"), "party.view") for what in ("sheet", "word")},
    # files
    "partybuilding:file": Sample(lambda side: {"public_id": side.party.file.public_id}, "party.view"),
    "partybuilding:file_remove": Sample(
        lambda side: {"public_id": side.party.file.public_id}, "party.view", needs="lists.edit"
    ),
}

PARTY_QUERIES: dict[str, tuple[str, Callable[[Any], str], str]] = {
    # pages of `partybuilding` that take ?grid=
    "partybuilding:activity_counts": ("grid", lambda side: side.community.code, "party.view"),
    "partybuilding:activity_counts_excel": ("grid", lambda side: side.community.code, "party.view"),
}
