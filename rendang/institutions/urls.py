from django.urls import path

from rendang.institutions import views

app_name = "institutions"
urlpatterns = [
    path("", views.institution_list, name="list"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("notices/", views.notice_list, name="notices"),
    path("notices/new/", views.publish, name="publish"),
]
