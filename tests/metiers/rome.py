"""An invented ROME, as the folder of the official one is: two métiers, a few names. Nothing of the real one is here."""

from __future__ import annotations

from pathlib import Path

FILES = {
    "domains.csv": "code,label\nZ,Métiers inventés\n",
    "professional_domains.csv": "code,label,domain\nZ10,Inventions du soin,Z\n",
    "metiers.csv": (
        "code,label,domain,professional_domain,riasec_major,riasec_minor,regulated,managerial,digital,ecology,parent\n"
        "Z1001,Dompteur / Dompteuse de nuages,Z,Z10,R,,1,0,,vert,Z1001\n"
        "Z1002,Accordeur / Accordeuse de vents,Z,Z10,A,S,,,,,Z1001\n"
    ),
    "definitions.csv": 'metier,definition\nZ1001,"Dompte, nourrit et promène des nuages."\nZ1002,Accorde les vents.\n',
    "appellations.csv": (
        "ogr,label,metier,main,rare\n"
        "1,Dompteur / Dompteuse de nuages,Z1001,1,0\n2,Berger / Bergère de brouillard,Z1001,0,0\n"
        "3,Accordeur / Accordeuse de vents,Z1002,1,0\n4,Berger / Bergère de tempêtes,Z1002,0,1\n"
    ),
    "interests.csv": "code,label,definition\n1,J'aime le ciel,Le ciel et ses métiers.\n",
    "interest_metiers.csv": "interest,metier,main\n1,Z1001,1\n1,Z1002,0\n",
    "sectors.csv": "code,label,parent\n10,Ciel,\n11,Nuages,10\n",
    "sector_metiers.csv": "sector,metier,main\n11,Z1001,1\n",
}
SKILLS = {
    "competences.csv": (
        "code,label,group,kind\n100,Peigner un nuage,Soin du ciel,savoir-faire\n101,Siffler,Soin du ciel,savoir-faire\n"
    ),
    "metier_competences.csv": "metier,competence,essential\nZ1001,100,1\nZ1001,101,0\n",
}


def folder(where: Path, *, skills: bool = False, **changed: str) -> Path:
    """The files, with those of `changed` (their name without `.csv`) said otherwise."""
    where.mkdir(exist_ok=True)
    said = FILES | (SKILLS if skills else {}) | {f"{name}.csv": text for name, text in changed.items()}
    for name, text in said.items():
        (where / name).write_text(text, encoding="utf-8")
    return where
