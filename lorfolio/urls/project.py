from __future__ import annotations

from django.urls import URLPattern, path

from lorfolio.views import suggestions

urlpatterns: list[URLPattern] = [
    path("lorfolio/competences/suggestions.json", suggestions.skills, name="lorfolio_skill_suggestions"),
    path("lorfolio/projet/metiers.json", suggestions.jobs, name="lorfolio_job_suggestions"),
]
