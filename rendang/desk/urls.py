from django.urls import path

from rendang.desk import views

app_name = "desk"
urlpatterns = [
    path("", views.home, name="home"),
    path("search/", views.search, name="search"),
    path("help/", views.help, name="help"),
    path("registers/", views.registers, name="registers"),
    path("registers/<slug:code>/", views.register, name="register"),
]
