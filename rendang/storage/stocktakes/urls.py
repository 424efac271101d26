from django.urls import path

from rendang.storage.stocktakes import views

app_name = "stocktakes"
urlpatterns = [
    path("", views.stocktakes, name="list"),
    path("plan/", views.plan, name="plan"),
    path("findings/<int:pk>/", views.finding, name="finding"),
    path("<int:pk>/", views.detail, name="detail"),
    path("offline.js", views.offline, name="offline"),
    path("<int:pk>/scan/", views.scan, name="scan"),
    path("<int:pk>/upload/", views.upload, name="upload"),
    path("<int:pk>/findings/", views.findings, name="findings"),
    path("<int:pk>/resolve/", views.resolve_many, name="resolve_many"),
    path("<int:pk>/report/", views.report, name="report"),
    path("<int:pk>/<slug:step>/", views.step, name="step"),
]
