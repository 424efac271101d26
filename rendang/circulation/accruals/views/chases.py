import base64

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from rendang.circulation.accruals import actions, forms
from rendang.circulation.accruals.models import Chase
from rendang.dossiers.models import Dossier, Undertaking
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can, get_visible_or_404, requires
from rendang.kernel.audit.actions import record_view
from rendang.kernel.core.crypto import decrypt, encrypt
from rendang.kernel.core.forms import show_refusal
from rendang.kernel.core.htmx import go_to, render_page
from rendang.kernel.core.templatetags.rendang import mask_name
from rendang.kernel.files.serving import serve
from rendang.kernel.workflow.views import case_context, case_list, step_page

LINK = "chasing_link"


@require_safe
@requires(Permission.ACCRUAL_VIEW)
def chase_list(request: HttpRequest) -> HttpResponse:
    rows = Chase.objects.visible_to(request.user, Permission.ACCRUAL_VIEW)
    empty = {
        "icon": "mail-question",
        "title": _("No chasing letter yet"),
        "text": _("A letter is written on the page of a dossier, or of an undertaking that is not kept."),
        "url": reverse("dossiers:list"),
        "label": _("Find a dossier"),
    }
    return case_list(request, rows, "accruals/chases.html", {"empty": empty})


@never_cache
@require_safe
@requires(Permission.ACCRUAL_VIEW)
def chase(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Chase.objects.select_related("institution", "person", "dossier", "promise", "answer")
    letter = get_visible_or_404(rows, request.user, Permission.ACCRUAL_VIEW, pk=pk)
    record_view("chase.view", letter, by=request.user)
    may_print = can(request.user, Permission.ACCRUAL_REGISTER, at=letter.institution_id)
    papers = [(_("Chasing letter"), reverse("accruals:chase_letter", args=[pk]))]
    link = _link_just_made(request, letter)
    context = case_context(request, letter) | {
        "papers": papers if may_print and letter.letter_file_id else [],
        "sendings": list(letter.sendings.select_related("sent_by").order_by("number")),
        "may_print": may_print,
        "link": link,
        "words": _words_to_send(letter, link) if link else "",
    }
    return render(request, "accruals/chase.html", context)


def _keep_link(request: HttpRequest, letter: Chase) -> None:
    """Sealed, until the page of the letter has shown it once to the person who made it."""
    if letter.link:
        sealed = base64.b64encode(encrypt(letter.link.encode())).decode()
        request.session[LINK] = {"letter": letter.pk, "sealed": sealed}


def _link_just_made(request: HttpRequest, letter: Chase) -> str:
    kept = request.session.get(LINK)
    if not kept or kept["letter"] != letter.pk:
        return ""
    del request.session[LINK]
    return decrypt(base64.b64decode(kept["sealed"])).decode()


def _words_to_send(letter: Chase, link: str) -> str:
    """For an e-mail or a message to the addressee; Chinese, like the letter, and without the person's full name."""
    assert letter.person
    day = f"{letter.link_until:%Y年%-m月%-d日}"
    whose = "您" if letter.addressee_kind == Chase.Addressee.PERSON else mask_name(letter.person.name)
    return (
        f"{letter.addressee}：我机构保管的{whose}的人事档案缺少：{'、'.join(letter.titles)}。请于{day}前通过以下链接上传"
        f"扫描件或照片（限一次），原件请送交或以挂号、特快专递寄交。{link} {letter.institution.name}"
        f"（{letter.institution.phone}），催要编号 {letter.number}。"
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.ACCRUAL_REGISTER)
def chase_write(request: HttpRequest, dossier: int) -> HttpResponse:
    """Write a letter; what an open undertaking still waits for stands in it already."""
    rows = Dossier.objects.select_related("person__employer")
    found = get_visible_or_404(rows, request.user, Permission.ACCRUAL_REGISTER, pk=dossier)
    promised = Undertaking.objects.open().filter(person=found.person).order_by("-pk").first()
    awaited = promised.items.filter(outcome="").values_list("name", flat=True) if promised else []
    initial = {"addressee": found.person.name, "titles": "\n".join(awaited)}
    form = forms.ChaseForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            letter = actions.chase(found, by=request.user, promise=promised, **form.cleaned_data)
            _keep_link(request, letter)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The letter is ready. Print it and send it, or send its link."))
            return go_to(request, "accruals:chase", letter.pk)
    context = {"dossier": found, "person": found.person, "form": form}
    return render_page(request, "accruals/chase_write.html", context, partial="form")


@require_safe
@requires(Permission.ACCRUAL_REGISTER)
def chase_letter(request: HttpRequest, pk: int, number: int | None = None) -> StreamingHttpResponse:
    """The letter as PDF, as it went out last or the ``number``-th time. It holds the link: for who writes letters."""
    letter = get_visible_or_404(Chase.objects.all(), request.user, Permission.ACCRUAL_REGISTER, pk=pk)
    sent = letter.sendings.filter(number=number).select_related("file").first() if number else None
    file = letter.letter_file if number is None else sent and sent.file
    if file is None:
        raise Http404
    record_view("chase.print", letter, by=request.user)
    return serve(request, file, permission=Permission.ACCRUAL_REGISTER, belongs_to=letter, inline=True)


chase_step = step_page(
    Chase, actions.CHASE_STEPS, forms.CHASE_FORMS, Permission.ACCRUAL_VIEW,
    papers={"letter": ("letter_file", gettext_lazy("Chasing letter"))}, prints=Permission.ACCRUAL_REGISTER,
    taken_here=_keep_link,
)  # fmt: skip
