from django.urls import path, register_converter
from django.urls.converters import StringConverter

from rendang.storage import views


class RackConverter(StringConverter):
    regex = r"[^/\x00-\x1f]{1,12}"


register_converter(RackConverter, "rack")
app_name = "storage"
urlpatterns = [
    path("", views.store_list, name="list"),
    path("plan/", views.floor_plan, name="floor_plan"),
    path("buildings/", views.buildings, name="buildings"),
    path("new/", views.new_store, name="new"),
    path("<int:pk>/", views.store, name="store"),
    path("<int:pk>/add/", views.add_slots, name="add"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/remove/", views.remove_store, name="remove_store"),
    path("<int:pk>/racks/<rack:rack>/", views.rack, name="rack"),
    path("<int:pk>/racks/<rack:rack>/capacity/", views.rack_capacity, name="rack_capacity"),
    path("<int:pk>/racks/<rack:rack>/remove/", views.remove_slots, name="remove_slots"),
    path("slots/<int:pk>/", views.slot, name="slot"),
    path("batch/", views.batch, name="batch"),
    path("scan/<str:mode>/", views.scan, name="scan"),
    path("pick-list/", views.pick_list, name="pick_list"),
    path("pick-list/paper/", views.pick_list_paper, name="pick_list_paper"),
    path("put-back/", views.put_back_list, name="put_back_list"),
    path("put-back/paper/", views.put_back_paper, name="put_back_paper"),
    path("to-place/", views.to_place, name="to_place"),
    path("dossiers/<int:pk>/", views.history, name="history"),
    path("dossiers/<int:pk>/keeping/", views.keeping, name="keeping"),
    path("<int:pk>/compact/", views.compact, name="compact"),
    path("compactions/<int:pk>/", views.compaction, name="compaction"),
    path("compactions/<int:pk>/paper/", views.compaction_paper, name="compaction_paper"),
    path("compactions/<int:pk>/stop/", views.stop_compaction, name="stop_compaction"),
    path("labels/printed/", views.label_log, name="label_log"),
    path("labels/", views.labels, name="labels"),
]
