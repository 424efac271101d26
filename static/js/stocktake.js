// Reading labels during a count. What is read is kept on the device first and goes away only when the server has it:
// the device's own running number makes an upload that is sent twice count once. Without this file: lines in a form.
(() => {
    const page = document.querySelector("[data-stocktake]");
    if (!page || !window.localStorage) return;
    const said = page.dataset;
    const field = page.querySelector(".scan-code");
    const log = page.querySelector(".scan-log");
    const problem = page.querySelector("[data-problem]");
    const prefix = `stocktake-${said.stocktake}-`;
    const AT_ONCE = 500;

    // Each opening of the page is a device of its own: two tabs never share a number.
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    const device = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    let number = 0;
    let sending = false;
    let later = 0;

    const kept = (key) => JSON.parse(localStorage.getItem(key) || "[]");
    const keep = (key, scans) => (scans.length ? localStorage.setItem(key, JSON.stringify(scans)) : localStorage.removeItem(key));
    const keys = () => Object.keys(localStorage).filter((key) => key.startsWith(prefix));
    const waiting = () => keys().reduce((sum, key) => sum + kept(key).length, 0);
    const count = () => (page.querySelector("[data-waiting]").textContent = waiting());
    const tell = (text) => {
        problem.textContent = text;
        problem.hidden = !text;
    };

    const line = (scan) => {
        const item = document.createElement("li");
        const code = document.createElement("code");
        const state = document.createElement("span");
        code.textContent = scan.code === "-" ? said.saidNoSlot : scan.code;
        state.textContent = said.saidWaiting;
        item.dataset.number = scan.number;
        item.append(code, state);
        log.prepend(item);
        while (log.children.length > 20) log.lastElementChild.remove();
    };

    const mark = (scans, unknown) => {
        for (const scan of scans) {
            const item = log.querySelector(`[data-number="${scan.number}"]`);
            if (!item) continue;
            const strange = unknown.includes(scan.code.normalize("NFKC"));
            item.lastElementChild.textContent = strange ? said.saidUnknown : said.saidDone;
            item.classList.toggle("unknown", strange);
        }
        if (unknown.length) page.dispatchEvent(new Event("refused"));
    };

    // Opened anew, also after a reload, the page does not know in front of which slot one stands: whatever lies there
    // would be counted as lying nowhere. A dossier's label is known by its form; other labels only the server knows.
    const isDossier = (code) => /RD\d{9}$/i.test(code.normalize("NFKC"));
    const read = (text) => {
        const code = text.trim().slice(0, 60);
        if (!code) return;
        if (!number && isDossier(code)) {
            tell(said.saidSlotFirst);
            page.dispatchEvent(new Event("refused"));
            return;
        }
        if (problem.textContent === said.saidSlotFirst) tell("");
        const scan = { number: number + 1, code, at: new Date().toISOString() };
        try {
            keep(prefix + device, [...kept(prefix + device), scan]);
        } catch {
            tell(said.saidFull);
            page.dispatchEvent(new Event("refused"));
            return;
        }
        number += 1;
        line(scan);
        count();
        send();
    };

    // Oldest first, one upload after the other; what the server has confirmed is forgotten here.
    const send = async () => {
        if (sending) return;
        sending = true;
        clearTimeout(later);
        try {
            for (let key = keys()[0]; key; key = keys()[0]) {
                const scans = kept(key).slice(0, AT_ONCE);
                const answer = await fetch(said.upload, {
                    method: "POST",
                    redirect: "manual",
                    headers: { "Content-Type": "application/json", "X-CSRFToken": page.querySelector("[name=csrf]").value },
                    body: JSON.stringify({ device: key.slice(prefix.length), scans }),
                });
                if (!answer.ok) {
                    const isJson = (answer.headers.get("Content-Type") || "").includes("json");
                    tell(isJson ? (await answer.json()).detail : said.saidAgain);
                    break;
                }
                const { unknown, counted } = await answer.json();
                page.querySelector("[data-done]").textContent = counted;
                const sent = new Set(scans.map((scan) => scan.number));
                keep(key, kept(key).filter((scan) => !sent.has(scan.number)));
                if (key === prefix + device) mark(scans, unknown);
                tell("");
            }
        } catch {
            tell(said.saidOffline);
            later = setTimeout(send, 15000);
        } finally {
            sending = false;
            count();
        }
    };

    const take = () => {
        read(field.value);
        field.value = "";
        field.focus();
    };
    field.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || event.isComposing) return;
        event.preventDefault();
        take();
    });
    page.querySelector("[data-read]").addEventListener("click", take);
    page.querySelector("[data-no-slot]").addEventListener("click", () => read("-"));
    page.querySelector("[data-send]").addEventListener("click", send);
    window.addEventListener("online", send);
    window.addEventListener("beforeunload", (event) => {
        if (sending) event.preventDefault();
    });

    // What the camera has read (camera.js).
    page.addEventListener("code", (event) => read(event.detail));

    // So that the page opens again without a connection: kept with all it is made of, by a worker beside it.
    const keepPage = async () => {
        await navigator.serviceWorker.register(said.worker, { scope: said.scope });
        if (navigator.serviceWorker.controller) return; // it sees to it by itself
        const loaded = performance.getEntriesByType("resource").filter((part) => part.name.startsWith(location.origin));
        const parts = loaded.filter((part) => ["css", "link", "script", "img"].includes(part.initiatorType));
        const kept = await caches.open("stocktake");
        await kept.addAll([location.pathname, ...new Set(parts.map((part) => part.name))]);
    };
    if (navigator.serviceWorker && window.caches) {
        window.addEventListener("load", () => keepPage().catch(() => {})); // then it opens with a connection only
    }

    page.hidden = false;
    document.querySelector("[data-plain]").hidden = true;
    field.focus();
    count();
    send();
})();
