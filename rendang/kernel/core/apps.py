import gc

from django.apps import AppConfig

# New objects after which Python looks for those that refer only to each other, and how many such looks make a longer
# one. What is loaded by now, some hundred thousand objects, stays until the process ends and is left out of it. With
# Python's own 700 and 10, a quarter of the time of the tests and of a migration went into looking through it again,
# and a request waited for a tenth of a second now and then.
NEW_OBJECTS, SHORT_LOOKS, LONG_LOOKS = 20_000, 10, 20


class CoreConfig(AppConfig):
    name = "rendang.kernel.core"

    def ready(self) -> None:
        gc.collect()
        gc.freeze()
        gc.set_threshold(NEW_OBJECTS, SHORT_LOOKS, LONG_LOOKS)
