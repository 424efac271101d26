// Comfort only: every page works without this file.
(() => {
    const typing = (element) => element.closest("input, textarea, select, [contenteditable]");

    // "/" goes to the search box from anywhere, Escape leaves it.
    document.addEventListener("keydown", (event) => {
        const box = document.getElementById("search-box");
        if (event.key === "/" && box && !typing(event.target) && !event.ctrlKey && !event.metaKey && !event.altKey) {
            event.preventDefault();
            box.focus();
            box.select();
        } else if (event.key === "Escape") {
            if (event.target === box) box.blur();
            const menu = document.querySelector("details.menu[open]");
            if (menu) {
                menu.open = false;
                menu.querySelector("summary").focus();
            }
        }
    });

    // A menu closes when something else is clicked.
    document.addEventListener("click", (event) => {
        for (const menu of document.querySelectorAll("details.menu[open]")) {
            if (!menu.contains(event.target)) menu.open = false;
        }
    });

    // Table rows with data-href: j, k or the arrows move, Enter opens, a click anywhere opens.
    const rows = () => [...document.querySelectorAll("tr[data-href]")];
    const select = (row) => {
        for (const other of document.querySelectorAll("tr[data-href].selected")) other.classList.remove("selected");
        row.classList.add("selected");
        row.scrollIntoView({ block: "nearest" });
    };
    document.addEventListener("keydown", (event) => {
        if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
        const all = rows();
        const at = all.findIndex((row) => row.classList.contains("selected"));
        // The arrows scroll the page until a row is chosen.
        const step = { j: 1, k: -1, ...(at >= 0 && { ArrowDown: 1, ArrowUp: -1 }) }[event.key];
        if (step && all.length) {
            event.preventDefault();
            select(all[Math.min(Math.max(at + step, 0), all.length - 1)]);
        } else if (event.key === "Enter" && at >= 0 && !event.target.closest("a, button, summary")) {
            location.assign(all[at].dataset.href);
        }
    });
    document.addEventListener("click", (event) => {
        const row = event.target.closest("tr[data-href]");
        if (!row || event.target.closest("a, button, input, select, label, summary") || String(getSelection())) return;
        if (event.ctrlKey || event.metaKey) window.open(row.dataset.href);
        else location.assign(row.dataset.href);
    });

    // A form with data-confirm asks first; without this file its page asks on the server.
    document.addEventListener("submit", (event) => {
        const question = event.submitter?.dataset.confirm || event.target.dataset.confirm;
        if (!question || event.target.dataset.confirmed) return;
        event.preventDefault();
        const dialog = document.createElement("dialog");
        dialog.className = "ask";
        const text = document.createElement("p");
        text.textContent = question;
        const answers = document.createElement("form");
        answers.method = "dialog";
        for (const [value, label, look] of [
            ["yes", event.submitter?.textContent.trim(), "btn btn-primary"],
            ["no", document.body.dataset.cancel, "btn"],
        ]) {
            const button = document.createElement("button");
            button.value = value;
            button.textContent = label;
            button.className = look;
            answers.append(button);
        }
        dialog.append(text, answers);
        document.body.append(dialog);
        dialog.addEventListener("close", () => {
            dialog.remove();
            if (dialog.returnValue !== "yes") return;
            event.target.dataset.confirmed = "1";
            event.target.requestSubmit(event.submitter);
        });
        dialog.showModal();
    });

    // A form is sent once, however often its button is pressed.
    document.addEventListener("submit", (event) => {
        if (event.defaultPrevented || event.target.method !== "post" || event.target.hasAttribute("hx-post")) return;
        if (event.target.dataset.sent) event.preventDefault();
        event.target.dataset.sent = "1";
        setTimeout(() => delete event.target.dataset.sent, 4000); // a download leaves the page where it is
    });
    addEventListener("pageshow", () => {
        for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
    });

    // Filters apply at once when a choice is made; text waits for Enter.
    document.addEventListener("change", (event) => {
        const form = event.target.closest("form[data-autosubmit]");
        if (form && event.target.matches("select, input[type=checkbox], input[type=radio]")) form.requestSubmit();
    });

    const prepare = (root) => {
        for (const button of root.querySelectorAll("[data-print], [data-close], [data-copy]")) button.hidden = false;
        // A wide table that scrolls can be scrolled with the keys.
        for (const box of root.querySelectorAll(".table-responsive")) {
            if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
        }
    };
    document.addEventListener("click", async (event) => {
        const button = event.target.closest("[data-print], [data-close], [data-copy]");
        if (!button) return;
        if ("print" in button.dataset) print();
        if ("close" in button.dataset) button.closest(".alert").remove();
        if (button.dataset.copy) {
            await navigator.clipboard.writeText(button.dataset.copy);
            button.classList.add("done");
        }
    });
    document.addEventListener("htmx:afterSwap", (event) => prepare(event.target));
    prepare(document);
})();
