from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Comptes"

    def ready(self) -> None:
        from allauth.account import signals as account_signals
        from allauth.mfa.signals import authenticator_used
        from allauth.socialaccount import signals as social_signals
        from allauth.usersessions.models import UserSession
        from django.contrib.auth.signals import user_logged_in
        from django.db.models.signals import pre_save

        from accounts import erasing_own, known, proof, sessions, social
        from accounts.factors import on_factor_used, rotate_secrets
        from accounts.panels import register_panels
        from core.encryption import register_rotation

        register_panels()
        erasing_own.connect()
        register_rotation("facteurs", rotate_secrets)
        authenticator_used.connect(on_factor_used, dispatch_uid="accounts.factor_used")
        pre_save.connect(sessions.keep_little, sender=UserSession, dispatch_uid="accounts.keep_little")
        user_logged_in.connect(sessions.on_signed_in, dispatch_uid="accounts.signed_in")
        account_signals.user_logged_in.connect(social.on_signed_in, dispatch_uid="accounts.signed_in_by")
        social_signals.social_account_added.connect(social.on_linked, dispatch_uid="accounts.linked")
        social_signals.social_account_removed.connect(social.on_unlinked, dispatch_uid="accounts.unlinked")
        account_signals.email_confirmed.connect(proof.on_confirmed, dispatch_uid="accounts.confirmed")
        account_signals.password_reset.connect(proof.on_password_reset, dispatch_uid="accounts.reset")
        user_logged_in.connect(known.on_signed_in, dispatch_uid="accounts.known")
        for signal in (account_signals.password_changed, account_signals.password_set, account_signals.password_reset):
            signal.connect(sessions.on_password_changed, dispatch_uid="accounts.password_changed")
        for signal in (account_signals.password_changed, account_signals.password_set):
            signal.connect(known.on_signed_in, dispatch_uid="accounts.known_again")
