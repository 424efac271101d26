from django.urls import path

from rendang.circulation.graduates import views

app_name = "graduates"
urlpatterns = [
    path("", views.lists, name="list"),
    path("upload/", views.upload, name="upload"),
    path("arrival/<int:parcel>/", views.arrival, name="arrival"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/expected.xlsx", views.expected, name="expected"),
    path("graduates/<int:pk>/strike-off/", views.strike_off, name="strike_off"),
]
