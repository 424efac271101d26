// The catalogue's entry grid: Enter goes on like Tab, beyond the last cell it adds a row, pasted rows fill cells.
(() => {
    const form = document.querySelector("[data-grid]");
    if (!form) return;
    const body = form.querySelector("tbody");
    const total = form.querySelector("[name$=TOTAL_FORMS]");
    const blank = form.querySelector("template");
    const cells = () => [...body.querySelectorAll("input, select")];
    const width = () => body.rows[0].querySelectorAll("input, select").length;

    const addRow = () => {
        const number = Number(total.value);
        const row = blank.content.firstElementChild.cloneNode(true);
        for (const cell of row.querySelectorAll("input, select")) {
            cell.name = cell.name.replace("__prefix__", number);
            cell.id = cell.id.replace("__prefix__", number);
        }
        row.cells[0].textContent = number + 1;
        body.append(row);
        total.value = number + 1;
    };

    const put = (cell, text) => {
        if (cell.tagName !== "SELECT") {
            cell.value = text.trim();
            return;
        }
        // 4-1-3 belongs to 4-1; the longest class that fits is meant.
        const marks = [...cell.options].map((option) => option.value).filter((mark) => mark && `${text.trim()}-`.startsWith(`${mark}-`));
        cell.value = marks.sort((a, b) => b.length - a.length)[0] || "";
        // Left empty it would silently belong to the class above.
        doubt(cell, text.trim() && !cell.value ? form.dataset.saidUnknown.replace("{mark}", text.trim()) : "");
    };

    const doubt = (cell, words) => {
        cell.setCustomValidity(words);
        cell.title = words;
        cell.classList.toggle("is-invalid", Boolean(words));
    };

    form.addEventListener("change", (event) => {
        if (event.target.tagName === "SELECT") doubt(event.target, "");
    });

    form.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || !event.target.closest("tbody") || event.ctrlKey || event.metaKey) return;
        event.preventDefault();
        const at = cells().indexOf(event.target);
        const step = event.shiftKey ? -1 : 1;
        if (at + step >= cells().length) addRow();
        const next = cells()[Math.max(at + step, 0)];
        next.focus();
        next.select?.();
    });

    form.addEventListener("paste", (event) => {
        const text = event.clipboardData.getData("text/plain");
        const start = cells().indexOf(event.target);
        if (start < 0 || !/[\t\n]/.test(text.trimEnd())) return;
        event.preventDefault();
        const columns = width();
        const [firstRow, firstColumn] = [Math.floor(start / columns), start % columns];
        text.trimEnd().split(/\r?\n/).forEach((line, down) => {
            while (body.rows.length <= firstRow + down) addRow();
            const row = body.rows[firstRow + down].querySelectorAll("input, select");
            line.split("\t").slice(0, columns - firstColumn).forEach((value, across) => put(row[firstColumn + across], value));
        });
        cells()[Math.min((firstRow + text.trimEnd().split("\n").length) * columns, cells().length) - 1].focus();
    });

    cells()[0]?.focus();
})();
