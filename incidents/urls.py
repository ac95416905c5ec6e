"""Pages of `incidents`."""

from django.urls import URLPattern, URLResolver, path

from accounts import converters  # noqa: F401  (registers `number`)
from incidents.views import cases, desk, field, intake, maps, moves, overview, photos

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
    path("photos/<uuid:public_id>/", photos.photo, name="photo"),
    path("report/", intake.report, name="report"),
    path("report/place/", intake.place, name="place"),
    path("tasks/", field.tasks, name="tasks"),
    path("m/", field.phone_home, name="phone_home"),
]
