from django.urls import path, register_converter
from django.urls.converters import StringConverter

from rendang.storage import views


class RackConverter(StringConverter):
    regex = r"[^/\x00-\x1f]{1,12}"


register_converter(RackConverter, "rack")
app_name = "storage"
urlpatterns = [
    path("", views.store_list, name="list"),
    path("new/", views.new_store, name="new"),
    path("<int:pk>/", views.store, name="store"),
    path("<int:pk>/add/", views.add_slots, name="add"),
    path("<int:pk>/rename/", views.rename, name="rename"),
    path("<int:pk>/remove/", views.remove_store, name="remove_store"),
    path("<int:pk>/racks/<rack:rack>/", views.rack, name="rack"),
    path("<int:pk>/racks/<rack:rack>/capacity/", views.rack_capacity, name="rack_capacity"),
    path("<int:pk>/racks/<rack:rack>/remove/", views.remove_slots, name="remove_slots"),
    path("slots/<int:pk>/", views.slot, name="slot"),
    path("scan/<str:mode>/", views.scan, name="scan"),
    path("to-place/", views.to_place, name="to_place"),
    path("dossiers/<int:pk>/", views.history, name="history"),
    path("labels/", views.labels, name="labels"),
]
