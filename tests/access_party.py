"""Sample objects of party work for the access matrix: one of each on a side of the border."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import User
from fieldwork.models import Household
from grid.models import Compound, Grid, Organization
from incidents.documents import PDF, Upload
from partybuilding.files import attach
from partybuilding.models import (
    Activity,
    ActivityKind,
    ActivitySeries,
    Agreement,
    Alliance,
    AllianceMember,
    CommitteeSeat,
    CommunityProfile,
    DeputyOpinion,
    DutyPost,
    DutyShift,
    Forum,
    ForumMeeting,
    HouseholdLink,
    JointTaskKind,
    ListCall,
    MemberCall,
    Need,
    PartnerUnit,
    PartyFile,
    PartyMember,
    PartyOrganization,
    PartyPost,
    Project,
    ProjectStep,
    ProjectType,
    ReportIn,
    Resolution,
    Resource,
    ServiceClaim,
    ServiceOrder,
    Star,
    StarAward,
    StarClaim,
    Story,
    SupportKind,
    Topic,
    YearlyEvaluation,
)


@dataclass
class Party:
    """The sample objects, all of one micro-grid."""

    organization: PartyOrganization
    post: PartyPost
    profile: CommunityProfile
    award: StarAward
    member: PartyMember
    second: PartyMember
    link: HouseholdLink
    report_in: ReportIn
    evaluation: YearlyEvaluation
    duty_post: DutyPost
    shift: DutyShift
    call: MemberCall
    unit: PartnerUnit
    agreement: Agreement
    alliance: Alliance
    alliance_member: AllianceMember
    seat: CommitteeSeat
    claim: StarClaim
    list_call: ListCall
    need: Need
    resource: Resource
    project: Project
    project_step: ProjectStep
    order: ServiceOrder
    service_claim: ServiceClaim
    forum: Forum
    meeting: ForumMeeting
    topic: Topic
    resolution: Resolution
    opinion: DeputyOpinion
    series: ActivitySeries
    activity: Activity
    story: Story
    file: PartyFile


def sample_party(grid: Grid, compound: Compound, household: Household, word: str, worker: User, now: datetime) -> Party:
    """Written at once: everything that a page of party work shows, by a worker of the grid."""
    today = timezone.localdate(now)
    here = {"grid": grid, "grid_code": grid.code}
    made = {**here, "by": worker, "at": now - timedelta(hours=1)}
    kind, _made = SupportKind.objects.get_or_create(name="环境卫生", defaults={"is_service": True})
    project_type, _made = ProjectType.objects.get_or_create(name="民生微实事")
    activity_kind, _made = ActivityKind.objects.get_or_create(name="主题党日")
    task_kind, _made = JointTaskKind.objects.get_or_create(name="安全隐患联排")
    star, _made = Star.objects.get_or_create(name="共建共享星")

    def body(code: str, name: str, kind: str) -> Organization:
        return Organization.objects.create(grid=grid, code=code, name=f"{word}{name}", kind=kind)

    organization = PartyOrganization.objects.create(
        organization=body("party", "网格党支部", "party"), kind="branch", **here
    )
    organization.path = f"{organization.pk:08d}"
    organization.save(update_fields=["path"])
    unit = PartnerUnit.objects.create(
        organization=body("partner", "市政设施中心", "institution"),
        contact_name=f"{word}李四",
        contact_phone="13612345678",
        joined_on=today,
    )
    member = PartyMember.objects.create(
        party=organization, name=f"{word}王五", phone="13512345678", management="direct", unit=unit, **here
    )
    second = PartyMember.objects.create(
        party=organization, name=f"{word}赵六", phone="13412345678", management="concurrent", **here
    )
    duty_post = DutyPost.objects.create(
        name=f"{word}党员值日岗", place="门岗", weekdays=[1, 2, 3], starts="08:00", ends="10:00", **here
    )
    alliance = Alliance.objects.create(name=f"{word}红色物业联盟", kind="property", **here)
    list_call = ListCall.objects.create(
        year=today.year, half=1, opens_on=today, closes_on=today + timedelta(days=30), text=f"{word}征集", **here
    )
    need = Need.objects.create(
        number=f"{word}需求〔2026〕1号",
        title=f"{word}疏通管道",
        kind=kind,
        level_code=grid.code,
        level_since=now,
        compound=compound,
        **made,
    )
    resource = Resource.objects.create(
        unit=unit, kind=kind, title=f"{word}疏通车", serves_code=grid.code, by=worker, at=now
    )
    forum = Forum.objects.create(name=f"{word}小板凳议事会", kind="council", **here)
    meeting = ForumMeeting.objects.create(
        forum=forum, title=f"{word}第一次议事", starts_at=now + timedelta(days=1), **made
    )
    topic = Topic.objects.create(title=f"{word}停车", principle="hard", meeting=meeting, **made)
    activity = Activity.objects.create(
        kind=activity_kind,
        level="grid",
        title=f"{word}主题党日",
        place="活动室",
        starts_at=now + timedelta(days=1),
        ends_at=now + timedelta(days=1, hours=2),
        **made,
    )
    project = Project.objects.create(
        number=f"{word}项目〔2026〕1号", title=f"{word}疏通", type=project_type, resource=resource, unit=unit, **made
    )
    report_in = ReportIn.objects.create(
        number=f"{word}报到〔2026〕1号", member=member, reported_on=today, text=f"{word}电工", **here
    )
    return Party(
        organization=organization,
        post=PartyPost.objects.create(party=organization, title="secretary", name=f"{word}书记", since=today),
        profile=CommunityProfile.objects.create(brand=f"{word}品牌", **here),
        award=StarAward.objects.create(party=organization, star=star, year=today.year, result="recommended", at=now),
        member=member,
        second=second,
        link=HouseholdLink.objects.create(
            member=member, building=household.building, unit="1单元", room="101", since=today, **here
        ),
        report_in=report_in,
        evaluation=YearlyEvaluation.objects.create(
            report=report_in, year=today.year, grade="good", text=f"{word}积极", by=worker, at=now
        ),
        duty_post=duty_post,
        shift=DutyShift.objects.create(post=duty_post, on=today, member=member),
        call=MemberCall.objects.create(
            kind=task_kind, title=f"{word}排查", place="小区门口", starts_at=now + timedelta(hours=3), **made
        ),
        unit=unit,
        agreement=Agreement.objects.create(
            unit=unit, kind="co_building", title=f"{word}共建协议", signed_on=today, starts_on=today, **here
        ),
        alliance=alliance,
        alliance_member=AllianceMember.objects.create(alliance=alliance, unit=unit, since=today),
        seat=CommitteeSeat.objects.create(party=organization, unit=unit, holder=f"{word}委员", since=today),
        claim=StarClaim.objects.create(
            unit=unit, star=star, year=today.year, pledge=f"{word}十场义诊", due_on=today, **made
        ),
        list_call=list_call,
        need=need,
        resource=resource,
        project=project,
        project_step=ProjectStep.objects.create(project=project, position=1, text="踏勘"),
        order=ServiceOrder.objects.create(
            number=f"{word}服务〔2026〕1号", kind=kind, text=f"{word}代买药", name="占阿姨", phone="13312345678", **made
        ),
        service_claim=ServiceClaim.objects.create(member=member, kind=kind, since=today, **here),
        forum=forum,
        meeting=meeting,
        topic=topic,
        resolution=Resolution.objects.create(
            topic=topic,
            text=f"{word}划线",
            owner="社区",
            due_on=today,
            decided_at=now,
            by=worker,
            **here,
        ),
        opinion=DeputyOpinion.objects.create(body="congress", deputy_name=f"{word}代表", text=f"{word}装灯", **made),
        series=ActivitySeries.objects.create(name=f"{word}邻居节", **here),
        activity=activity,
        story=Story.objects.create(activity=activity, title=f"{word}好邻居", about="占阿姨", text="故事", **made),
        file=attach([Upload(f"{word}方案.pdf", PDF, b"%PDF-1.7", "0" * 64)], owner=project, actor=worker, now=now)[0],
    )
