// Comfort only: every page works without this file.
(() => {
    const typing = (element) => element.closest("input, textarea, select, [contenteditable]");

    // A scanner types fast and ends with Enter: outside a field its code goes to the search box, wherever one is.
    // Every code has digits, the keys of the page have none: so a slow machine may take its time between two signs.
    const PAUSE = 200; // milliseconds
    // A field for a number takes the digits of a label alone: nine pages would be counted as RD000000009 is scanned.
    const noNumber = (field) => {
        field.value = field.defaultValue;
        field.setCustomValidity(document.body.dataset.noNumber);
        field.reportValidity();
        field.addEventListener("keydown", () => field.setCustomValidity(""), { once: true });
        field.select();
        field.dispatchEvent(new Event("refused", { bubbles: true }));
    };
    let code = "";
    let typedAt = 0;
    document.addEventListener(
        "keydown",
        (event) => {
            const box = document.getElementById("search-box");
            const counting = event.target.matches?.("input[type=number]") && event.target;
            if (!box || (typing(event.target) && !counting) || event.ctrlKey || event.metaKey || event.altKey) return;
            const fast = event.timeStamp - typedAt < PAUSE;
            if (event.key === "Enter" && fast && code.length > 5 && /\d/.test(code)) {
                if (counting && /^\d*$/.test(code)) return;
                event.preventDefault();
                event.stopImmediatePropagation();
                if (counting) {
                    noNumber(counting);
                } else {
                    box.value = code;
                    box.form.requestSubmit();
                }
            }
            if (event.key.length === 1) code = fast ? code + event.key : event.key;
            else if (event.key !== "Shift") code = "";
            typedAt = event.timeStamp;
        },
        true,
    );

    // "/" goes to the search box from anywhere, Escape leaves it; "?" shows the keys.
    document.addEventListener("keydown", (event) => {
        const box = document.getElementById("search-box");
        const plain = !typing(event.target) && !event.ctrlKey && !event.metaKey && !event.altKey;
        if (event.key === "/" && box && plain) {
            event.preventDefault();
            box.focus();
            box.select();
        } else if (event.key === "?" && plain) {
            document.getElementById("keys")?.showModal();
        } else if (event.key === "Escape") {
            if (event.target === box) box.blur();
            const menu = document.querySelector("details.menu[open]");
            if (menu) {
                menu.open = false;
                menu.querySelector("summary").focus();
            }
        }
    });

    document.addEventListener("click", (event) => {
        const keys = document.getElementById("keys");
        if (keys && event.target.closest("[data-keys]")) {
            event.preventDefault();
            keys.showModal();
        } else if (keys && event.target === keys) keys.close();
    });

    // A domain of the rail stays open or closed as it was left: the server draws it so from the cookie.
    document.addEventListener(
        "toggle",
        (event) => {
            if (!event.target.matches?.("details.rail-group")) return;
            const groups = [...document.querySelectorAll("details.rail-group")];
            const left = groups.map((group) => `${group.dataset.name}-${group.open ? 1 : 0}`).join(".");
            document.cookie = `rail=${left}; path=/; max-age=31536000; samesite=lax`;
        },
        true,
    );
    document.querySelector(".rail [aria-current]")?.scrollIntoView({ block: "nearest" });

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
        } else if (event.key === "x" && at >= 0) {
            all[at].querySelector(".tick input")?.click();
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
        for (const all of document.querySelectorAll("[data-check-all]")) {
            document.querySelector(`[name="${all.dataset.checkAll}"]`)?.dispatchEvent(new Event("change"));
        }
        for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
    });

    // Filters apply at once when a choice is made; text waits for Enter.
    document.addEventListener("change", (event) => {
        const form = event.target.closest("form[data-autosubmit]");
        if (form && event.target.matches("select, input[type=checkbox], input[type=radio]")) form.requestSubmit();
    });

    // One box ticks all; above the rows stand the steps that are open for every ticked one.
    const tickAll = (all) => {
        const form = all.form || document;
        const boxes = [...form.querySelectorAll(`input[type=checkbox][name="${all.dataset.checkAll}"]`)];
        const bar = form.querySelector("[data-many]");
        const show = () => {
            const ticked = boxes.filter((box) => box.checked);
            all.checked = boxes.length > 0 && ticked.length === boxes.length;
            all.indeterminate = ticked.length > 0 && !all.checked;
            if (!bar) return;
            for (const box of boxes) box.closest("tr").classList.toggle("ticked", box.checked);
            for (const button of bar.querySelectorAll("[data-many-step]")) {
                const open = (box) => box.dataset.steps.split(" ").includes(button.dataset.manyStep);
                button.disabled = !ticked.length || !ticked.every(open);
            }
            const steps = bar.querySelectorAll("[data-many-step]");
            const none = ticked.length && steps.length && ![...steps].some((button) => !button.disabled);
            bar.querySelector("[data-many-hint]").hidden = !none;
            const count = bar.querySelector("[data-many-count]");
            count.textContent = count.dataset.manyCount.replace("0", ticked.length);
            count.hidden = !ticked.length;
            bar.querySelector("[data-many-none]").hidden = ticked.length > 0;
        };
        all.hidden = !boxes.length;
        all.addEventListener("change", () => {
            for (const box of boxes) box.checked = all.checked;
            show();
        });
        for (const box of boxes) box.addEventListener("change", show);
        show();
    };

    const prepare = (root) => {
        // What stands in the first field is typed or scanned over, never added to.
        const first = root.querySelector("main input[autofocus], input[autofocus]");
        const free = [document.body, first].includes(document.activeElement);
        if (first?.value && /^(text|number|search|tel)$/.test(first.type) && free) {
            first.focus();
            first.select();
        }
        root.querySelectorAll("[data-check-all]").forEach(tickAll);
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
