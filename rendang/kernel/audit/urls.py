from django.urls import path

from rendang.kernel.audit import views

app_name = "audit"
urlpatterns = [
    path("", views.event_list, name="list"),
    path("events/<int:pk>/", views.event_detail, name="detail"),
    path("seals/", views.seal_list, name="seals"),
]
