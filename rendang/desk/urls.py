from django.urls import path

from rendang.desk import printing, views

app_name = "desk"
urlpatterns = [
    path("", views.home, name="home"),
    path("search/", views.search, name="search"),
    path("print/<slug:kind>/", printing.print_papers, name="print"),
    path("help/", views.help, name="help"),
    path("registers/", views.registers, name="registers"),
    path("registers/<slug:code>/", views.register, name="register"),
]
