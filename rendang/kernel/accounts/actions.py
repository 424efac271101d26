"""Everything that changes an account."""

from django.db import transaction

from rendang.kernel.accounts.models import User


@transaction.atomic
def system_actor() -> User:
    """Whoever acts when nobody does: jobs, deadlines, imports of the demonstration. Cannot sign in."""
    user, _created = User.objects.get_or_create(
        kind=User.Kind.SYSTEM,
        defaults={"username": "system", "name": "系统", "password": "!"},
    )
    return user
