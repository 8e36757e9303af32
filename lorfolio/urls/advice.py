from __future__ import annotations

from django.urls import URLPattern, path

from lorfolio.views import advice, pro_advice

urlpatterns: list[URLPattern] = [
    path("lorfolio/conseil/", advice.advices, name="lorfolio_advice"),
    path("lorfolio/conseil/inviter/", advice.invite, name="lorfolio_advice_invite"),
    path("lorfolio/conseil/<uuid:key>/", advice.one, name="lorfolio_advice_one"),
    path("lorfolio/conseil/<uuid:key>/choix/", advice.choices, name="lorfolio_advice_choices"),
    path("lorfolio/conseil/<uuid:key>/retirer/", advice.revoke, name="lorfolio_advice_revoke"),
    path("lorfolio/conseil/<uuid:key>/effacer/", advice.forget, name="lorfolio_advice_forget"),
    path("pro/lorfolio/", pro_advice.advised, name="pro_lorfolio"),
    path("pro/lorfolio/<uuid:key>/", pro_advice.one, name="pro_lorfolio_one"),
    path("pro/lorfolio/<uuid:key>/cv/<uuid:cv>.pdf", pro_advice.cv, name="pro_lorfolio_cv"),
    path("pro/lorfolio/<str:token>/", pro_advice.invitation, name="pro_lorfolio_invitation"),
]
