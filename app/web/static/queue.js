// The queue keeps itself fresh and can be walked by keys; a draft that is open keeps its lock. All works as well without.
(() => {
  "use strict";
  const FRESH_MS = 30_000;
  const RENEW_MS = 300_000;
  const AWAY_MS = 300_000; // whoever has touched nothing for so long is not there: the session must be able to end
  let touched = Date.now();
  for (const kind of ["pointerdown", "pointermove", "keydown", "scroll"]) {
    addEventListener(kind, () => { touched = Date.now(); }, { passive: true });
  }
  const present = () => !document.hidden && Date.now() - touched < AWAY_MS;

  // ---- the queue
  const news = document.getElementById("queue-news");
  let stale = Date.now();

  const say = (words) => { if (news && news.textContent !== words) news.textContent = words; };

  const fetchPage = async () => {
    const answer = await fetch(location.href, { headers: { "X-Requested-With": "queue" } });
    if (!answer.ok || answer.redirected) return null;
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  };

  const put = (page) => {
    const old = document.getElementById("queue");
    const fresh = page.getElementById("queue");
    if (!old || !fresh || old.innerHTML === fresh.innerHTML) return;
    const at = document.activeElement;
    const row = old.contains(at) ? at.closest("li[id]") : null;
    if (old.contains(at) && !(row && page.getElementById(row.id))) {
      say("The queue has changed. Reload to see it.");
      return; // what has the keyboard is not taken away
    }
    const place = row ? [...row.querySelectorAll("a, button")].indexOf(at) : -1;
    const before = Number(old.dataset.total);
    old.replaceWith(document.adoptNode(fresh));
    if (row) {
      const again = document.getElementById(row.id).querySelectorAll("a, button");
      (again[place] || again[0])?.focus({ preventScroll: true });
    }
    document.title = page.title;
    const badge = document.querySelector('a[href="/queue"]');
    const newBadge = page.querySelector('a[href="/queue"]');
    if (badge && newBadge && badge !== document.activeElement) badge.innerHTML = newBadge.innerHTML;
    const total = Number(fresh.dataset.total);
    if (total !== before) say(total === 1 ? "1 post waits now." : `${total} posts wait now.`);
  };

  const freshen = async () => {
    if (!present() || Date.now() - stale < FRESH_MS) return;
    stale = Date.now();
    try {
      const page = await fetchPage();
      if (page) put(page);
    } catch {
      // No connection: what is shown stays, and is asked for again later.
    }
  };

  if (document.getElementById("queue")) {
    setInterval(freshen, 5_000);
    document.addEventListener("visibilitychange", freshen);
  }

  // ---- keys
  const keys = document.getElementById("keys");
  if (keys) {
    keys.closest("label").hidden = false;
    keys.checked = localStorage.getItem("queue-keys") !== "off";
    keys.addEventListener("change", () => localStorage.setItem("queue-keys", keys.checked ? "on" : "off"));
    const STEPS = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };
    addEventListener("keydown", (event) => {
      const step = STEPS[event.key];
      if (!step || !keys.checked || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
      if (event.target.closest("input, textarea, select, summary, [contenteditable]")) return;
      const links = [...document.querySelectorAll(".waiting .text a")];
      if (!links.length) return;
      const here = links.findIndex((one) => one.closest("li").contains(document.activeElement));
      if (here < 0 && event.key.startsWith("Arrow")) return; // arrows scroll until the list is walked
      event.preventDefault();
      const next = here < 0 ? (step > 0 ? 0 : links.length - 1) : here + step;
      links[Math.min(Math.max(next, 0), links.length - 1)].focus();
    });
  }

  // ---- a draft that is open: its lock is renewed while somebody is there, and let go when they leave
  const lock = document.querySelector("form[data-lock]");
  if (lock) {
    const renew = async () => {
      if (!present()) return;
      try {
        const answer = await fetch(`/queue/locks/${lock.dataset.lock}`, { method: "POST", body: new FormData(lock) });
        if (answer.status !== 409) return;
      } catch {
        return;
      }
      const lost = document.querySelector("[data-lock-lost]");
      const link = Object.assign(document.createElement("a"), { href: lost.dataset.page, textContent: "Load it again" });
      const written = [...document.querySelectorAll("#decide textarea, #escalate textarea")].some((one) => one.value.trim());
      lost.replaceChildren(
        "Somebody else has taken this draft over, or it was decided: you cannot decide on it now. ",
        written ? "Copy what you have written if you want to keep it, then: " : "", link, " to see how it stands.",
      );
      for (const one of document.querySelectorAll("#decide button, #escalate button, #accept [data-accept]")) one.disabled = one.hidden = true;
      lost.hidden = false;
      lock.hidden = true;
      clearInterval(timer);
    };
    const timer = setInterval(renew, RENEW_MS);
    setTimeout(renew, 10_000); // a reload lets go and claims at once: whichever came last
    let sending = false;
    addEventListener("submit", () => { sending = true; });
    addEventListener("pagehide", (event) => {
      if (!sending && !event.persisted) navigator.sendBeacon(lock.action, new FormData(lock));
    });
  }
})();
