// Shortcuts and the heartbeat of a lease. Every page works without this file.
"use strict";

(() => {
  const SWITCH = "riskscan-shortcuts";
  const BEAT_SECONDS = 60;
  const root = document.documentElement;
  const announce = (text) => {
    const place = document.getElementById("announce");
    if (place) place.textContent = text;
  };

  // A browser may refuse storage; then shortcuts are simply on.
  const stored = () => {
    try {
      return localStorage.getItem(SWITCH) !== "off";
    } catch {
      return true;
    }
  };
  let on = stored();

  const show = () => root.classList.toggle("with-keys", on);

  const rows = () => Array.from(document.querySelectorAll("a.open-flag"));
  const move = (step) => {
    const links = rows();
    if (!links.length) return;
    const here = links.indexOf(document.activeElement);
    const next = here < 0 ? (step > 0 ? 0 : links.length - 1) : Math.min(Math.max(here + step, 0), links.length - 1);
    links[next].focus();
    links[next].scrollIntoView({ block: "nearest" });
  };

  const choose = (number) => {
    const choice = document.querySelectorAll("input[name=verdict]")[number - 1];
    if (!choice) return;
    choice.checked = true;
    choice.focus();
  };

  const help = () => {
    const dialog = document.getElementById("shortcuts");
    if (dialog && !dialog.open) dialog.showModal();
  };

  const press = (id) => {
    const target = document.getElementById(id);
    if (target && !target.disabled) target.click();
  };

  const ACTIONS = {
    j: () => move(1),
    k: () => move(-1),
    o: () => document.activeElement?.classList.contains("open-flag") && document.activeElement.click(),
    t: () => press("take"),
    ",": () => press("back"),
    "/": () => document.getElementById("reason")?.focus(),
    "?": help,
    1: () => choose(1),
    2: () => choose(2),
    3: () => choose(3),
    4: () => choose(4),
  };

  const writing = (element) =>
    element.isContentEditable ||
    element.closest("textarea, select, [contenteditable]") !== null ||
    (element.tagName === "INPUT" && !["radio", "checkbox", "button", "submit"].includes(element.type));

  document.addEventListener("keydown", (event) => {
    // Vietnamese input methods send letters as tones: while one composes, no key is a shortcut.
    if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    if (writing(event.target) || document.querySelector("dialog[open]")) return;
    if (!on && event.key !== "?") return;
    const action = Object.hasOwn(ACTIONS, event.key) ? ACTIONS[event.key] : null;
    if (!action) return;
    event.preventDefault();
    action();
  });

  const box = document.getElementById("shortcuts-on");
  if (box) {
    box.checked = on;
    box.addEventListener("change", () => {
      on = box.checked;
      try {
        localStorage.setItem(SWITCH, on ? "on" : "off");
      } catch {
        // Without storage the choice lasts as long as this page.
      }
      show();
    });
  }
  show();

  const lease = document.getElementById("lease");
  const form = document.getElementById("decide");
  if (!lease || !form) return;

  let end = performance.now() + Number(lease.dataset.seconds) * 1000;
  let lost = false;
  let warned = false;
  const left = document.getElementById("lease-left");

  const tick = () => {
    if (lost) return;
    const seconds = Math.max(Math.round((end - performance.now()) / 1000), 0);
    const minutes = Math.floor(seconds / 60);
    left.textContent =
      seconds > 0
        ? "· " + lease.dataset.left.replace("{m}", String(minutes)).replace("{s}", String(seconds % 60).padStart(2, "0"))
        : "· " + lease.dataset.over;
    lease.classList.toggle("short", seconds < 60);
    if (seconds === 0 && !warned) {
      warned = true;
      announce(lease.dataset.over);
    }
  };

  const beat = async () => {
    if (lost || document.visibilityState !== "visible") return;
    const body = new URLSearchParams({ csrf: form.elements.csrf.value, token: form.elements.token.value });
    try {
      const answer = await fetch(form.action.replace(/\/decide$/, "/extend"), {
        method: "POST",
        body,
        redirect: "manual",
        credentials: "same-origin",
      });
      if (answer.ok) {
        end = performance.now() + (await answer.json()).seconds * 1000;
        warned = false;
      } else if (answer.status === 409) {
        lost = true;
        left.textContent = "";
        lease.textContent = lease.dataset.lost;
        lease.classList.add("short");
        announce(lease.dataset.lost);
      }
    } catch {
      // The network is away for a moment; the countdown goes on and the next beat tries again.
    }
  };

  tick();
  setInterval(tick, 1000);
  setInterval(beat, BEAT_SECONDS * 1000);
  document.addEventListener("visibilitychange", beat);
})();
