"""A small invented Region, « Val d’Essai », as a pack: two departments, three communes, five organisations."""

from __future__ import annotations

import json
from pathlib import Path

TOML = """
format = 1
[pack]
slug = "val-d-essai"
name = "Val d’Essai"
region_name = "Région Val d’Essai"
[charter]
version = "2020"
title = "Charte du Val d’Essai"
published_on = "2020-05-04"
wording = "publié en mai 2020, non confirmé"
[missions_locales]
parent = "les-missions"
[structures.cio]
"97" = "academie"
"98" = "academie"
[[plans]]
slug = "plan-2020"
name = "Plan 2020-2024"
starts_on = "2020-01-01"
ends_on = "2024-12-31"
[[values]]
slug = "gratuite"
title = "La gratuité"
text = "Rien à payer."
source = "Article 1"
"""

TABLES = {
    "departments": "code,name,prefecture_insee\n97,Amont,97001\n98,Aval,98001\n",
    "agencies": (
        "display_order,slug,name,towns,cto_installed_year,departments,departments_evidence\n"
        "1,amont,Amont,Haute-Rive,2019,97,l. 1\n2,aval,Aval,Basse-Rive,,98,l. 2\n"
    ),
    "basins": (
        "number,name,name_clean,departments,agency_slug,agency_source,note\n"
        "1,HAUTE RIVE,Haute-Rive,97,amont,charter,\n2,Basse-Rive,,98,aval,assumed,\n"
    ),
    "epci_basins": "epci,basin_number,agency_slug\n200000001,1,amont\n200000002,2,aval\n",
    "communes": (
        "insee,name,postal_codes,department,population,lat,lon,epci\n"
        "97001,Haute-Rive,97000 97100,97,12000,48.00000,5.00000,200000001\n"
        "97002,Mi-Côte,97200,97,300,48.10000,5.10000,200000001\n"
        "98001,Basse-Rive,98000,98,4500,48.50000,6.00000,200000002\n"
    ),
    "communes_former_codes": "former_insee,insee\n97009,97002\n",
    "networks": (
        "number,slug,name,name_published,kind,members,note\n"
        "1,ecole,École,ECOLE,education,Académie,\n2,missions,Missions locales,,emploi,,\n"
    ),
    "site_kinds": (
        "slug,label,blaze,network_slug,order\n"
        "cio,CIO,cio,ecole,10\nmission-locale,Mission locale,mission-locale,missions,20\nprison,Service,justice,,30\n"
    ),
    "guides": "target_kind,target,short,text,source\nnetwork,ecole,Parler études.,Les CIO reçoivent.,Art. 1\n",
    "offers": (
        "target_kind,target,receives_public,services,channels,publics,not_for\n"
        "site-kind,cio,yes,accueil | conseil,sur-place,lyceen,retraite\n"
        "site-kind,mission-locale,yes,accueil | cep,sur-place | telephone,*,\n"
        "site-kind,prison,no,,,,\n"
        "organisation,academie,no,,,professionnel,\n"
    ),
    "organisations": (
        "slug,name,name_published,network_slug,status,entry_kind,parent_slug,legal_representative,"
        "legal_representative_title,general_presentation,activities,fte,fte_note,website,place,signature_lines,note\n"
        "academie,Académie,ACADEMIE,ecole,signatory,sheet,rectorat,Ada EXEMPLE,Rectrice,,Écouter | Informer,2.5,,,"
        "Haute-Rive,12,\n"
        "rectorat,Rectorat,RECTORAT,ecole,signatory,signature,,,,,,,,,,11,\n"
        "les-missions,Les missions locales,,missions,signatory,sheet,,,,,,,,,,20-21,\n"
        "justice,Justice,,,associated_partner,sheet,,,,,,,,,,,\n"
    ),
    "current_names": "organisation_slug,current_name,source\nrectorat,Grand rectorat,Décret de 2021.\n",
    "missions_locales": (
        "slug,name,name_signature,president,president_title_published,towns,agency_slug,signature_lines,note\n"
        "ml-amont,Mission locale d’Amont,ML AMONT,Bob MODELE,président,Haute-Rive,amont,20,\n"
        "ml-aval,Mission locale d’Aval,ML AVAL,Eve FICTIVE,présidente,Basse-Rive,aval,21,\n"
    ),
    "commitments": (
        "engagement_number,axis_number,axis_title,order,party,text,source_line,note\n"
        "1,1,Un axe,1,signatories,Participer.,30,\n7,,Les outils,1,region,Fournir.,31,\n"
    ),
    "quality_criteria": (
        "order,article,key,title,text,kind,applies_to,checklist,source_line,note\n"
        "1,1.a,accueil,L’accueil,Accueillir.,service,candidate,un | deux,40,\n"
    ),
    "funding_criteria": "kind,order,key,title,text,source_line,note\nindicator,1,nombre,Indicateurs,Compter.,50,\n",
    "sites": (
        "slug,organisation_slug,kind,name,insee,placement,address_published,source,note\n"
        "cio-haute-rive,academie,cio,CIO de Haute-Rive,97001,town,,\"Annexe 2, l. 60\",\n"
        "ml-amont,ml-amont,mission-locale,Mission locale d’Amont,97001,town,,l. 61,\n"
        "ml-aval,ml-aval,mission-locale,Mission locale d’Aval,98001,territory,,l. 62,À confirmer\n"
        "prison-aval,justice,prison,Service d’Aval,98001,town,2 rue du Fleuve,l. 63,\n"
    ),
    "regional_referents": (
        "id,organisation_slug,role,name,function,place,source_line,note\n"
        "1,academie,referent_regional,Ada EXEMPLE,Conseillère,Haute-Rive,70,\n"
    ),
    "territorial_referents": (
        "id,organisation_slug,member_organisation_slug,structure_slug,agency_slug,town,area,name_published,last_name,"
        "first_name,function,source_line,note\n"
        "1,les-missions,,ml-amont,amont,Haute-Rive,,Bob MODELE,MODELE,Bob,Directeur,80,\n"
        "2,les-missions,,ml-aval,aval,Basse-Rive,,–,,,,81,Poste laissé vide\n"
    ),
    "routing": (
        "status,need,target_kind,target,rank,reason,source\n"
        "*,*,site-kind,cio,1,Le CIO accueille chacun.,l. 90\n"
        "lyceen,choisir-formation,network,ecole,1,Pour comparer les études.,l. 91\n"
        "salarie,*,organisation,ml-aval,2,Un conseil.,l. 92\n"
    ),
}  # fmt: skip


def contour(key: str, code: str | int) -> dict:
    ring = [[5.0, 48.0], [5.1, 48.0], [5.1, 48.1], [5.0, 48.0]]
    said = {key: code, "name": str(code), "label_lat": 48.05, "label_lon": 5.05}
    return {"type": "Feature", "properties": said, "geometry": {"type": "Polygon", "coordinates": [ring]}}


CONTOURS = {
    "departments": [contour("code", "97"), contour("code", "98")],
    "basins": [contour("number", 1), contour("number", 2)],
    "agencies": [contour("slug", "amont"), contour("slug", "aval")],
}

STRUCTURE_COLUMNS = (
    "id,type,name,address,postal_code,city,insee,department,lat,lon,phone,website,opening_hours,source_url,updated,"
    "quality_flags"
)


def write_pack(folder: Path, **tables: str) -> Path:
    """The pack in `folder`; `tables` replaces whole files by name (`toml` for pack.toml)."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pack.toml").write_text(tables.pop("toml", TOML))
    for name, text in (TABLES | tables).items():
        (folder / f"{name}.csv").write_text(text)
    (folder / "contours").mkdir(exist_ok=True)
    for name, features in CONTOURS.items():
        text = json.dumps({"type": "FeatureCollection", "features": features})
        (folder / "contours" / f"{name}.geojson").write_text(text)
    return folder


def changed(name: str, old: str, new: str) -> dict[str, str]:
    """The table `name` with `old` replaced by `new`, for `write_pack(folder, **changed(…))`."""
    assert old in TABLES[name]
    return {name: TABLES[name].replace(old, new)}
