"""Pages of `incidents`."""

from django.urls import URLPattern, URLResolver, path

from accounts import converters  # noqa: F401  (registers `number`)
from incidents.views import callbacks, cases, desk, disputes, field, intake, maps, moves, overview, photos, whistles

app_name = "incidents"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", overview.overview, name="overview"),
    path("desk/", desk.desk, name="desk"),
    path("desk/queue/", desk.queue, name="desk_queue"),
    path("desk/bulk/", desk.bulk, name="desk_bulk"),
    path("desk/new/", intake.intake_desk, name="intake_desk"),
    path("incidents/", cases.incident_list, name="list"),
    path("incidents/export/", cases.export, name="export"),
    path("incidents/layer/", maps.layer, name="layer"),
    path("incidents/loads/", maps.loads, name="loads"),
    path("incidents/<number:number>/", cases.detail, name="detail"),
    path("incidents/<number:number>/sent/", intake.sent, name="sent"),
    path("incidents/<number:number>/contact/", cases.contact, name="contact"),
    path("incidents/<number:number>/moves/<slug:name>/", moves.move, name="move"),
    path("incidents/<number:number>/photos/", cases.photos, name="add_photos"),
    path("disputes/", disputes.dispute_list, name="disputes"),
    path("disputes/board/", disputes.dispute_board, name="dispute_board"),
    path("disputes/new/", disputes.dispute_new, name="dispute_new"),
    path("disputes/<slug:number>/", disputes.dispute, name="dispute"),
    path("disputes/<slug:number>/parties/", disputes.dispute_parties, name="dispute_parties"),
    path("disputes/<slug:number>/steps/<slug:name>/", disputes.dispute_move, name="dispute_move"),
    path("call-backs/", callbacks.call_back_list, name="call_backs"),
    path("call-backs/rates/", callbacks.call_back_rates, name="call_back_rates"),
    path("call-backs/samples/", callbacks.call_back_samples, name="call_back_samples"),
    path("call-backs/<ascii_int:pk>/", callbacks.call_back, name="call_back"),
    path("call-backs/<ascii_int:pk>/exclude/", callbacks.call_back_exclude, name="call_back_exclude"),
    path("photos/<uuid:public_id>/", photos.photo, name="photo"),
    path("report/", intake.report, name="report"),
    path("report/place/", intake.place, name="place"),
    path("tasks/", field.tasks, name="tasks"),
    path("whistles/", whistles.whistle_list, name="whistles"),
    path("whistles/new/", whistles.whistle_new, name="whistle_new"),
    path("whistles/units/", whistles.whistle_units, name="whistle_units"),
    path("whistles/<slug:number>/", whistles.whistle_detail, name="whistle"),
    path("whistles/<slug:number>/moves/<slug:name>/", whistles.whistle_move, name="whistle_move"),
    path("m/", field.phone_home, name="phone_home"),
]
