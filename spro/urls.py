"""Every address of the portal: each room says its own, the roof says the rest."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("members.urls")),
    path("", include("territories.urls")),
    path("admin/", admin.site.urls),
    path("comptes/", include("accounts.urls")),
]
