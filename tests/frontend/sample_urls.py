"""Addresses of the sample pages, beside all the real ones."""

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template import engines
from django.urls import path

from accounts.rules import public
from config.urls import urlpatterns as real

RECEIVED: list[dict[str, object]] = []

PAGE = """{% extends "plain.html" %}{% load ui static %}
{% block styles %}{% include "parts/map_assets.html" %}
<script src="{% static 'js/photos.js' %}" defer></script>{% endblock %}
{% block content %}{% if request.GET.done %}<span data-draft-done="sample"></span>{% endif %}
<form method="post" enctype="multipart/form-data" data-draft="sample">{% csrf_token %}
{% include "parts/photo_input.html" with field=form.photos max=2 %}
{% include "parts/place_input.html" with lon=form.lon lat=form.lat %}
{% field form.text %}{{ form.draft_id }}
<button class="btn btn-primary" id="send">上报</button>
<button class="btn" id="drop" name="drop" value="1" data-confirm="确定删除？">删除</button></form>{% endblock %}"""

LONG = """{% extends "phone.html" %}
{% block tabs %}<nav class="tabs"><a class="tab" href="/long">首页</a></nav>{% endblock %}
{% block content %}<form>{% for n in "0123456789012345678901234567890123456789" %}<p>{{ n }}</p>{% endfor %}
<p id="last">最后一项</p><div class="phone-bar"><button class="btn">上报</button></div></form>{% endblock %}"""


class SampleForm(forms.Form):
    text = forms.CharField(label="情况", widget=forms.Textarea, required=False)
    photos = forms.FileField(label="照片", required=False)
    lon = forms.FloatField(required=False, widget=forms.HiddenInput)
    lat = forms.FloatField(required=False, widget=forms.HiddenInput)
    draft_id = forms.UUIDField(required=False, widget=forms.HiddenInput(attrs={"data-draft-id": ""}))


@public
def sample(request: HttpRequest) -> HttpResponse:
    """Keep what was sent, or show the form."""
    if request.method == "POST":
        RECEIVED.append({**request.POST.dict(), "sizes": [file.size for file in request.FILES.getlist("photos")]})
        return HttpResponseRedirect("/sample?done=1")
    return HttpResponse(engines["django"].from_string(PAGE).render({"form": SampleForm()}, request))


@public
def long(request: HttpRequest) -> HttpResponse:
    """A phone page longer than the window, with its bar."""
    return HttpResponse(engines["django"].from_string(LONG).render({}, request))


urlpatterns = [*real, path("sample", sample), path("long", long)]
