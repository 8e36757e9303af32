"""The acts of the journal in words: nobody reads `admin.change` on a page. A test holds every verb to it."""

from __future__ import annotations

_WORDS = {
    "account.clean": "a retiré ce qui avait été relié, avant la preuve de l’adresse, au compte",
    "account.forget": "a oublié un compte qui ne servait plus",
    "account.warn": "a prévenu de son effacement prochain le compte",
    "account.open": "a ouvert le compte",
    "account.purge": "a oublié un compte jamais confirmé",
    "account.rename": "a changé son nom",
    "admin.add": "a ajouté",
    "admin.change": "a modifié",
    "admin.delete": "a supprimé",
    "admin.export": "a exporté la liste",
    "charter.correct": "a corrigé une signature de la charte",
    "charter.publish": "a ouvert à la signature",
    "charter.sign": "a signé la charte",
    "charter.withdraw": "a retiré une signature de la charte",
    "conduct.accept": "a accepté le code de conduite",
    "factor.add": "a ajouté un second moyen de connexion",
    "factor.remove": "a retiré un second moyen de connexion",
    "factor.renew": "a renouvelé les codes de secours",
    "factor.use": "s’est servi d’un code de secours",
    "image.add": "a ajouté une image",
    "image.delete": "a supprimé une image",
    "import.add": "a ajouté, par un import,",
    "import.apply": "a appliqué l’import",
    "import.ask": "a demandé d’appliquer l’import",
    "import.change": "a modifié, par un import,",
    "import.drop": "a abandonné l’import",
    "import.give": "a donné un fichier à importer",
    "import.remove": "a retiré, par un import,",
    "invitation.accept": "a accepté l’invitation",
    "invitation.resend": "a renvoyé l’invitation",
    "invitation.revoke": "a annulé l’invitation",
    "invitation.send": "a invité quelqu’un",
    "mandate.end": "a mis fin au mandat",
    "mandate.grant": "a confié le mandat",
    "pack.load": "a chargé le pack régional",
    "pack.load_referents": "a chargé les coordonnées des référent·es",
    "pack.load_structures": "a chargé l’annuaire des structures",
    "page.appear": "a fait paraître la page",
    "page.create": "a créé la page",
    "page.end": "a fait disparaître la page",
    "page.publish": "a publié la page",
    "page.schedule": "a programmé la parution de la page",
    "page.unschedule": "a annulé la parution programmée de la page",
    "page.withdraw": "a retiré la page",
    "page.write": "a écrit dans la page",
    "provider.link": "a relié son compte à un service d’identité",
    "provider.unlink": "a séparé son compte d’un service d’identité",
    "referent.confirm": "a confirmé la fiche",
    "referent.correct": "a corrigé la fiche",
    "referent.export": "a exporté l’annuaire des référent·es",
    "referent.name": "a nommé quelqu’un au poste",
    "referent.remove": "a retiré le poste",
    "referent.replace": "a remplacé la personne du poste",
    "referent.vacate": "a déclaré le poste vacant",
    "referent.withdraw_name": "a retiré le nom",
    "report.answer": "a traité l’erreur signalée",
    "report.receive": "a reçu une erreur signalée",
    "session.end": "a fermé une session",
    "sheet.change": "a modifié la fiche",
    "sheet.confirm": "a confirmé la fiche de l’organisme",
    "site.bring_back": "a remis le lieu dans l’annuaire",
    "site.change": "a modifié le lieu",
    "site.close": "a annoncé une fermeture",
    "site.confirm": "a confirmé la fiche du lieu",
    "site.list": "a mis le lieu dans l’annuaire",
    "site.open_again": "a annulé une fermeture",
    "site.propose": "a proposé le lieu",
    "site.refuse": "a refusé le lieu proposé",
    "site.withdraw": "a retiré la proposition du lieu",
}

# One line an object that a file brought: the history of the object has it, lists of recent acts do not.
OF_ONE_OBJECT = frozenset({"import.add", "import.change", "import.remove"})


def act(verb: str) -> str:
    """« a modifié » for `admin.change`; an act nobody named yet is one all the same."""
    return _WORDS.get(verb, "a fait un acte")


def known() -> dict[str, str]:
    """Every verb that has words."""
    return dict(_WORDS)
