"""转递: a dossier moves inside the system (`Transfer`) or leaves it for a keeper outside (`Departure`).

Whoever has no account here asks by a `DepartureRequest`.
"""

from rendang.circulation.transfers.models.leaving import DepartingDossier, Departure, DirectReceiver
from rendang.circulation.transfers.models.moving import Transfer
from rendang.circulation.transfers.models.requesting import DepartureRequest, PassedOn

__all__ = ["DepartingDossier", "Departure", "DepartureRequest", "DirectReceiver", "PassedOn", "Transfer"]
