// Labels read by the camera of a telephone: by the browser itself where it can (BarcodeDetector), else by zxing-wasm,
// fetched from this server when the camera is opened for the first time. What was read arrives at the element as a
// "code" event; the page decides what it means. Without a camera, or without this file: the field, as always.
(() => {
    const box = document.querySelector("[data-camera-box]");
    if (!box || !navigator.mediaDevices?.getUserMedia) return;
    const button = box.querySelector("[data-camera]");
    const view = box.querySelector("video");
    const problem = box.querySelector("[data-camera-problem]");
    const { engine, wasm, saidNoCamera, saidNoReader } = box.dataset;
    const AGAIN = 3000; // milliseconds after which the same label counts as read once more
    const PAUSE = 150; // between two looks
    const WIDEST = 1280; // of the picture that is looked at

    const tell = (text) => {
        problem.textContent = text;
        problem.hidden = !text;
    };

    // The browser's own reader, if it knows both kinds of label.
    const own = async () => {
        if (!("BarcodeDetector" in window)) return null;
        const known = await BarcodeDetector.getSupportedFormats().catch(() => []);
        const formats = ["qr_code", "code_128"];
        if (!formats.every((format) => known.includes(format))) return null;
        const detector = new BarcodeDetector({ formats });
        return async () => (await detector.detect(view)).map((found) => found.rawValue);
    };

    const fetched = () =>
        new Promise((resolve, reject) => {
            const script = document.createElement("script");
            script.src = engine;
            script.onload = resolve;
            script.onerror = reject;
            document.head.append(script);
        });

    const library = async () => {
        if (!window.ZXingWASM) await fetched();
        await ZXingWASM.prepareZXingModule({ overrides: { locateFile: () => wasm }, fireImmediately: true });
        const canvas = document.createElement("canvas");
        const context = canvas.getContext("2d", { willReadFrequently: true });
        return async () => {
            const scale = Math.min(1, WIDEST / view.videoWidth);
            canvas.width = Math.round(view.videoWidth * scale);
            canvas.height = Math.round(view.videoHeight * scale);
            context.drawImage(view, 0, 0, canvas.width, canvas.height);
            const picture = context.getImageData(0, 0, canvas.width, canvas.height);
            const found = await ZXingWASM.readBarcodes(picture, { formats: ["QRCode", "Code128"], maxNumberOfSymbols: 4 });
            return found.filter((each) => each.isValid).map((each) => each.text);
        };
    };

    let reader = null;
    const stop = () => {
        for (const track of view.srcObject?.getTracks() || []) track.stop();
        view.srcObject = null;
        view.hidden = true;
        button.setAttribute("aria-pressed", "false");
    };

    const look = async (last) => {
        if (!view.srcObject) return;
        const codes = view.videoWidth ? await reader().catch(() => []) : [];
        const now = Date.now();
        for (const code of codes) {
            if (now - (last.get(code) || 0) > AGAIN) {
                box.dispatchEvent(new CustomEvent("code", { detail: code, bubbles: true }));
                navigator.vibrate?.(60);
            }
            last.set(code, now);
        }
        setTimeout(look, PAUSE, last);
    };

    button.hidden = false;
    button.addEventListener("click", async () => {
        if (view.srcObject) {
            stop();
            return;
        }
        tell("");
        try {
            const wanted = { facingMode: "environment", width: { ideal: 1280 } };
            view.srcObject = await navigator.mediaDevices.getUserMedia({ video: wanted });
        } catch {
            tell(saidNoCamera);
            return;
        }
        view.hidden = false;
        button.setAttribute("aria-pressed", "true");
        await view.play();
        try {
            reader ||= (await own()) || (await library());
        } catch {
            stop();
            tell(saidNoReader);
            return;
        }
        look(new Map());
    });
    window.addEventListener("pagehide", stop);
})();
