from django.urls import path

from rendang.dossiers import views

app_name = "dossiers"
urlpatterns = [
    path("", views.dossier_list, name="list"),
    path("export/", views.export, name="export"),
    path("removals/", views.removal_list, name="removals"),
    path("removals/<int:pk>/", views.removal, name="removal"),
    path("removals/<int:pk>/<slug:step>/", views.step, name="step"),
    path("undertakings/", views.undertaking_list, name="undertakings"),
    path("undertakings/<int:pk>/", views.undertaking, name="undertaking"),
    path("undertakings/<int:pk>/papers/<slug:paper>/", views.undertaking_paper, name="undertaking_paper"),
    path("undertakings/<int:pk>/items/<int:item>/", views.undertaking_item, name="undertaking_item"),
    path("undertakings/<int:pk>/<slug:step>/", views.undertaking_step, name="undertaking_step"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/undertaking/", views.undertaking_tell, name="undertaking_tell"),
    path("<int:pk>/catalogue/", views.catalogue, name="catalogue"),
    path("<int:pk>/catalogue/add/", views.catalogue_add, name="catalogue_add"),
    path("<int:pk>/catalogue/sort/", views.catalogue_sort, name="catalogue_sort"),
    path("<int:pk>/catalogue/print/", views.catalogue_print, name="catalogue_print"),
    path("<int:pk>/materials/<int:material>/", views.material, name="material"),
    path("<int:pk>/materials/<int:material>/move/", views.material_move, name="material_move"),
    path("<int:pk>/materials/<int:material>/remove/", views.material_remove, name="material_remove"),
    path("<int:pk>/values/", views.value_add, name="value_add"),
    path("<int:pk>/values/<int:value>/remove/", views.value_remove, name="value_remove"),
]
