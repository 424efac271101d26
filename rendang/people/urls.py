from django.urls import path

from rendang.people import views

app_name = "people"
urlpatterns = [
    path("kinships/", views.kinships, name="kinships"),
    path("kinships/staff/", views.kinships_of_staff, name="kinships_of_staff"),
    path("<int:pk>/", views.edit, name="edit"),
    path("<int:pk>/identity/", views.identity, name="identity"),
    path("<int:pk>/identity/add/", views.identity_add, name="identity_add"),
    path("<int:pk>/number/", views.unmask, name="unmask"),
    path("<int:pk>/employer/", views.employer, name="employer"),
    path("<int:pk>/records/", views.records, name="records"),
    path("<int:pk>/records/<slug:kind>/", views.record_add, name="record_add"),
    path("<int:pk>/records/<slug:kind>/<int:row_pk>/", views.record_edit, name="record_edit"),
    path("<int:pk>/records/<slug:kind>/<int:row_pk>/remove/", views.record_remove, name="record_remove"),
]
