from django.apps import AppConfig


class RecognitionConfig(AppConfig):
    name = "recognition"
    verbose_name = "Reconnaissance"

    def ready(self) -> None:
        from recognition import due, pack, panels

        pack.connect()
        panels.connect()
        due.connect()
