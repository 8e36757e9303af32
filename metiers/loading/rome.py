"""The ROME 4.0 (France Travail, Licence Ouverte) brought from a folder of CSV files, which stays out of the repository.

Repeatable: a second reading of the same folder changes nothing; a métier that a newer version no longer has is closed,
not deleted, because people have it as their target.
"""

from __future__ import annotations

from pathlib import Path

from core.packs.report import LoadError, Report
from core.packs.transaction import one_load
from metiers.loading import rome_files
from metiers.loading.rome_files import Rome
from metiers.loading.rows import bring
from metiers.models import (
    Interest,
    Job,
    JobDomain,
    JobInSector,
    JobInterest,
    JobName,
    JobSector,
    JobSkill,
    ProfessionalDomain,
    RomeLoad,
    Skill,
)

UNKNOWN_VERSION = "non précisée"


def load_rome(folder: Path, *, version: str = "") -> Report:
    """Bring the folder. Raises `LoadError` with every wrong line (file, number, column): nothing is written then."""
    rome = rome_files.read(folder)
    if rome.problems.errors:
        raise LoadError(rome.problems.lines())
    report = Report(remarks=list(rome.problems.warnings))
    with one_load():
        _write(rome, report)
        closed = Job.objects.filter(active=False).count()
        if closed:
            report.remark(f"métiers fermés, absents de cette version\u00a0: {closed}")
        _remember(report, version)
    return report


def _write(rome: Rome, report: Report) -> None:
    """Keys between rows are held when the transaction ends: their order inside a table is free."""
    bring(JobDomain, rome.domains, report, gone={}, title="grands domaines")
    bring(ProfessionalDomain, rome.professional, report, gone={}, title="domaines professionnels")
    bring(Job, rome.jobs, report, gone={"active": False}, title="métiers")
    bring(JobName, rome.names, report, title="appellations")
    bring(Interest, rome.interests, report, title="centres d’intérêt")
    bring(JobInterest, rome.job_interests, report, by=("interest_id", "job_id"), title="métiers par centre d’intérêt")
    bring(JobSector, rome.sectors, report, title="secteurs")
    bring(JobInSector, rome.job_sectors, report, by=("sector_id", "job_id"), title="métiers par secteur")
    if rome.skills is None or rome.job_skills is None:
        report.remark("sans compétences des métiers\u00a0: les repères restent ceux de nos familles de métiers")
        return
    theirs = Skill.objects.filter(source=Skill.Source.ROME)
    bring(Skill, rome.skills, report, gone={"active": False}, within=theirs, title="compétences")
    bring(JobSkill, rome.job_skills, report, by=("job_id", "skill_id"), title="compétences des métiers")


def _remember(report: Report, version: str) -> None:
    """One line a load that changed something, or that names another version."""
    last = RomeLoad.objects.first()
    if not report.changed and last is not None and (not version or last.version == version):
        return
    counts = {label: vars(tally) for label, tally in report.tallies.items()}
    named = version or (last.version if last is not None else UNKNOWN_VERSION)
    RomeLoad.objects.create(version=named, counts=counts, report=list(report.lines()))
