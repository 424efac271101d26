from django.urls import URLPattern

app_name = "stocktakes"
urlpatterns: list[URLPattern] = []
