"""Addresses of micro-projects, service points, the ten-minute circle and the ledger of practical matters."""

from typing import Final

from django.urls import URLPattern, path

from accounts import converters  # noqa: F401  (registers `ascii_int`)
from volunteers.views import circle, micro, micro_calls, micro_review, service_points

MICRO: Final[list[URLPattern]] = [
    path("volunteers/micro/", micro_calls.call_list, name="micro_calls"),
    path("volunteers/micro/calls/new/", micro_calls.call_new, name="micro_call_new"),
    path("volunteers/micro/calls/<ascii_int:pk>/", micro_calls.call_detail, name="micro_call"),
    path("volunteers/micro/calls/<ascii_int:pk>/edit/", micro_calls.call_edit, name="micro_call_edit"),
    path("volunteers/micro/calls/<ascii_int:pk>/excel/", micro_calls.call_excel, name="micro_call_excel"),
    path("volunteers/micro/calls/<ascii_int:pk>/print/", micro_calls.call_print, name="micro_call_print"),
    path("volunteers/micro/calls/<ascii_int:pk>/bid/", micro_calls.bid, name="micro_bid"),
    path("volunteers/micro/projects/", micro.project_list, name="micro_projects"),
    path("volunteers/micro/projects/excel/", micro.project_excel, name="micro_projects_excel"),
    path("volunteers/micro/projects/<ascii_int:pk>/", micro.project, name="micro_project"),
    path("volunteers/micro/projects/<ascii_int:pk>/print/", micro.project_print, name="micro_print"),
    path("volunteers/micro/projects/<ascii_int:pk>/coach/", micro.project_coach, name="micro_coach"),
    path("volunteers/micro/projects/<ascii_int:pk>/rework/", micro.project_rework, name="micro_rework"),
    path("volunteers/micro/projects/<ascii_int:pk>/replan/", micro.project_replan, name="micro_replan"),
    path("volunteers/micro/projects/<ascii_int:pk>/spend/", micro.project_spend, name="micro_spend"),
    path("volunteers/micro/projects/<ascii_int:pk>/milestones/", micro.milestone_reach, name="micro_reach"),
    path("volunteers/micro/projects/<ascii_int:pk>/invite/", micro_review.invite, name="micro_invite"),
    path("volunteers/micro/projects/<ascii_int:pk>/review/", micro_review.review, name="micro_review"),
    path("volunteers/micro/projects/<ascii_int:pk>/declare/", micro_review.declare, name="micro_declare"),
    path("volunteers/micro/projects/<ascii_int:pk>/step/<slug:name>/", micro.project_step, name="micro_step"),
    path("volunteers/micro/reviews/", micro_review.my_reviews, name="micro_reviews"),
]

SERVICE_POINTS: Final[list[URLPattern]] = [
    path("volunteers/points-of-service/", service_points.point_list, name="service_points"),
    path("volunteers/points-of-service/excel/", service_points.points_excel, name="service_points_excel"),
    path("volunteers/points-of-service/layer/", service_points.points_layer, name="points_layer"),
    path("volunteers/points-of-service/board/", service_points.opening_board, name="opening_board"),
    path("volunteers/points-of-service/near/", service_points.points_near, name="points_near"),
    path("volunteers/points-of-service/new/", service_points.point_new, name="service_point_new"),
    path("volunteers/points-of-service/<ascii_int:pk>/", service_points.point_detail, name="service_point"),
    path("volunteers/points-of-service/<ascii_int:pk>/edit/", service_points.point_edit, name="service_point_edit"),
    path("volunteers/points-of-service/<ascii_int:pk>/use/", service_points.point_use, name="service_point_use"),
    path("volunteers/points-of-service/<ascii_int:pk>/board/", service_points.point_board, name="service_point_board"),
    path("volunteers/circle/", circle.coverage, name="circle"),
    path("volunteers/circle/excel/", circle.coverage_excel, name="circle_excel"),
    path("volunteers/circle/layer/", circle.circle_layer, name="circle_layer"),
    path("volunteers/matters/", circle.matter_list, name="matters"),
    path("volunteers/matters/excel/", circle.matter_excel, name="matters_excel"),
]
