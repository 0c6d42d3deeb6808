// What pages do better with scripts: saving while one writes, warning before the session ends, counting characters.
// Everything here improves a page that works without it. Data only ever enters the page as text.
(() => {
  "use strict";
  const words = document.getElementById("ui-words")?.dataset ?? {};
  const token = () => document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
  const make = (tag, name, text) => {
    const element = document.createElement(tag);
    if (name) element.className = name;
    if (text) element.textContent = text;
    return element;
  };
  const post = (url, body, { headers, ...more } = {}) =>
    fetch(url, {
      method: "POST",
      body,
      credentials: "same-origin",
      redirect: "manual",
      headers: { Accept: "application/json", "X-CSRFToken": token(), ...headers },
      ...more,
    });
  const isOver = (response) => response.type === "opaqueredirect" || response.status === 401;

  // --- errors: the summary gets the focus, its links bring to the field with its label in view
  document.querySelector("[data-focus]")?.focus();
  for (const link of document.querySelectorAll(".error-summary a")) {
    link.addEventListener("click", (event) => {
      const target = document.getElementById(link.hash.slice(1));
      if (!target) return;
      event.preventDefault();
      (target.closest(".field") ?? target).scrollIntoView();
      target.focus({ preventScroll: true });
    });
  }

  // --- a link to #pane-write also opens that pane of the expert's screen
  const openPane = () => {
    const pane = location.hash && document.getElementById(location.hash.slice(1));
    if (pane && pane.name === "pane") pane.checked = true;
  };
  addEventListener("hashchange", openPane);
  openPane();

  const menu = document.querySelector(".menu-button");
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu?.open) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => print());
  }

  // --- characters left, said only where they begin to matter
  for (const area of document.querySelectorAll("[data-limit]")) {
    const count = document.getElementById(area.dataset.count);
    const limit = Number(area.dataset.limit);
    if (!count) continue;
    const number = new Intl.NumberFormat(document.documentElement.lang);
    const before = count.textContent;
    const tell = () => {
      const left = limit - [...area.value].length;
      count.toggleAttribute("data-over", left < 0);
      if (left < limit / 10) count.setAttribute("role", "status");
      count.textContent =
        left > limit / 5 ? before : `${number.format(Math.abs(left))}\u00a0${left < 0 ? words.over : words.left}`;
    };
    area.addEventListener("input", tell);
    if (area.value) tell();
  }

  // --- a code may be pasted with its spaces
  for (const input of document.querySelectorAll("[data-code]")) {
    input.addEventListener("input", () => {
      const bare = input.value.replace(/[\s.\-\u2010-\u2014]/g, "");
      if (bare !== input.value) input.value = bare;
    });
  }

  // --- forms: one click sends once; leaving with unsaved text warns
  const unsaved = new Set();
  const leaving = (event) => {
    if (unsaved.size) event.preventDefault();
  };
  const mark = (form, dirty) => {
    unsaved[dirty ? "add" : "delete"](form);
    // The listener is there only while needed: it would keep the page out of the back-forward cache.
    (unsaved.size ? addEventListener : removeEventListener)("beforeunload", leaving);
  };
  const touched = new Set();
  for (const form of document.querySelectorAll("form[method=post]")) {
    let sent = 0;
    form.addEventListener("input", () => {
      touched.add(form);
      if ("warnLeave" in form.dataset) mark(form, true);
    });
    form.addEventListener("submit", (event) => {
      if (Date.now() - sent < 4000) return event.preventDefault();
      sent = Date.now();
      mark(form, false);
      touched.delete(form);
    });
    addEventListener("pageshow", () => (sent = 0));
  }

  // --- saving while one writes
  const autosave = (form) => {
    const state = form.querySelector("[data-save-state]");
    let busy = false, dirty = false, held = false, timer = 0, wait = 5000, version = form.dataset.version;
    const say = (text) => {
      if (state && state.textContent !== text) state.textContent = text;
    };
    const later = (delay) => {
      clearTimeout(timer);
      timer = setTimeout(save, delay);
    };
    const setVersion = (value) => {
      version = String(value);
      const field = form.querySelector("input[name=version]");
      if (field) field.value = version;
    };

    // Both texts are shown; nothing is saved until one is chosen for each.
    const choose = (answer) => {
      let open = 0;
      const settled = () => {
        if (open) return;
        setVersion(answer.version);
        held = false;
        dirty = true;
        later(0);
      };
      for (const [name, theirs] of Object.entries(answer.fields ?? {})) {
        const mine = form.elements.namedItem(name);
        if (!(mine instanceof HTMLTextAreaElement || mine instanceof HTMLInputElement) || mine.value === theirs) continue;
        open += 1;
        const box = make("div", "inset inset-you conflict");
        const label = make("label", "label", words.theirs);
        const other = make("textarea");
        other.id = label.htmlFor = `${mine.id}_theirs`;
        other.readOnly = true;
        other.value = theirs;
        other.rows = mine.rows || 2;
        const buttons = make("p", "buttons");
        for (const [text, take] of [[words.mine, false], [words.take, true]]) {
          const button = make("button", "button button-second", text);
          button.type = "button";
          button.addEventListener("click", () => {
            if (take) mine.value = theirs;
            box.remove();
            open -= 1;
            mine.focus();
            settled();
          });
          buttons.append(button);
        }
        box.append(make("p", "", words.conflict), label, other, buttons);
        mine.after(box);
      }
      settled();
    };

    const save = async (last = false) => {
      if (busy || held || !dirty) return;
      busy = true;
      dirty = false;
      const body = new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));
      if (version !== undefined) body.set("version", version);
      say(words.saving);
      try {
        const response = await post(form.dataset.autosaveUrl, body, { keepalive: last });
        if (response.ok) {
          const answer = await response.json();
          if (answer.version !== undefined) setVersion(answer.version);
          say(`${words.saved} ${answer.saved_at}`);
          wait = 5000;
        } else if (response.status === 409) {
          held = dirty = true;
          say(words.conflict);
          choose(await response.json());
        } else if (response.status === 422) {
          dirty = true;
          const answer = await response.json();
          say(Object.values(answer.errors ?? {}).join(" ") || words.refused);
        } else if (response.status >= 500 || response.status === 429) {
          throw new Error("try again");
        } else {
          dirty = true;
          say(words.refused);
          if (isOver(response)) dispatchEvent(new Event("sessionover"));
        }
      } catch {
        dirty = true;
        say(words.offline);
        later(wait);
        wait = Math.min(wait * 2, 60000);
      }
      busy = false;
      if (dirty) touched.add(form);
      else touched.delete(form);
      mark(form, dirty);
    };

    form.addEventListener("input", () => {
      dirty = true;
      mark(form, true);
      later(2500);
    });
    form.addEventListener("submit", () => {
      held = true;
      clearTimeout(timer);
    });
    addEventListener("online", () => later(0));
    addEventListener("visibilitychange", () => document.hidden && save(true));

    // A link waits for what was just typed: the page it leads to may show the same text again.
    document.addEventListener("click", async (event) => {
      const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
      const elsewhere = event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
      if (!link || elsewhere || event.defaultPrevented || held || !(dirty || busy)) return;
      if (link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
      if (link.hash && link.href.split("#")[0] === location.href.split("#")[0]) return;
      event.preventDefault();
      clearTimeout(timer);
      for (let tries = 0; busy && tries < 60; tries += 1) await new Promise((go) => setTimeout(go, 50));
      await Promise.race([save(), new Promise((go) => setTimeout(go, 3000))]);
      // Two texts to choose between are shown here, and here alone.
      if (!held) location.href = link.href;
    });
  };
  for (const form of document.querySelectorAll("form[data-autosave-url]")) autosave(form);

  // --- the session ends when nobody is there (WCAG 2.2.1): a warning first, then the page is hidden
  const dialog = document.getElementById("idle");
  if (dialog) {
    const limit = Number(dialog.dataset.idleSeconds) * 1000;
    const warn = Number(dialog.dataset.idleWarning) * 1000;
    const part = (name) => dialog.querySelector(`[data-idle-part=${name}]`);
    const [left, limitLeft] = dialog.querySelectorAll("[data-idle-left]");
    const channel = "BroadcastChannel" in window ? new BroadcastChannel("activity") : null;
    let last = Date.now(), reported = last, over = false, told = 0, absolute = Infinity, announced = false;

    const show = (name) => {
      for (const each of ["warning", "limit", "over"]) part(each).hidden = each !== name;
      dialog.setAttribute("aria-labelledby", `idle-${name}`);
      if (!dialog.open) dialog.showModal();
    };
    const inWords = (rest) => {
      const seconds = Math.max(0, Math.ceil(rest / 1000));
      return seconds > 60 ? `${Math.ceil(seconds / 60)} ${words.minutes}` : `${seconds} ${words.seconds}`;
    };
    const end = () => {
      over = true;
      document.body.classList.add("locked");
      removeEventListener("beforeunload", leaving);
      show("over");
    };
    const report = async () => {
      reported = Date.now();
      try {
        const response = await post(dialog.dataset.idleUrl, new URLSearchParams());
        if (isOver(response)) end();
        else if (response.ok) absolute = Date.now() + (await response.json()).absolute * 1000;
      } catch {
        // No connection: the next activity reports again.
        reported -= 50000;
      }
    };
    addEventListener("sessionover", end);
    const stay = () => {
      if (over) return;
      last = Date.now();
      if (dialog.open) dialog.close();
      channel?.postMessage(last);
      report();
    };
    const active = () => {
      if (over || dialog.open) return;
      last = Date.now();
      if (last - told > 5000) {
        told = last;
        channel?.postMessage(last);
      }
    };
    if (channel) {
      channel.onmessage = (event) => {
        if (over) return;
        last = Math.max(last, Number(event.data));
        if (dialog.open) dialog.close();
      };
    }
    for (const name of ["keydown", "input", "pointerdown", "click", "scroll", "wheel"]) {
      addEventListener(name, active, { passive: true, capture: true });
    }
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      stay();
    });
    for (const button of dialog.querySelectorAll("[data-idle-stay]")) button.addEventListener("click", stay);
    const login = dialog.querySelector("[data-idle-login]");
    login.href += `?next=${encodeURIComponent(location.pathname + location.search)}`;
    login.addEventListener("click", async (event) => {
      // A form sent after the end of the session is kept for its author and offered after login. It must really be
      // over for that: a form sent before its end would count as sent.
      const form = [...touched].find((one) => one.dataset.keep !== "no" && !one.querySelector("[type=password]"));
      if (!form) return;
      event.preventDefault();
      const response = await post(dialog.dataset.idleUrl, new URLSearchParams(), { headers: { "X-Background": "1" } });
      if (isOver(response)) {
        unsaved.clear();
        form.submit();
      } else {
        over = false;
        document.body.classList.remove("locked");
        stay();
      }
    });
    setInterval(() => {
      if (over) return;
      const idle = Date.now() - last;
      // A little later than the server, so that it is over there when we say so.
      if (idle > limit + 3000) return end();
      if (last > reported && Date.now() - reported > 60000) report();
      if (absolute - Date.now() < warn) {
        if (Date.now() > absolute) return end();
        limitLeft.textContent = inWords(absolute - Date.now());
        if (!announced) show("limit");
        announced = true;
      } else if (idle > limit - warn) {
        left.textContent = inWords(limit - idle);
        if (!dialog.open) show("warning");
      }
    }, 1000);
  }
})();
