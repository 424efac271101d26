from django.urls import path

from rendang.exchange import views

app_name = "exchange"
urlpatterns = [
    path("", views.clients, name="clients"),
    path("new/", views.register, name="register"),
    path("<int:pk>/revoke/", views.revoke, name="revoke"),
]
