from django.urls import path

from rendang.circulation.intake import views

app_name = "intake"
urlpatterns = [
    path("", views.intake_list, name="list"),
    path("new/", views.apply, name="apply"),
    path("scan/", views.scan, name="scan"),
    path("match/<int:parcel>/", views.match, name="match"),
    path("match/<int:parcel>/open/", views.open_for_parcel, name="open_for_parcel"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/comparison/", views.comparison, name="comparison"),
    path("<int:pk>/papers/<slug:paper>/", views.paper, name="paper"),
    path("<int:pk>/replaced/<int:letter>/", views.replaced_letter, name="replaced_letter"),
    path("<int:pk>/submitted/<int:paper>/", views.submitted, name="submitted"),
    path("<int:pk>/hand-in/", views.hand_in, name="hand_in"),
    path("<int:pk>/<slug:step>/", views.step, name="step"),
]
