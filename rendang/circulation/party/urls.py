from django.urls import path

from rendang.circulation.party import views

app_name = "party"
urlpatterns = [
    path("", views.members, name="list"),
    path("branches/", views.branches, name="branches"),
    path("transfers/", views.transfers, name="transfers"),
    path("arrival/<int:dossier>/", views.arrival, name="arrival"),
    path("members/<int:pk>/", views.member, name="member"),
    path("members/<int:pk>/departure/", views.departure, name="departure"),
    path("transfers/<int:pk>/", views.detail, name="detail"),
    path("transfers/<int:pk>/letter/", views.letter, name="letter"),
    path("transfers/<int:pk>/<slug:step>/", views.step, name="step"),
]
