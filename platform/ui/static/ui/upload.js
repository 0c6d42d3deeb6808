// Sending files from the page: how far it is, how fast, how long it still takes. When the line is cut, the form and the
// chosen files stay as they are and can be sent again. Without scripts the same form is sent as any other.
(() => {
  "use strict";
  for (const form of document.querySelectorAll("form[data-upload]")) {
    const input = form.querySelector("input[type=file]");
    const box = form.querySelector("[data-upload-box]");
    if (!input || !box) continue;
    const part = (name) => box.querySelector(`[data-upload-${name}]`);
    const [bar, state, detail, stop] = ["bar", "state", "detail", "stop"].map(part);
    const words = box.dataset;
    const button = form.querySelector(".buttons button");
    const number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
    const megabytes = (bytes) => `${number.format(bytes / 1048576)}\u00a0${words.unit}`;
    const inWords = (seconds) =>
      seconds > 90 ? `${Math.ceil(seconds / 60)}\u00a0${words.minutes}` : `${Math.max(1, Math.ceil(seconds))}\u00a0${words.seconds}`;
    let request = null, told = -1, samples = [];

    const leaving = (event) => event.preventDefault();
    const say = (text) => {
      if (state.textContent !== text) state.textContent = text;
    };
    const end = (text) => {
      request = null;
      bar.hidden = stop.hidden = true;
      detail.textContent = "";
      box.classList.toggle("inset-late", Boolean(text));
      button.disabled = false;
      removeEventListener("beforeunload", leaving);
      if (!text) return;
      say(text);
      box.focus();
    };
    const progress = (event) => {
      if (!event.lengthComputable) return;
      // Whoever waits for his upload is there: the session goes on.
      dispatchEvent(new Event("scroll"));
      bar.value = event.loaded / event.total;
      samples.push([performance.now(), event.loaded]);
      samples = samples.slice(-40);
      const [[since, first]] = samples;
      const speed = (event.loaded - first) / Math.max(0.001, (performance.now() - since) / 1000);
      const far = `${megabytes(event.loaded)} / ${megabytes(event.total)}`;
      const left = speed && samples.length > 2 ? ` \u00b7 ${megabytes(speed)}${words.each} \u00b7 ${words.left} ${inWords((event.total - event.loaded) / speed)}` : "";
      detail.textContent = far + left;
      // Said aloud at each quarter only.
      const quarter = Math.floor((4 * event.loaded) / event.total);
      if (quarter > told && quarter < 4) say(quarter ? `${words.sending} ${25 * quarter}\u00a0%` : words.sending);
      told = quarter;
    };
    const answered = () => {
      let answer = null;
      try {
        answer = JSON.parse(request.responseText);
      } catch {
        // A page of the server, or of something between: said in our own words below.
      }
      if (request.status === 401) {
        end(words.failed);
        dispatchEvent(new Event("sessionover"));
      } else if (request.status === 200 && answer?.to) {
        removeEventListener("beforeunload", leaving);
        location.assign(answer.to);
      } else {
        end(Object.values(answer?.errors ?? {}).flat().join(" ") || words.failed);
      }
    };

    form.addEventListener(
      "submit",
      (event) => {
        if (!input.files.length) return;
        // Ours alone: the page stays.
        event.preventDefault();
        event.stopImmediatePropagation();
        if (request) return;
        request = new XMLHttpRequest();
        request.open("POST", form.action);
        request.setRequestHeader("Accept", "application/json");
        request.upload.addEventListener("progress", progress);
        request.upload.addEventListener("load", () => {
          say(words.checking);
          stop.hidden = true;
          detail.textContent = "";
        });
        request.addEventListener("load", answered);
        request.addEventListener("error", () => end(words.cut));
        request.addEventListener("abort", () => end(words.stopped));
        told = -1;
        samples = [];
        bar.value = 0;
        box.hidden = bar.hidden = stop.hidden = false;
        box.classList.remove("inset-late");
        button.disabled = true;
        addEventListener("beforeunload", leaving);
        request.send(new FormData(form));
      },
      { capture: true },
    );
    stop.addEventListener("click", () => request?.abort());
  }
})();
