from django.apps import AppConfig


class PsadConfig(AppConfig):
    name = "psad"
    verbose_name = "PSAD"

    def ready(self) -> None:
        from core.encryption import register_rotation
        from psad.sealing import rotate_keys

        register_rotation("psad", rotate_keys)
