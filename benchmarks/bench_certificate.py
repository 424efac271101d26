"""Certificates of custody: set, given a QR code and signed; issued with all that belongs to it; verified.

One process, one thread, unless said otherwise. Beside the papers: the same template by bare Typst and the same
signature by bare pyHanko.
"""

import io
import time
from collections.abc import Iterator
from typing import Any

from benchmarks.city import institutions, populate, start, worker
from benchmarks.measuring import processes, rate, result, span

PAPERS, VERIFICATIONS = 40, 1_000
PEOPLE = 2_000


def bench(rows: int | None = None) -> Iterator[dict[str, Any]]:
    """``rows`` are the people on record; the cost of a paper does not depend on them."""
    start()
    from rendang.kernel.documents import papers, signing
    from rendang.services.certificates import actions
    from rendang.services.certificates.models import Certificate

    populate(rows or PEOPLE)
    paper = _paper()
    papers.render_custody_certificate(paper)  # fonts and templates are read once a process
    signed = signing.sign(papers.render_custody_certificate(paper), reason="存档证明", location=paper.institution)
    bare = rate(lambda: [_bare(paper) for _each in range(PAPERS)], count=PAPERS)
    ours = rate(
        lambda: [
            signing.sign(papers.render_custody_certificate(paper), reason="存档证明", location=paper.institution)
            for _each in range(PAPERS)
        ],
        count=PAPERS,
    )
    baseline = "bare Typst and pyHanko"
    yield result("certificate", "render, QR code and signature", "papers/s", ours, bare, baseline)

    dossiers = _placed(3 * PAPERS)
    clerk = worker("bench.clerk", "CLERK", institutions()["RCSC"])
    reviewer = worker("bench.reviewer", "REVIEWER", institutions()["RCSC"])

    def issue() -> None:
        for _each in range(PAPERS):
            actions.issue(actions.draft(dossiers.pop(), by=clerk), by=reviewer)

    more = "draft, issue, sign, store, audit"
    yield result("certificate", more, "certificates/s", rate(issue, count=PAPERS), bare, baseline)

    given = list(Certificate.objects.values_list("certificate_number", "verification_code"))
    wanted = (given * (VERIFICATIONS // len(given) + 1))[:VERIFICATIONS]
    for count in (1, 2):
        with processes(count, start) as pool:
            jobs = [wanted] * count
            for work in (_verifications, _bare_looks):
                span(pool, work, [wanted[:20]] * count)
            bare_look = count * VERIFICATIONS / span(pool, _bare_looks, jobs)
            ours = count * VERIFICATIONS / span(pool, _verifications, jobs)
        yield result(
            "certificate",
            f"verification by number, {'one process' if count == 1 else 'two processes'}",
            "verifications/s",
            ours,
            bare_look,
            "one row by unique number, bare SQL",
        )
    ours = rate(lambda: [signing.verify(signed) for _each in range(PAPERS)], count=PAPERS)
    bare_check = rate(lambda: [_bare_validation(signed) for _each in range(PAPERS)], count=PAPERS)
    yield result("certificate", "signature of an uploaded file", "files/s", ours, bare_check, "bare pyHanko")


def _paper() -> Any:
    import datetime as dt

    from rendang.kernel.documents.papers import CustodyCertificate

    return CustodyCertificate(
        number="RCSC-CZ-2026-000001",
        institution="青岚市人才市场（市人才服务中心）",
        name="欧阳雨䶮",
        sex="女",
        id_number="370202199104189265",
        archive_number="QR2015000123",
        custody_type="个人存档",
        custody_since="2015-07-14",
        issued_on=dt.date(2026, 7, 1),
        verification_code="W83CCDCY5Z2D",
        verification_address="http://localhost:8000/verify/",
        verification_link="http://localhost:8000/verify/?number=RCSC-CZ-2026-000001&code=W83CCDCY5Z2D",
    )


def _bare(paper: Any) -> bytes:
    """The same template and the same key, nothing around them; the QR code comes ready."""
    import json
    from functools import cache

    import typst
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers
    from pyhanko.sign.fields import SigSeedSubFilter

    from rendang.kernel.documents import fonts, papers, signing, typesetting

    global _kept
    if _kept is None:
        data = {**papers._printed(paper), "qr": papers.qr_svg(paper.verification_link)}
        inputs = {
            "data": json.dumps(data, ensure_ascii=False),
            "fonts": json.dumps([family.name for family in fonts.families()]),
            "demonstration": "no",
        }
        compiler = cache(lambda: typst.Compiler(root=str(typesetting.ROOT), font_paths=fonts.loaded()))()
        _kept = (compiler, str(typesetting.template_path("custody_certificate", 1)), inputs)
    compiler, path, inputs = _kept
    pdf = compiler.compile(input=path, format="pdf", sys_inputs=inputs, pdf_standards="a-2b")
    out = io.BytesIO()
    metadata = signers.PdfSignatureMetadata(field_name="S", md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES)
    signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), metadata, signer=signing._signer(), output=out)
    return out.getvalue()


_kept: Any = None


def _bare_validation(pdf: bytes) -> bool:
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    from rendang.kernel.documents import signing

    context = ValidationContext(trust_roots=signing._trusted(), allow_fetching=False)
    return bool(validate_pdf_signature(PdfFileReader(io.BytesIO(pdf)).embedded_signatures[-1], context).intact)


def _verifications(wanted: list[tuple[str, str]]) -> tuple[float, float]:
    from rendang.services.certificates.queries import verify

    begin = time.time()
    for number, code in wanted:
        verify(number, code)
    return begin, time.time()


def _bare_looks(wanted: list[tuple[str, str]]) -> tuple[float, float]:
    from django.db import connection

    begin = time.time()
    with connection.cursor() as cursor:
        for number, _code in wanted:
            cursor.execute(
                "SELECT c.*, k.status FROM certificates_certificate c JOIN dossiers_custody k ON k.id = c.custody_id"
                " WHERE c.certificate_number = %s",
                [number],
            )
            cursor.fetchone()
    return begin, time.time()


def _placed(count: int) -> list[Any]:
    """Dossiers that lie in their slots at the largest institution."""
    from rendang.dossiers.models import Dossier
    from rendang.storage import actions as storage
    from rendang.storage.models import Slot
    from rendang.storage.ranges import Plan

    place = institutions()["RCSC"]
    keeper = worker("bench.keeper", "KEEPER", place)
    plan = Plan("Z9", ("A-01",), ("01",), ("1",), tuple(f"{n:04d}" for n in range(1, count + 1)))
    storage.create_store(place, code="Z9", name="测量用库房", by=keeper, plan=plan)
    held = Dossier.objects.filter(custodies__institution=place, custodies__status="HELD").order_by("pk")[:count]
    slots = Slot.objects.filter(store__code="Z9").order_by("pk").values_list("pk", flat=True)
    dossiers = list(held)
    refused = storage.place_all(dict(zip([dossier.pk for dossier in dossiers], slots, strict=True)), by=keeper)
    if refused:
        raise RuntimeError(next(iter(refused.values())))
    return dossiers
