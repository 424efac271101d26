from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "rendang.people"

    def ready(self) -> None:
        from rendang.people.actions import kinship  # noqa: F401  (asked before a row is opened)
