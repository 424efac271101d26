"""压架、排架: planning the moves of a store and working them off, by scan or by the shelf."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rendang.dossiers.models import Dossier
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can, get_visible_or_404, requires
from rendang.kernel.audit.actions import record_view
from rendang.kernel.core.camera import reads_labels
from rendang.kernel.core.forms import told
from rendang.kernel.core.htmx import go_to, render_page
from rendang.kernel.core.language import listed
from rendang.kernel.workflow.views import keys_ticked
from rendang.storage import actions, forms, queries
from rendang.storage.models import Compaction, CompactionMove, Store
from rendang.storage.papers import RoundLine, RoundList, render_round_list
from rendang.storage.views.picking import pdf

PREVIEW = 20
PAGE_SIZE = 50
PRINTED = 500


@require_http_methods(["GET", "POST"])
@requires(Permission.STORAGE_PLAN)
def compact(request: HttpRequest, pk: int) -> HttpResponse:
    """Which moves would close the gaps of a store or put it in order; and the plan that writes them down."""
    rows = Store.objects.select_related("institution", "building")
    store = get_visible_or_404(rows, request.user, Permission.STORAGE_PLAN, pk=pk)
    form, going_on = forms.CompactionForm(request.POST or None), store.compactions.open().first()
    if request.method == "POST" and form.is_valid():
        try:
            plan = actions.plan_compaction(store, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            form.add_error(None, refused.messages)
        else:
            return go_to(request, "storage:compaction", plan.pk)
    if going_on is None:  # else none of them can be begun
        form.tell(queries.outlines(store, Compaction.Method.values))
    context = {
        "store": store,
        "form": form,
        "going_on": going_on,
        "earlier": queries.compactions(store.compactions.order_by("-at"))[:10],
    }
    return render(request, "storage/compact.html", context)


@reads_labels
@require_http_methods(["GET", "POST"])
@requires(Permission.STORAGE_MOVE)
def compaction(request: HttpRequest, pk: int) -> HttpResponse:
    """What is next; a scanned dossier, or the chosen lines, count as moved."""
    plan = get_visible_or_404(Compaction.objects.all(), request.user, Permission.STORAGE_MOVE, pk=pk)
    dossiers = Dossier.objects.visible_to(request.user, Permission.STORAGE_MOVE)
    form = forms.WorkOffForm(dossiers=dossiers)
    moved: CompactionMove | None = None
    refused: dict[int, str] = {}
    here = f"{request.path}?{request.GET.urlencode()}" if request.GET else request.path
    if request.method == "POST" and request.POST.keys() & {"lines", "move"}:
        chosen = keys_ticked(request.POST, "move", most=PAGE_SIZE)
        try:
            refused = actions.work_off_lines(plan, chosen, by=request.user)
        except ValidationError as problem:
            messages.error(request, " ".join(problem.messages))
            return redirect(here)
        _tell(request, plan, chosen, refused)
        if not refused:
            return redirect(here)
    elif request.method == "POST":
        form = forms.WorkOffForm(request.POST, dossiers=dossiers)
        if form.is_valid():
            dossier = form.cleaned_data["dossier"]
            try:
                wrong = actions.work_off(plan, [dossier.pk], by=request.user)
                if wrong:
                    raise ValidationError(list(wrong.values()))
            except ValidationError as problem:
                form.add_error("dossier", problem.messages)
            else:
                done_lines = plan.moves.filter(dossier=dossier, done_at__isnull=False).order_by("-position")
                moved = done_lines.select_related("target", "dossier__person").first()
                form = forms.WorkOffForm(dossiers=dossiers)
    plan = queries.compactions(Compaction.objects.filter(pk=pk)).get()
    waiting = plan.moves.waiting().select_related("dossier__person", "origin", "target")
    page = Paginator(waiting, PAGE_SIZE).get_page(request.GET.get("page"))
    if page.object_list:
        record_view("compaction.view", plan, by=request.user)
    context = {
        "plan": plan,
        "form": form,
        "moved": moved,
        "page": page,
        "rows": [(line, refused.get(line.pk, "")) for line in page.object_list],
        "last": plan.moves.filter(done_at__isnull=False)
        .select_related("dossier__person", "origin", "target", "done_by")
        .order_by("-done_at", "-position")[:10],
        "stop_form": forms.StopForm(),
        "may_plan": can(request.user, Permission.STORAGE_PLAN, at=plan.institution_id),
    }
    return render_page(request, "storage/compaction.html", context, partial="work")


def _tell(request: HttpRequest, plan: Compaction, chosen: list[int], refused: dict[int, str]) -> None:
    """What became of the ticked lines; of those that fell away, which stand in no list any more, by their barcodes."""
    if not chosen:
        messages.warning(request, _("No move is ticked. Tick the moves that are done, or scan the dossier."))
    if done := plan.moves.filter(pk__in=chosen, done_at__isnull=False).count():
        said = ngettext("%(count)d move is done.", "%(count)d moves are done.", done)
        messages.success(request, said % {"count": done})
    fallen = plan.moves.filter(pk__in=refused, overtaken=True)
    if left := [line.dossier.barcode for line in fallen.select_related("dossier").order_by("position")]:
        said = _("Left their slots meanwhile, so that their lines fall away: %(barcodes)s.")
        messages.warning(request, said % {"barcodes": listed(left)})
    if stay := len(refused) - len(left):
        said = ngettext(
            "%(count)d move could not be noted and stays ticked; the reason stands beside it.",
            "%(count)d moves could not be noted and stay ticked; the reason stands beside each.",
            stay,
        )
        messages.warning(request, said % {"count": stay})


@require_safe
@requires(Permission.STORAGE_MOVE)
def compaction_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The next moves, to take along."""
    rows = Compaction.objects.select_related("store", "institution")
    plan = get_visible_or_404(rows, request.user, Permission.STORAGE_MOVE, pk=pk)
    waiting = list(plan.moves.waiting().select_related("dossier__person", "origin", "target")[:PRINTED])
    numbers = queries.archive_numbers([line.dossier_id for line in waiting], plan.institution_id)
    lines = [
        RoundLine(
            store=str(plan.store),
            position=line.origin.code,
            number=numbers.get(line.dossier_id, ""),
            name=line.dossier.person.name,
            barcode=line.dossier.barcode,
            to=line.target.code,
        )
        for line in waiting
    ]
    record_view("compaction.print", plan, by=request.user)
    left = plan.moves.waiting().count() - len(lines)
    return pdf(
        render_round_list(
            RoundList(
                title="倒架单",
                institution=plan.institution.name,
                columns=("", "移至"),
                lines=lines,
                printed_by=str(request.user),
                printed_on=timezone.localdate(),
                remarks=[f"其后还有 {left} 件。"] if left else [],
            )
        )
    )


@require_POST
@requires(Permission.STORAGE_PLAN)
def stop_compaction(request: HttpRequest, pk: int) -> HttpResponse:
    plan = get_visible_or_404(Compaction.objects.all(), request.user, Permission.STORAGE_PLAN, pk=pk)
    form = forms.StopForm(request.POST)
    with told(request, _("The plan is stopped. What is moved stays where it is.")):
        if not form.is_valid():
            raise ValidationError(_("Say why."))
        actions.stop_compaction(plan, by=request.user, **form.cleaned_data)
    return redirect("storage:compaction", pk)
