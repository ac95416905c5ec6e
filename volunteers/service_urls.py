"""Addresses of services, shifts, hours and certificates."""

from django.urls import URLPattern, path

from accounts import converters  # noqa: F401  (registers `ascii_int`)
from volunteers.views import certificates, hours, services, shifts, verification

SERVICES: list[URLPattern] = [
    path("volunteers/services/", services.service_list, name="services"),
    path("volunteers/services/excel/", services.service_list_excel, name="services_excel"),
    path("volunteers/services/calendar/", services.service_calendar, name="service_calendar"),
    path("volunteers/services/new/", services.service_new, name="service_new"),
    path("volunteers/services/<ascii_int:pk>/", services.service_detail, name="service"),
    path("volunteers/services/<ascii_int:pk>/edit/", services.service_edit, name="service_edit"),
    path("volunteers/services/<ascii_int:pk>/shifts/", services.shifts_new, name="shifts_new"),
    path("volunteers/services/<ascii_int:pk>/end/", services.service_end, name="service_end"),
    path("volunteers/services/<ascii_int:pk>/call-off/", services.service_call_off, name="service_call_off"),
    path("volunteers/shifts/<ascii_int:pk>/", shifts.shift_people, name="shift"),
    path("volunteers/shifts/<ascii_int:pk>/edit/", shifts.shift_edit, name="shift_edit"),
    path("volunteers/shifts/<ascii_int:pk>/drop/", shifts.shift_drop, name="shift_drop"),
    path("volunteers/shifts/<ascii_int:pk>/sign-up/", shifts.sign_up, name="shift_sign_up"),
    path("volunteers/shifts/<ascii_int:pk>/put-down/", shifts.put_down, name="shift_put_down"),
    path("volunteers/shifts/<ascii_int:pk>/excel/", shifts.shift_excel, name="shift_excel"),
    path("volunteers/sign-ups/<ascii_int:pk>/withdraw/", shifts.withdraw, name="sign_up_withdraw"),
    path("volunteers/sign-ups/<ascii_int:pk>/check-in/", shifts.check_in, name="sign_up_check_in"),
    path("volunteers/sign-ups/<ascii_int:pk>/check-out/", shifts.check_out, name="sign_up_check_out"),
    path("volunteers/sign-ups/<ascii_int:pk>/confirm/", shifts.confirm, name="sign_up_confirm"),
    path("volunteers/sign-ups/<ascii_int:pk>/deny/", shifts.deny, name="sign_up_deny"),
    path("volunteers/hours/", hours.hour_list, name="hours"),
    path("volunteers/hours/excel/", hours.hour_list_excel, name="hours_excel"),
    path("volunteers/hours/<ascii_int:pk>/correct/", hours.hour_correct, name="hour_correct"),
    path("volunteers/<ascii_int:pk>/hours/", hours.volunteer_hours, name="volunteer_hours"),
    path("volunteers/<ascii_int:pk>/hours/take-over/", hours.hours_take_over, name="hours_take_over"),
    path("volunteers/<ascii_int:pk>/certificate/", certificates.certificate_new, name="certificate_new"),
    path("volunteers/certificates/", certificates.certificate_list, name="certificates"),
    path("volunteers/certificates/excel/", certificates.certificate_list_excel, name="certificates_excel"),
    path("volunteers/certificates/publicity/", certificates.publicity, name="publicity"),
    path("volunteers/certificates/<ascii_int:pk>/", certificates.certificate_detail, name="certificate"),
    path("volunteers/certificates/<ascii_int:pk>/print/", certificates.certificate_print, name="certificate_print"),
    path("volunteers/certificates/<ascii_int:pk>/object/", certificates.certificate_object, name="certificate_object"),
    path("volunteers/certificates/<ascii_int:pk>/<slug:name>/", certificates.certificate_step, name="certificate_step"),
    path("verify/", verification.verify_form, name="verify_form"),
    path("verify/<str:code>/", verification.verify, name="verify"),
]
