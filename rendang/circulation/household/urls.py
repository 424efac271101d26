from django.urls import path

from rendang.circulation.household import views

app_name = "household"
urlpatterns = [
    path("", views.members, name="list"),
    path("households/", views.households, name="households"),
    path("moves/", views.moves, name="moves"),
    path("pages/", views.page_loans, name="page_loans"),
    path("arrival/<int:dossier>/", views.arrival, name="arrival"),
    path("members/<int:pk>/", views.member, name="member"),
    path("members/<int:pk>/departure/", views.departure, name="departure"),
    path("members/<int:pk>/lend/", views.lend, name="lend"),
    path("members/<int:pk>/page/", views.new_page, name="new_page"),
    path("members/<int:pk>/told/", views.tell, name="tell"),
    path("moves/<int:pk>/", views.move, name="move"),
    path("moves/<int:pk>/<slug:step>/", views.step, name="step"),
    path("pages/<int:pk>/", views.page_loan, name="page_loan"),
    path("pages/<int:pk>/slip/", views.slip, name="slip"),
    path("pages/<int:pk>/<slug:step>/", views.page_loan_step, name="page_loan_step"),
]
