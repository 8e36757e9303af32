from functools import partial

from django.apps import AppConfig


class PsadConfig(AppConfig):
    name = "psad"
    verbose_name = "PSAD"

    def ready(self) -> None:
        from accounts.erasing import register_ground
        from accounts.rules import widen_second_factor
        from core.encryption import register_rotation
        from psad import desk_entries, erasing
        from psad.context import task
        from psad.key_rotation import HOLDERS, rotate_keys
        from psad.rules import works_in_psad

        for kind in HOLDERS:
            register_rotation(kind, partial(rotate_keys, kind))
        register_ground(lambda: task("retention"))
        widen_second_factor(works_in_psad)
        desk_entries.connect()
        erasing.connect()
