from django.urls import path

from rendang.circulation.accruals import views

app_name = "accruals"
urlpatterns = [
    path("", views.accrual_list, name="list"),
    path("figures/", views.figures, name="figures"),
    path("list/", views.register_list, name="register_list"),
    path("register/<int:dossier>/", views.register_one, name="register"),
    path("chases/", views.chase_list, name="chases"),
    path("chases/<int:pk>/", views.chase, name="chase"),
    path("chases/<int:pk>/letter/", views.chase_letter, name="chase_letter"),
    path("chases/<int:pk>/letter/<int:number>/", views.chase_letter, name="sent_letter"),
    path("chases/<int:pk>/<slug:step>/", views.chase_step, name="chase_step"),
    path("chase/<int:dossier>/", views.chase_write, name="chase_write"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/papers/<slug:paper>/", views.paper, name="paper"),
    path("<int:pk>/identify/", views.identify, name="identify"),
    path("<int:pk>/<slug:step>/", views.step, name="step"),
]
