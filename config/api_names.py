"""Names of the choices in the API's schema: without them two fields called `state` would get numbers for names."""

from typing import Final

ENUMS: Final = {
    "AccountKindEnum": "accounts.models.User.Kind",
    "IncidentStateEnum": "incidents.states.State",
    "GridKindEnum": "grid.models.Grid.Kind",
    "GridTaskStateEnum": "incidents.models.gridtask.GridTask.State",
    "GridTaskShareStateEnum": "incidents.models.gridtask.GridTaskPart.State",
    "OrganizationKindEnum": "grid.models.Organization.Kind",
    "ReportKindEnum": "reports.models.Report.Kind",
    "ReportStatusEnum": "reports.models.ReportPaper.Status",
    "MeetingKindEnum": "reports.models.Meeting.Kind",
    "CategoryKindEnum": "incidents.models.category.Category.Kind",
    "EventKindEnum": "incidents.models.event.IncidentEvent.Kind",
    "DisputeKindEnum": "incidents.models.mediation.Dispute.Kind",
    "DisputeStateEnum": "incidents.models.mediation.Dispute.State",
    "DisputeSourceEnum": "incidents.models.mediation.Dispute.Source",
    "DisputeEventKindEnum": "incidents.models.mediation.DisputeEvent.Kind",
    "JointActionStateEnum": "incidents.models.action.JointAction.State",
    "PartyKindEnum": "incidents.models.mediation.DisputeParty.Kind",
    "IncidentSourceEnum": "incidents.models.incident.Source",
    "GridLevelEnum": "grid.models.Grid.Level",
    "SupervisionKindEnum": "incidents.models.supervision.Supervision.Kind",
    "SupervisionStateEnum": "incidents.models.supervision.Supervision.State",
    "SupervisionTriggerEnum": "incidents.models.supervision.Trigger",
    "ApplicationKindEnum": "incidents.models.application.Application.Kind",
    "ApplicationStatusEnum": "incidents.models.application.Application.Status",
    "TimeUnitEnum": "incidents.worktime.TimeUnit",
    "WhistleStateEnum": "incidents.models.whistle.Whistle.State",
    "WhistleLevelEnum": "incidents.models.whistle.WhistleLevel.Colour",
    "WhistleRankEnum": "incidents.models.whistle.WhistleLevel.Rank",
}
