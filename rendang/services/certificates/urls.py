from django.urls import path

from rendang.services.certificates import views

app_name = "certificates"
urlpatterns = [
    path("", views.register, name="list"),
    path("draft/<int:dossier>/", views.draft, name="draft"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/paper/", views.paper, name="paper"),
    path("<int:pk>/<slug:step>/", views.step, name="step"),
]
