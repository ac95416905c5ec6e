"""Pages of `fieldwork`."""

from django.urls import URLPattern, URLResolver

app_name = "fieldwork"

urlpatterns: list[URLPattern | URLResolver] = [
    # notes, photos, home
    # patrols, policies
    # log book, badges
    # households
    # visits, plans, door-knock actions
    # care, colours, promises
    # inspections, notices
    # training
    # without a network
]
