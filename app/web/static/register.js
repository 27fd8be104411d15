// What makes the office's pages quicker; all of them work without it.
"use strict";
(() => {
  // A search that shows what it finds while one types: the page of the same form, its part replaced.
  for (const form of document.querySelectorAll("form[data-live]")) {
    const shown = document.querySelector(form.dataset.live);
    let wait = 0, asked = 0;
    const look = async () => {
      const number = ++asked, url = new URL(form.action);
      for (const [name, value] of new FormData(form)) if (value) url.searchParams.set(name, value);
      try {
        const answer = await fetch(url, { headers: { "X-Requested-With": "fetch" } });
        if (answer.redirected || number !== asked) { if (answer.redirected) location.assign(answer.url); return; }
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const part = page.querySelector(form.dataset.live);
        if (part && number === asked) shown.innerHTML = part.innerHTML;
      } catch { /* the button still works */ }
    };
    form.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(look, 250); });
    form.addEventListener("change", () => { clearTimeout(wait); look(); });
  }

  // A list on the page that is narrowed while one types.
  for (const field of document.querySelectorAll("input[data-narrow]")) {
    const items = [...document.querySelectorAll(field.dataset.narrow)], told = document.getElementById(field.dataset.told);
    field.closest("[hidden]")?.removeAttribute("hidden");
    const narrow = () => {
      const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      let left = 0;
      for (const one of items) { one.hidden = !words.every((word) => one.textContent.toLowerCase().includes(word)); left += !one.hidden; }
      if (told) told.textContent = words.length ? `${left} of ${items.length}` : "";
    };
    field.addEventListener("input", narrow);
    narrow();
  }

  // A form that must not be sent twice.
  for (const form of document.querySelectorAll("form[data-once]")) {
    form.addEventListener("submit", () => { for (const one of form.querySelectorAll("button")) setTimeout(() => { one.disabled = true; }); });
  }
  addEventListener("pageshow", () => { for (const one of document.querySelectorAll("form[data-once] button")) one.disabled = false; });

  // Slips by keyboard: Y and N answer all ways at once, 1 to 6 turn one of them, Enter records, S goes on.
  const entry = document.querySelector("form[data-entry]");
  if (entry) {
    const rows = [...entry.querySelectorAll("[data-channel]")];
    const choose = (row, value) => { const one = row.querySelector(`input[value="${value}"]`); if (one) one.checked = true; };
    const turn = (row) => { const all = [...row.querySelectorAll("input")], at = all.findIndex((one) => one.checked); all[(at + 1) % all.length].checked = true; };
    addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !document.getElementById("keys")?.checked) return;
      const at = event.target, typing = at.matches?.("select, textarea, input:not([type=radio]):not([type=checkbox])");
      if (typing) return;
      const key = event.key.toLowerCase(), number = Number(key);
      if (key === "y" || key === "n") rows.forEach((row) => choose(row, key === "y" ? "granted" : "refused"));
      else if (key === "s") document.getElementById("skip")?.click();
      else if (number >= 1 && number <= rows.length) turn(rows[number - 1]);
      else if (key === "enter" && !at.matches?.("a, button, summary")) entry.requestSubmit();
      else return;
      event.preventDefault();
    });
  }

  for (const field of document.querySelectorAll("[data-copy]")) field.addEventListener("focus", () => field.select());
})();
