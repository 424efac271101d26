"""Several papers as one PDF, to be printed in one go: the seals are seen, the signatures stay with the files."""

import io
from collections.abc import Iterable

from pypdf import PdfReader, PdfWriter


def together(papers: Iterable[bytes], *, title: str) -> bytes:
    """All pages, one paper after the other."""
    writer = PdfWriter()
    for paper in papers:
        writer.append(PdfReader(io.BytesIO(paper)), import_outline=False)
    writer.add_metadata({"/Title": title})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
