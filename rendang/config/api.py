"""The REST API: every app's routes, and how a refusal looks over the wire."""

from ninja import NinjaAPI

api = NinjaAPI(title="Rendang 人档", version="1")
