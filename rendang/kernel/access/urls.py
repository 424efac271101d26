from django.urls import path

from rendang.kernel.access import views

app_name = "access"
urlpatterns = [
    path("staff/", views.staff_list, name="staff"),
    path("staff/<int:pk>/", views.member, name="member"),
    path("staff/<int:pk>/propose/", views.propose, name="propose"),
    path("staff/<int:pk>/roles/<int:membership_pk>/withdraw/", views.propose_withdrawal, name="propose_withdrawal"),
    path("proposals/", views.proposal_list, name="proposals"),
    path("proposals/<int:pk>/", views.decide, name="decide"),
]
