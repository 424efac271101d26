from django.urls import path

from rendang.kernel.accounts import views

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("security/", views.security, name="security"),
    path("password/", views.password, name="password"),
    path("confirm/", views.confirm, name="confirm"),
    path("second-factor/", views.second_factor, name="second_factor"),
    path("second-factor/setup/", views.second_factor_setup, name="second_factor_setup"),
    path("second-factor/remove/", views.remove_second_factor, name="remove_second_factor"),
    path("second-factor/recovery-codes/", views.recovery_codes, name="recovery_codes"),
    path("citizen/", views.citizen_sign_in, name="citizen_sign_in"),
    path("citizen/return/", views.citizen_return, name="citizen_return"),
    path("citizen/sandbox/", views.sandbox, name="sandbox"),
    path("staff/new/", views.create, name="create"),
    path("staff/<int:pk>/password/", views.reset_password, name="reset_password"),
    path("staff/<int:pk>/deactivate/", views.deactivate, name="deactivate"),
    path("staff/<int:pk>/reactivate/", views.reactivate, name="reactivate"),
    path("staff/<int:pk>/unlock/", views.unlock, name="unlock"),
]
