from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "rendang.kernel.accounts"

    def ready(self) -> None:
        from rendang.kernel.accounts import sandbox  # noqa: F401 registers its system check
