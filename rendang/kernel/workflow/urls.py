from django.urls import path

from rendang.kernel.workflow import views

app_name = "workflow"
urlpatterns = [
    path("<int:pk>/", views.case, name="case"),
    path("many/<slug:kind>/<slug:step>/", views.many, name="many"),
    path("<int:pk>/pause/", views.pause, name="pause"),
    path("<int:pk>/resume/", views.resume, name="resume"),
]
