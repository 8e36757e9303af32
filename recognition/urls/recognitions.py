"""Who is recognised, open to everyone; the target of the code of a certificate."""

from __future__ import annotations

from django.urls import path

from recognition.views import public

urlpatterns = [
    path("reconnaissances/", public.recognitions, name="recognitions"),
    path("reconnaissances/liste.csv", public.recognitions_csv, name="recognitions_csv"),
    path("reconnaissances/<uuid:key>/", public.recognition, name="recognition"),
]
