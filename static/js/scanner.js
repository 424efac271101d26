// A scanner types like a person, only faster. What ends its code is Enter, whatever it was set to: one that ends with
// Tab, or whose Enter an input method takes for itself, would else glue two labels together. A person's Tab stays Tab.
(() => {
    const QUICK = 80; // milliseconds between two signs; hardly anybody types five so
    const FEWEST = 5;
    let last = 0;
    let quick = 0;
    let taken = false;

    const isQuick = (now) => quick >= FEWEST && now - last < 5 * QUICK;
    const end = (target) => {
        const enter = new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true });
        if (target.dispatchEvent(enter)) target.form?.requestSubmit();
    };

    window.addEventListener(
        "keydown",
        (event) => {
            if (!event.isTrusted) return;
            const now = event.timeStamp;
            // To an input method every key is "Process"; which one it was, only its place on the board says.
            const ends = event.key === "Tab" || event.key === "Enter" || /^(Numpad)?Enter$|^Tab$/.test(event.code);
            if (!ends) {
                if (event.key.length > 1 && event.key !== "Process") return;
                quick = now - last < QUICK ? quick + 1 : 1;
                last = now;
                return;
            }
            const byScanner = isQuick(now) && !event.shiftKey;
            if (!byScanner) return;
            if (event.isComposing) {
                taken = true;
            } else if (event.key === "Tab") {
                event.preventDefault();
                event.stopImmediatePropagation();
                end(event.target);
            }
            quick = 0;
        },
        true,
    );
    // Whoever scans looks at the shelf: what is refused is also heard, and felt where the device can.
    let sound = null;
    document.addEventListener(
        "refused",
        () => {
            navigator.vibrate?.([90, 60, 90]);
            if (!window.AudioContext) return;
            sound ||= new AudioContext();
            const [tone, loudness] = [sound.createOscillator(), sound.createGain()];
            tone.type = "square";
            tone.frequency.value = 196;
            loudness.gain.value = 0.08;
            tone.connect(loudness).connect(sound.destination);
            tone.start();
            tone.stop(sound.currentTime + 0.3);
        },
        true,
    );
    if (document.querySelector("main input[autofocus].is-invalid")) document.dispatchEvent(new Event("refused"));
    // The letters are in the field once the input method has let go of them.
    window.addEventListener("compositionend", (event) => {
        if (!taken) return;
        taken = false;
        setTimeout(() => end(event.target));
    });
})();
