// Stores and scanning. Comfort only: every page works without this file.
(() => {
    const { body } = document;
    const fieldsOf = (form) => [...form.querySelectorAll("input[required]:not([type=hidden]), input[data-scan]")];

    // A scanner ends each code with Enter: on to the next empty field, and only from the last one away. So a code that
    // follows at once is never typed into a form that is just being replaced; Enter in an empty field asks for more.
    body.addEventListener("keydown", (event) => {
        const form = event.target.closest("[data-scan-form]");
        if (!form || event.key !== "Enter" || event.target.tagName !== "INPUT" || event.isComposing) return;
        const fields = fieldsOf(form);
        const empty = fields.find((field) => !field.value.trim() && (field.required || field !== event.target));
        if (empty) {
            event.preventDefault();
            empty.focus();
        }
    });

    // After each answer: where something is wrong or suggested, the text selected to be scanned over; else the first
    // empty field.
    const ready = () => {
        const form = document.querySelector("[data-scan-form]");
        if (!form) return;
        const fields = fieldsOf(form);
        const wrong = fields.find((field) => field.classList.contains("is-invalid"));
        const suggested = fields.find((field) => field.hasAttribute("data-suggested"));
        const next = wrong || suggested || fields.find((field) => !field.value) || fields[0];
        next?.focus();
        next?.select();
        return wrong;
    };
    body.addEventListener("htmx:afterSettle", () => {
        if (ready()) body.dispatchEvent(new Event("refused"));
    });
    ready();

    // One code after the other, from a camera (camera.js) or from a scanner that was faster than the answer: while a
    // form is on its way, what is typed is kept and typed into the form that comes back.
    const codes = [];
    let typed = "";
    let away = false;
    const enter = () => {
        const form = document.querySelector("[data-scan-form]");
        if (away || !form) return;
        const fields = fieldsOf(form);
        const here = fields.includes(document.activeElement) && document.activeElement;
        const field = here || fields.find((each) => !each.value) || fields[0];
        if (!field) return;
        if (!codes.length) {
            if (typed) field.value = typed;
            typed = "";
            return;
        }
        field.value = codes.shift();
        const next = fields.find((each) => !each.value.trim() && (each.required || each !== field));
        if (next) {
            next.focus();
            enter();
        } else {
            form.requestSubmit();
        }
    };
    body.addEventListener("code", (event) => {
        codes.push(event.detail);
        enter();
    });
    body.addEventListener("htmx:beforeRequest", (event) => {
        if (event.target.matches("[data-scan-form]")) away = true;
    });
    body.addEventListener("htmx:afterSettle", () => {
        away = false;
        enter();
    });
    // What did not reach the server is listed to be scanned again, with all that was scanned meanwhile.
    const lost = () => {
        const form = document.querySelector("[data-scan-form]");
        const list = document.querySelector("#scanned");
        away = false;
        body.dispatchEvent(new Event("refused"));
        if (!form) return;
        const fields = fieldsOf(form);
        const unsent = [fields.map((field) => field.value).join(" ").trim(), ...codes.splice(0)];
        for (const code of list ? unsent : []) {
            const item = document.createElement("li");
            item.className = "scanned scanned-refused";
            for (const [kind, text] of [["code", code], ["span", list.dataset.lost]]) {
                item.append(Object.assign(document.createElement(kind), { textContent: text }));
            }
            list.prepend(item);
        }
        if (list) fields[0].value = "";
        fields[0].focus();
        fields[0].select();
    };
    for (const end of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
        body.addEventListener(end, lost);
    }
    document.addEventListener(
        "keydown",
        (event) => {
            if (!away || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
            if (event.key === "Enter") {
                if (typed) codes.push(typed);
                typed = "";
            } else if (event.key.length === 1) {
                typed += event.key;
            } else {
                return;
            }
            event.preventDefault();
            event.stopPropagation();
        },
        true,
    );

    // The arrows move in a grid of links.
    body.addEventListener("keydown", (event) => {
        const grid = event.target.closest?.("[data-grid]");
        const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
        if (!grid || !step || event.target.tagName !== "A") return;
        event.preventDefault();
        const here = event.target.getBoundingClientRect();
        const [x, y] = [here.left + here.width / 2, here.top + here.height / 2];
        let best = null;
        let least = Infinity;
        for (const link of document.querySelectorAll("[data-grid] a")) {
            if (link === event.target) continue;
            const box = link.getBoundingClientRect();
            const [dx, dy] = [box.left + box.width / 2 - x, box.top + box.height / 2 - y];
            const along = dx * step[0] + dy * step[1];
            const across = Math.abs(dx * step[1]) + Math.abs(dy * step[0]);
            if (along < 4 || (step[0] && across > here.height / 2)) continue;
            if (along + 3 * across < least) [best, least] = [link, along + 3 * across];
        }
        best?.focus();
    });
})();
