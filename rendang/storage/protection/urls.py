from django.urls import path

from rendang.storage.protection import views

app_name = "protection"
urlpatterns = [
    path("", views.overview, name="list"),
    path("hazards/", views.hazards, name="hazards"),
    path("visits/", views.visits, name="visits"),
    path("visits/<int:pk>/left/", views.left, name="left"),
    path("keys/", views.keys, name="keys"),
    path("keys/<int:pk>/returned/", views.key_returned, name="key_returned"),
    path("stores/<int:pk>/", views.climate, name="climate"),
    path("stores/<int:pk>/file/", views.readings_file, name="readings_file"),
    path("stores/<int:pk>/inspection/", views.inspection, name="inspection"),
    path("hazards/<int:pk>/", views.hazard, name="hazard"),
    path("hazards/<int:pk>/<slug:step>/", views.step, name="step"),
]
