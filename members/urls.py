from django.urls import path

from members.views import charter, networks, organisations

urlpatterns = [
    path("reseaux/", networks.networks, name="networks"),
    path("reseaux/<slug:slug>/", networks.network, name="network"),
    path("organismes/", organisations.organisations, name="organisations"),
    path("organismes/<slug:slug>/", organisations.organisation, name="organisation"),
    path("charte/", charter.charter, name="charter"),
    path("charte/criteres/", charter.criteria, name="charter_criteria"),
]
