from django.urls import URLPattern

app_name = "accruals"
urlpatterns: list[URLPattern] = []
