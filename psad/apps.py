from django.apps import AppConfig


class PsadConfig(AppConfig):
    name = "psad"
    verbose_name = "PSAD"

    def ready(self) -> None:
        from accounts.rules import widen_second_factor
        from core.encryption import register_rotation
        from psad import desk_entries
        from psad.rules import works_in_psad
        from psad.sealing import rotate_keys

        register_rotation("psad", rotate_keys)
        widen_second_factor(works_in_psad)
        desk_entries.connect()
