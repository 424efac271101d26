from django.urls import path

from rendang.circulation.transfers import views

app_name = "transfers"
urlpatterns = [
    path("", views.transfer_list, name="list"),
    path("offer/<int:dossier>/", views.offer, name="offer"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/papers/<slug:paper>/", views.paper, name="paper"),
    path("<int:pk>/<slug:step>/", views.step, name="step"),
]
