from django.urls import path

from members.views import (
    charter,
    networks,
    organisations,
    pro_charter,
    pro_invitation,
    pro_organisation,
    pro_people,
)

_HERE = "pro/organisme/<slug:slug>/"

urlpatterns = [
    path("reseaux/", networks.networks, name="networks"),
    path("reseaux/<slug:slug>/", networks.network, name="network"),
    path("organismes/", organisations.organisations, name="organisations"),
    path("organismes/<slug:slug>/", organisations.organisation, name="organisation"),
    path("charte/", charter.charter, name="charter"),
    path("charte/criteres/", charter.criteria, name="charter_criteria"),
    # The espace pro
    path("pro/invitation/<str:secret>/", pro_invitation.invitation, name="pro_invitation"),
    path("pro/invitations/<int:pk>/", pro_invitation.mine, name="pro_invitation_mine"),
    path("pro/organisme/", pro_organisation.organisations, name="pro_organisations"),
    path(_HERE, pro_organisation.overview, name="pro_organisation"),
    path(f"{_HERE}fiche/", pro_organisation.edit, name="pro_sheet"),
    path(f"{_HERE}fiche/confirmer/", pro_organisation.confirm, name="pro_sheet_confirm"),
    path(f"{_HERE}historique/", pro_organisation.changes, name="pro_history"),
    path(f"{_HERE}equipe/", pro_people.people, name="pro_people"),
    path(f"{_HERE}equipe/inviter/", pro_people.invite, name="pro_invite"),
    path(f"{_HERE}equipe/invitations/<int:pk>/renvoyer/", pro_people.resend, name="pro_invitation_resend"),
    path(f"{_HERE}equipe/invitations/<int:pk>/annuler/", pro_people.revoke, name="pro_invitation_revoke"),
    path(f"{_HERE}equipe/<int:pk>/role/", pro_people.role, name="pro_role"),
    path(f"{_HERE}equipe/<int:pk>/fin/", pro_people.end, name="pro_end"),
    path(f"{_HERE}equipe/quitter/", pro_people.leave, name="pro_leave"),
    path(f"{_HERE}equipe/passer-la-main/", pro_people.transfer, name="pro_hand_over"),
    path(f"{_HERE}charte/", pro_charter.charter, name="pro_charter"),
    path(f"{_HERE}charte/<slug:version>/", pro_charter.version, name="pro_charter_version"),
    path(f"{_HERE}charte/<slug:version>/attestation/", pro_charter.attestation, name="pro_attestation"),
]
