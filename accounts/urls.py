"""`/comptes/`: allauth's names under French addresses."""

from allauth.account import views as allauth_views
from django.urls import URLPattern, path, re_path
from django.views.decorators.cache import never_cache

from accounts.views import conduct, erasing, factors, own, providers, sessions

urlpatterns: list[URLPattern] = [
    path("", own.home, name="account_home"),
    path("code-de-conduite/", conduct.conduct, name="account_conduct"),
    path("nom/", own.name, name="account_name"),
    path("connexion/", own.login, name="account_login"),
    path("deconnexion/", providers.logout, name="account_logout"),
    path("ferme/", own.inactive, name="account_inactive"),
    path("inscription/", own.signup, name="account_signup"),
    path("confirmer-identite/", allauth_views.reauthenticate, name="account_reauthenticate"),
    path("adresse/", own.email, name="account_email"),
    path("adresse/message-envoye/", allauth_views.email_verification_sent, name="account_email_verification_sent"),
    re_path(r"^adresse/confirmer/(?P<key>[-:\w]+)/$", own.ConfirmEmailView.as_view(), name="account_confirm_email"),
    path("mot-de-passe/", own.password_change, name="account_change_password"),
    path("mot-de-passe/choisir/", own.password_set, name="account_set_password"),
    path("mot-de-passe/oubli/", own.password_reset, name="account_reset_password"),
    path("mot-de-passe/oubli/message-envoye/", allauth_views.password_reset_done, name="account_reset_password_done"),
    path(
        "mot-de-passe/oubli/termine/",
        allauth_views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^mot-de-passe/oubli/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        own.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
]
urlpatterns += [
    path("supprimer/", erasing.erase, name="account_delete"),
    path("supprimer/recu/", erasing.erased, name="account_erased"),
    path("supprimer/recu.txt", erasing.receipt_file, name="account_erased_file"),
]
urlpatterns.append(path("sessions/", sessions.sessions, name="usersessions_list"))
_DOORS = "fournisseurs/"
urlpatterns += [
    path(_DOORS, providers.connections, name="socialaccount_connections"),
    path(f"{_DOORS}renonce/", providers.cancelled, name="socialaccount_login_cancelled"),
    path(f"{_DOORS}confirmer/", providers.again, name="account_reauthenticate_provider"),
]
for _door in ("proconnect", "franceconnect"):
    urlpatterns += [
        path(f"{_DOORS}{_door}/", providers.enter, {"provider": _door}, name=f"{_door}_login"),
        path(f"{_DOORS}{_door}/retour/", providers.callback, {"provider": _door}, name=f"{_door}_callback"),
    ]

_FACTORS = "double-verification/"
urlpatterns += [
    path(_FACTORS, factors.index, name="mfa_index"),
    path(f"{_FACTORS}code/", factors.authenticate, name="mfa_authenticate"),
    path(f"{_FACTORS}confirmer/", factors.reauthenticate, name="mfa_reauthenticate"),
    path(f"{_FACTORS}application/activer/", factors.activate_totp, name="mfa_activate_totp"),
    path(f"{_FACTORS}application/retirer/", factors.deactivate_totp, name="mfa_deactivate_totp"),
    path(f"{_FACTORS}codes-de-secours/", factors.recovery_codes, name="mfa_view_recovery_codes"),
    path(f"{_FACTORS}codes-de-secours/telecharger/", factors.download_codes, name="mfa_download_recovery_codes"),
    path(f"{_FACTORS}codes-de-secours/renouveler/", factors.renew_codes, name="mfa_generate_recovery_codes"),
    path(f"{_FACTORS}cles/", factors.index, name="mfa_list_webauthn"),
    path(f"{_FACTORS}cles/ajouter/", factors.add_key, name="mfa_add_webauthn"),
    path(f"{_FACTORS}cles/confirmer/", factors.reauthenticate_key, name="mfa_reauthenticate_webauthn"),
    path(f"{_FACTORS}cles/<int:pk>/retirer/", factors.remove_key, name="mfa_remove_webauthn"),
    path(f"{_FACTORS}cles/<int:pk>/renommer/", factors.edit_key, name="mfa_edit_webauthn"),
    path("connexion/cle/", factors.login_key, name="mfa_login_webauthn"),
    path("connexion/cle/question/", factors.passkey_question, name="mfa_passkey_question"),
]

# What stands under /comptes/ is of one person: no cache keeps any of it.
for _pattern in urlpatterns:
    _pattern.callback = never_cache(_pattern.callback)
