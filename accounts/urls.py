"""`/comptes/`: allauth's names under French addresses."""

from allauth.account import views as allauth_views
from django.urls import URLPattern, path, re_path
from django.views.decorators.cache import never_cache

from accounts import views

urlpatterns: list[URLPattern] = [
    path("", views.home, name="account_home"),
    path("nom/", views.name, name="account_name"),
    path("connexion/", views.login, name="account_login"),
    path("deconnexion/", allauth_views.logout, name="account_logout"),
    path("ferme/", views.inactive, name="account_inactive"),
    path("inscription/", views.signup, name="account_signup"),
    path("confirmer-identite/", allauth_views.reauthenticate, name="account_reauthenticate"),
    path("adresse/", views.email, name="account_email"),
    path("adresse/message-envoye/", allauth_views.email_verification_sent, name="account_email_verification_sent"),
    re_path(r"^adresse/confirmer/(?P<key>[-:\w]+)/$", views.ConfirmEmailView.as_view(), name="account_confirm_email"),
    path("mot-de-passe/", views.password_change, name="account_change_password"),
    path("mot-de-passe/choisir/", views.password_set, name="account_set_password"),
    path("mot-de-passe/oubli/", views.password_reset, name="account_reset_password"),
    path("mot-de-passe/oubli/message-envoye/", allauth_views.password_reset_done, name="account_reset_password_done"),
    path(
        "mot-de-passe/oubli/termine/",
        allauth_views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^mot-de-passe/oubli/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
]

# What stands under /comptes/ is of one person: no cache keeps any of it.
for _pattern in urlpatterns:
    _pattern.callback = never_cache(_pattern.callback)
