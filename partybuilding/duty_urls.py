"""Addresses of members' duty, their own page, and service orders."""

from typing import Final

from django.urls import URLPattern, path

from accounts import converters  # noqa: F401  (registers `ascii_int`)
from partybuilding.views import calls, claims, duty, mine, orders

DUTY: Final[list[URLPattern]] = [
    path("party/duty/", duty.duty, name="duty"),
    path("party/duty/excel/", duty.duty_excel, name="duty_excel"),
    path("party/duty/open/", duty.duty_open, name="duty_open"),
    path("party/duty/attendance/", duty.duty_attendance, name="duty_attendance"),
    path("party/duty/posts/", duty.duty_posts, name="duty_posts"),
    path("party/duty/posts/new/", duty.duty_post_new, name="duty_post_new"),
    path("party/duty/posts/<ascii_int:pk>/edit/", duty.duty_post_edit, name="duty_post_edit"),
    path("party/duty/posts/<ascii_int:pk>/shift/", duty.shift_new, name="shift_new"),
    path("party/duty/shifts/<ascii_int:pk>/", duty.shift, name="shift"),
    path("party/duty/shifts/<ascii_int:pk>/swap/", duty.shift_swap, name="shift_swap"),
    path("party/duty/shifts/<ascii_int:pk>/<slug:name>/", duty.shift_step, name="shift_step"),
    path("party/member-calls/", calls.call_list, name="member_calls"),
    path("party/member-calls/new/", calls.call_new, name="member_call_new"),
    path("party/member-calls/<ascii_int:pk>/", calls.call, name="member_call"),
    path("party/member-calls/<ascii_int:pk>/put-down/", calls.call_put_down, name="member_call_put_down"),
    path("party/member-calls/<ascii_int:pk>/note/", calls.call_note, name="member_call_note"),
    path("party/member-calls/<ascii_int:pk>/<slug:name>/", calls.call_step, name="member_call_step"),
    path("party/me/", mine.me, name="me"),
    path("party/me/claims/", mine.my_claims, name="my_claims"),
    path("party/me/shifts/<ascii_int:pk>/", mine.my_shift, name="my_shift"),
    path("party/me/calls/<ascii_int:pk>/", mine.my_call, name="my_call"),
    path("party/me/orders/<ascii_int:pk>/", mine.my_order, name="my_order"),
    path("party/me/households/<ascii_int:pk>/contact/", mine.my_contact, name="my_contact"),
]

ORDERS: Final[list[URLPattern]] = [
    path("party/orders/", orders.order_list, name="orders"),
    path("party/orders/excel/", orders.order_excel, name="orders_excel"),
    path("party/orders/new/", orders.order_new, name="order_new"),
    path("party/orders/<ascii_int:pk>/", orders.order, name="order"),
    path("party/orders/<ascii_int:pk>/contact/", orders.order_contact, name="order_contact"),
    path("party/orders/<ascii_int:pk>/<slug:name>/", orders.order_step, name="order_step"),
    path("party/service-claims/", claims.claim_list, name="service_claims"),
    path("party/service-claims/new/", claims.claim_new, name="service_claim_new"),
    path("party/service-claims/<ascii_int:pk>/release/", claims.claim_release, name="service_claim_release"),
]
