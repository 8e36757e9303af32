"""Backup and restore of an installation: the database and the files, in one archive (S5, docs/operations.md)."""


class BackupError(RuntimeError):
    """What stopped a backup or a restore; the message is French and holds no row of the database."""
