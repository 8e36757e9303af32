"""The addresses of the room: each part has its module."""

from django.urls import include, path

urlpatterns = [
    path("", include("recognition.urls.candidature")),
    path("", include("recognition.urls.recognitions")),
    path("", include("recognition.urls.calendars")),
]
