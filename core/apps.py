from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "Socle"

    def ready(self) -> None:
        from core.grants import grant_app_role

        # The rights of the web's role follow every migration, so that no table is forgotten.
        post_migrate.connect(grant_app_role, sender=self)
