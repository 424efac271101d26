from django.urls import path

from rendang.circulation.parcels import views

app_name = "parcels"
urlpatterns = [
    path("", views.parcel_list, name="list"),
    path("new/", views.register, name="register"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/slip/", views.slip, name="slip"),
    path("<int:pk>/photos/", views.add_photos, name="add_photos"),
    path("<int:pk>/photos/<int:photo>/", views.photo, name="photo"),
    path("<int:pk>/names/", views.name_enclosures, name="names"),
    path("<int:pk>/take-over/", views.take_over, name="take_over"),
    path("<int:pk>/set-aside/", views.set_aside, name="set_aside"),
]
