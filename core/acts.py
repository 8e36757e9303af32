"""The acts of the journal in words: nobody reads `admin.change` on a page. A test holds every verb to it."""

from __future__ import annotations

_WORDS = {
    "account.open": "a ouvert le compte",
    "account.purge": "a oublié un compte jamais confirmé",
    "account.rename": "a changé son nom",
    "admin.add": "a ajouté",
    "admin.change": "a modifié",
    "admin.delete": "a supprimé",
    "admin.export": "a exporté la liste",
    "conduct.accept": "a accepté le code de conduite",
    "factor.add": "a ajouté un second moyen de connexion",
    "factor.remove": "a retiré un second moyen de connexion",
    "factor.use": "s’est servi d’un code de secours",
    "import.apply": "a appliqué l’import",
    "import.ask": "a demandé d’appliquer l’import",
    "import.drop": "a abandonné l’import",
    "import.give": "a donné un fichier à importer",
    "mandate.end": "a mis fin au mandat",
    "mandate.grant": "a confié le mandat",
    "pack.load": "a chargé le pack régional",
    "pack.load_referents": "a chargé les coordonnées des référent·es",
    "pack.load_structures": "a chargé l’annuaire des structures",
    "referent.confirm": "a confirmé la fiche",
    "referent.name": "a nommé quelqu’un au poste",
    "referent.remove": "a retiré le poste",
    "referent.vacate": "a déclaré le poste vacant",
    "referent.withdraw_name": "a retiré le nom",
    "site.change": "a modifié le lieu",
    "site.close": "a annoncé une fermeture",
    "site.confirm": "a confirmé la fiche du lieu",
    "site.open_again": "a annulé une fermeture",
    "site.propose": "a proposé le lieu",
    "site.withdraw": "a retiré la proposition du lieu",
    "site.list": "a mis le lieu dans l’annuaire",
}


def act(verb: str) -> str:
    """« a modifié » for `admin.change`; an act nobody named yet is one all the same."""
    return _WORDS.get(verb, "a fait un acte")


def known() -> dict[str, str]:
    """Every verb that has words."""
    return dict(_WORDS)
