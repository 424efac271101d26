"""What Django answers without a request in its template, answered within the frame of whoever asked."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import defaults


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.html", status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    """With the rail if that can still be drawn; when the database is down, a plain sheet."""
    try:
        return render(request, "500.html", status=500)
    except Exception:
        return defaults.server_error(request)
