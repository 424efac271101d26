from django.urls import path

from rendang.circulation.agreements import views

app_name = "agreements"
urlpatterns = [
    path("", views.agreement_list, name="list"),
    path("new/", views.draft, name="draft"),
    path("agents/<int:pk>/end/", views.end_agent, name="end_agent"),
    path("people/<int:pk>/", views.person, name="person"),
    path("people/<int:pk>/join/", views.join, name="join"),
    path("people/<int:pk>/leave/", views.leave, name="leave"),
    path("people/<int:pk>/proof/<slug:which>/", views.proof, name="proof"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/paper/", views.paper, name="paper"),
    path("<int:pk>/roster/", views.roster, name="roster"),
    path("<int:pk>/held/", views.add_held, name="add_held"),
    path("<int:pk>/intakes/", views.open_intakes, name="open_intakes"),
    path("<int:pk>/status/", views.status, name="status"),
    path("<int:pk>/agents/", views.add_agent, name="add_agent"),
    path("<int:pk>/<slug:step>/", views.step, name="step"),
]
