"""Stores for what the rosters bring."""

from rendang.demo.shelves import plans
from rendang.kernel.access.models import Institution
from rendang.kernel.accounts.models import User
from rendang.storage import actions as storage


def build_stores(institution: Institution, dossiers: int, *, by: User) -> None:
    """Every store of the institution with its slots, empty."""
    for code, name, plan in plans(institution.code, dossiers):
        storage.create_store(institution, code=code, name=name, by=by, plan=plan)
