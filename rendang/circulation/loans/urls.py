from django.urls import path

from rendang.circulation.loans import views

app_name = "loans"
urlpatterns = [
    path("", views.loan_list, name="list"),
    path("waiting/", views.waiting, name="waiting"),
    path("overdue/", views.overdue, name="overdue"),
    path("agencies/", views.agency_list, name="agencies"),
    path("agencies/new/", views.agency_add, name="agency_add"),
    path("agencies/<int:pk>/", views.agency, name="agency"),
    path("agencies/<int:pk>/end/", views.agency_end, name="agency_end"),
    path("bars/", views.bar_list, name="bars"),
    path("bars/new/", views.bar_add, name="bar_add"),
    path("bars/<int:pk>/lift/", views.bar_lift, name="bar_lift"),
    path("hand-over/", views.hand_over, name="hand_over"),
    path("return/", views.take_back, name="return"),
    path("apply/", views.begin, name="begin"),
    path("apply/<int:dossier>/", views.apply, name="apply"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/notice/", views.notice, name="notice"),
    path("<int:pk>/papers/<slug:paper>/", views.paper, name="paper"),
    path("<int:pk>/signed/<slug:which>/", views.signed, name="signed"),
    path("<int:pk>/name_papers/", views.name_papers, name="name_papers"),
    path("<int:pk>/<slug:step>/", views.step, name="step"),
]
