from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Comptes"

    def ready(self) -> None:
        from allauth.mfa.signals import authenticator_used

        from accounts.factors import on_factor_used, rotate_secrets
        from accounts.panels import register_panels
        from core.encryption import register_rotation

        register_panels()
        register_rotation("facteurs", rotate_secrets)
        authenticator_used.connect(on_factor_used, dispatch_uid="accounts.factor_used")
