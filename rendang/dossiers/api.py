# Placeholder by the founder.
from ninja import Router

router = Router(tags=["dossiers"])
