from django.urls import path

from rendang.institutions import views

app_name = "institutions"
urlpatterns = [
    path("", views.institution_list, name="list"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("keepers/", views.keeper_list, name="keepers"),
    path("keepers/new/", views.keeper_add, name="keeper_add"),
    path("keepers/<int:pk>/", views.keeper, name="keeper"),
    path("keepers/<int:pk>/correct/", views.keeper_correct, name="keeper_correct"),
    path("keepers/<int:pk>/verify/", views.keeper_verify, name="keeper_verify"),
    path("notices/", views.notice_list, name="notices"),
    path("notices/new/", views.publish, name="publish"),
]
