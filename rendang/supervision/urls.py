from django.urls import path

from rendang.supervision import views

app_name = "supervision"
urlpatterns = [
    path("conflicts/", views.conflict_list, name="conflicts"),
    path("conflicts/<int:pk>/", views.conflict, name="conflict"),
    path("conflicts/<int:pk>/<slug:step>/", views.step, name="step"),
]
