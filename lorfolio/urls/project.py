from __future__ import annotations

from django.urls import URLPattern, path

from lorfolio.views import project, steps, suggestions

urlpatterns: list[URLPattern] = [
    path("lorfolio/competences/suggestions.json", suggestions.skills, name="lorfolio_skill_suggestions"),
    path("lorfolio/projet/metiers.json", suggestions.jobs, name="lorfolio_job_suggestions"),
    path("lorfolio/projet/lieux.json", suggestions.places, name="lorfolio_place_suggestions"),
    path("lorfolio/projet/", project.project, name="lorfolio_project"),
    path("lorfolio/projet/metier/ajouter/", project.add_target, name="lorfolio_target_add"),
    path("lorfolio/projet/metier/<uuid:key>/", project.target, name="lorfolio_target"),
    path("lorfolio/projet/metier/<uuid:key>/acte/", project.act_on_target, name="lorfolio_target_act"),
    path("lorfolio/projet/metier/<uuid:key>/objectif/", project.add_goal, name="lorfolio_goal_add"),
    path("lorfolio/projet/etapes/ajouter/", steps.add, name="lorfolio_step_add"),
    path("lorfolio/projet/etapes/<uuid:key>/", steps.step, name="lorfolio_step"),
    path("lorfolio/projet/etapes/<uuid:key>/fait/", steps.mark, name="lorfolio_step_mark"),
    path("lorfolio/projet/etapes/<uuid:key>/supprimer/", steps.forget, name="lorfolio_step_forget"),
]
