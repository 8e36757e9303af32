from __future__ import annotations

from django.urls import URLPattern, path

from lorfolio.views import attest, guide, proofs, skills
from lorfolio.views import path as lived

_GUIDE = "lorfolio/parcours/<uuid:key>/questions/"
_PROOFS = "lorfolio/preuves/<slug:of>/<uuid:key>/"

urlpatterns: list[URLPattern] = [
    path("lorfolio/parcours/", lived.line, name="lorfolio_path"),
    path("lorfolio/parcours/ajouter/", lived.add, name="lorfolio_experience_add"),
    path("lorfolio/parcours/ajouter/<slug:kind>/", lived.add, name="lorfolio_experience_add_kind"),
    path("lorfolio/parcours/langues/ajouter/", lived.language, name="lorfolio_language_add"),
    path("lorfolio/parcours/langues/<uuid:key>/", lived.language, name="lorfolio_language"),
    path("lorfolio/parcours/langues/<uuid:key>/supprimer/", lived.remove_language, name="lorfolio_language_remove"),
    path("lorfolio/parcours/plus/ajouter/", lived.add_extra, name="lorfolio_extra_add"),
    path("lorfolio/parcours/plus/<uuid:key>/", lived.extra, name="lorfolio_extra"),
    path("lorfolio/parcours/plus/<uuid:key>/supprimer/", lived.remove_extra, name="lorfolio_extra_remove"),
    path("lorfolio/parcours/<uuid:key>/", lived.one, name="lorfolio_experience"),
    path("lorfolio/parcours/<uuid:key>/modifier/", lived.edit, name="lorfolio_experience_edit"),
    path("lorfolio/parcours/<uuid:key>/supprimer/", lived.remove, name="lorfolio_experience_remove"),
    path(_GUIDE, guide.day, name="lorfolio_guide"),
    path(f"{_GUIDE}mots/", guide.words, name="lorfolio_guide_words"),
    path(f"{_GUIDE}domaines/", guide.domains, name="lorfolio_guide_groups"),
    path(f"{_GUIDE}domaines/<slug:group>/<int:part>/", guide.ask, name="lorfolio_guide_ask"),
    path(f"{_GUIDE}a-moi/", guide.own, name="lorfolio_guide_own"),
    path(f"{_GUIDE}niveau/", guide.levels, name="lorfolio_guide_levels"),
    path("lorfolio/competences/", skills.held, name="lorfolio_skills"),
    path("lorfolio/competences/ajouter/", skills.add, name="lorfolio_skill_add"),
    path("lorfolio/competences/reunir/", skills.merge, name="lorfolio_skills_merge"),
    path("lorfolio/competences/parcourir/", skills.browse, name="lorfolio_skills_browse"),
    path("lorfolio/competences/parcourir/<slug:group>/<int:part>/", skills.browse, name="lorfolio_skills_group"),
    path("lorfolio/competences/<uuid:key>/", skills.one, name="lorfolio_skill"),
    path("lorfolio/competences/<uuid:key>/supprimer/", skills.remove, name="lorfolio_skill_remove"),
    path(_PROOFS, proofs.choose, name="lorfolio_proof_choose"),
    path(f"{_PROOFS}document/", proofs.file, name="lorfolio_proof_file"),
    path(f"{_PROOFS}lien/", proofs.link, name="lorfolio_proof_link"),
    path(f"{_PROOFS}badge/", proofs.badge, name="lorfolio_proof_badge"),
    path(f"{_PROOFS}attestation/", proofs.attestation, name="lorfolio_proof_ask"),
    path("lorfolio/preuves/<uuid:key>/retirer/", proofs.take_off, name="lorfolio_proof_remove"),
    path("lorfolio/attestation/<str:token>/", attest.attest, name="lorfolio_attest"),
]
