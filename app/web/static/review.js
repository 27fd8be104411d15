// The page of a draft: photos that zoom, boxes to cover, findings that light their place, the roll-call, keys.
// Everything that it does can be done by forms and links without it.
(() => {
  "use strict";
  const page = document.querySelector(".review");
  if (!page) return;
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const SVG = "http://www.w3.org/2000/svg";
  const views = new Map();

  // ---- photos: zoomed by their view box, so that boxes and numbers come along
  class View {
    constructor(section) {
      this.section = section;
      this.svg = section.querySelector("svg");
      this.image = this.svg.querySelector("image");
      this.covers = this.svg.querySelector(".covers");
      this.width = Number(section.dataset.width);
      this.height = Number(section.dataset.height);
      this.box = { x: 0, y: 0, w: this.width, h: this.height };
      this.texts = all("text", this.svg).map((one) => [one, Number(one.getAttribute("font-size")), Number(one.getAttribute("y")), one.parentNode.dataset.box.split(",").map(Number)]);
      this.pointers = new Map();
      this.drawing = false;
      section.classList.add("live");
      all(".tools, .keys-help", section).forEach((one) => { one.hidden = false; });
      const numbers = section.querySelector(".by-numbers");
      if (numbers) numbers.hidden = true;
      this.svg.setAttribute("tabindex", "0");
      section.addEventListener("click", (event) => this.pressed(event));
      this.svg.addEventListener("keydown", (event) => this.keyed(event));
      this.svg.addEventListener("wheel", (event) => this.wheeled(event), { passive: false });
      this.svg.addEventListener("pointerdown", (event) => this.down(event));
      this.svg.addEventListener("pointermove", (event) => this.moved(event));
      for (const kind of ["pointerup", "pointercancel"]) this.svg.addEventListener(kind, (event) => this.up(event));
      section.addEventListener("change", () => this.showChosen());
      this.showChosen();
    }

    show(box) {
      const w = Math.min(this.width, Math.max(this.width / 40, box.w));
      const h = w * this.height / this.width;
      const x = Math.min(Math.max(0, box.x), this.width - w);
      const y = Math.min(Math.max(0, box.y), this.height - h);
      this.box = { x, y, w, h };
      this.svg.setAttribute("viewBox", `${x} ${y} ${w} ${h}`);
      const scale = w / this.width;
      for (const [text, size, , [left, top]] of this.texts) {
        text.setAttribute("font-size", size * scale);
        text.setAttribute("y", Math.max(top - size * scale / 4, size * scale));
        text.setAttribute("x", left);
      }
      const near = scale < 0.99;
      this.section.classList.toggle("near", near);
      const before = this.section.querySelector("[data-do=before][aria-pressed=true]");
      const wanted = before ? this.section.dataset.before : scale < 0.6 ? this.section.dataset.full : this.image.getAttribute("href") === this.section.dataset.full ? this.section.dataset.full : this.section.dataset.screen;
      if (this.image.getAttribute("href") !== wanted) this.image.setAttribute("href", wanted);
    }

    zoom(factor, at) {
      const middle = at || { x: this.box.x + this.box.w / 2, y: this.box.y + this.box.h / 2 };
      const w = this.box.w / factor;
      const h = this.box.h / factor;
      this.show({ x: middle.x - (middle.x - this.box.x) / factor, y: middle.y - (middle.y - this.box.y) / factor, w, h });
    }

    fit() { this.show({ x: 0, y: 0, w: this.width, h: this.height }); }

    original() {
      const w = this.svg.clientWidth * (window.devicePixelRatio || 1);
      const middle = { x: this.box.x + this.box.w / 2, y: this.box.y + this.box.h / 2 };
      this.show({ x: middle.x - w / 2, y: middle.y - w * this.height / this.width / 2, w });
    }

    closeUp(face) {
      const [left, top, right, bottom] = face.dataset.box.split(",").map(Number);
      const w = Math.max((right - left) * 2, (bottom - top) * 2 * this.width / this.height);
      this.show({ x: (left + right) / 2 - w / 2, y: (top + bottom) / 2 - w * this.height / this.width / 2, w });
    }

    point(event) {
      const matrix = this.svg.getScreenCTM();
      const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
      return { x: Math.min(Math.max(0, at.x), this.width), y: Math.min(Math.max(0, at.y), this.height) };
    }

    pressed(event) {
      const button = event.target.closest("button[data-do]");
      if (!button) return;
      const steps = {
        in: () => this.zoom(1.5), out: () => this.zoom(1 / 1.5), fit: () => this.fit(), original: () => this.original(),
        boxes: () => this.section.classList.toggle("no-boxes", !toggle(button)),
        before: () => { toggle(button); this.show(this.box); },
        draw: () => this.draw(toggle(button)),
        add: () => this.add({ x: this.box.x + this.box.w * 0.4, y: this.box.y + this.box.h * 0.4, w: this.box.w * 0.2, h: this.box.h * 0.2 }, true),
      };
      steps[button.dataset.do]?.();
    }

    keyed(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const cover = event.target.closest(".a-cover");
      if (cover) return this.keyedCover(event, cover);
      const step = this.box.w / 8;
      const go = (dx, dy) => () => this.show({ ...this.box, x: this.box.x + dx, y: this.box.y + dy });
      const keys = {
        "+": () => this.zoom(1.5), "=": () => this.zoom(1.5), "-": () => this.zoom(1 / 1.5), 0: () => this.fit(),
        ArrowLeft: go(-step, 0), ArrowRight: go(step, 0), ArrowUp: go(0, -step), ArrowDown: go(0, step),
      };
      if (!keys[event.key]) return;
      const moves = event.key.startsWith("Arrow");
      if (moves && !this.section.classList.contains("near")) return; // nothing to move: the page scrolls, or the next draft
      keys[event.key]();
      event.preventDefault();
      event.stopPropagation();
    }

    wheeled(event) {
      if (!event.ctrlKey && !this.section.classList.contains("near")) return; // the page scrolls over a whole photo
      event.preventDefault();
      this.zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2, this.point(event));
    }

    down(event) {
      if (event.button > 0) return;
      this.pointers.set(event.pointerId, event);
      this.start = { at: this.point(event), x: event.clientX, y: event.clientY, box: this.box, far: false };
      const cover = event.target.closest(".a-cover");
      if (cover) this.start.cover = { rect: cover, ...read(cover) };
      else if (this.drawing) this.start.made = this.add({ ...this.start.at, w: 1, h: 1 }, false);
      if (cover || this.drawing || this.section.classList.contains("near")) {
        this.svg.setPointerCapture(event.pointerId);
        if (this.drawing || cover) event.preventDefault();
      }
    }

    moved(event) {
      if (!this.pointers.has(event.pointerId) || !this.start) return;
      if (this.pointers.size === 2) return this.pinched(event);
      this.pointers.set(event.pointerId, event);
      const { start } = this;
      if (Math.hypot(event.clientX - start.x, event.clientY - start.y) > 5) start.far = true;
      if (!start.far) return;
      const at = this.point(event);
      if (start.made) {
        write(start.made, { x: Math.min(at.x, start.at.x), y: Math.min(at.y, start.at.y), w: Math.abs(at.x - start.at.x), h: Math.abs(at.y - start.at.y) });
      } else if (start.cover) {
        this.place(start.cover.rect, { ...start.cover, x: start.cover.x + at.x - start.at.x, y: start.cover.y + at.y - start.at.y });
      } else if (this.section.classList.contains("near")) {
        const scale = start.box.w / this.svg.clientWidth;
        this.show({ ...start.box, x: start.box.x - (event.clientX - start.x) * scale, y: start.box.y - (event.clientY - start.y) * scale });
      }
    }

    pinched(event) {
      const [one, two] = [...this.pointers.values()];
      const was = Math.hypot(one.clientX - two.clientX, one.clientY - two.clientY);
      this.pointers.set(event.pointerId, event);
      const [a, b] = [...this.pointers.values()];
      const is = Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
      this.start.far = true;
      if (was > 0 && is > 0) this.zoom(is / was, this.point({ clientX: (a.clientX + b.clientX) / 2, clientY: (a.clientY + b.clientY) / 2 }));
    }

    up(event) {
      this.pointers.delete(event.pointerId);
      const { start } = this;
      if (!start) return;
      if (start.made) {
        const made = read(start.made);
        if (!start.far || made.w < 4 || made.h < 4) start.made.remove();
        this.list();
        if (start.far) start.made.focus();
        else this.choose(event);
      } else if (!start.far && event.type === "pointerup" && !start.cover) {
        this.choose(event);
      }
      if (!this.pointers.size) this.start = null;
    }

    // A press on a box: closer; while covering, chosen.
    choose(event) {
      const face = document.elementFromPoint(event.clientX, event.clientY)?.closest?.(".a-face");
      if (!face || !this.svg.contains(face)) return;
      const input = this.section.querySelector(`input[name=face][value="${face.dataset.face}"]`);
      if (input && this.drawing) {
        input.checked = !input.checked;
        this.showChosen();
      } else this.closeUp(face);
    }

    // Covering: a press on a face chooses it, a drag draws a box.
    draw(on) {
      this.drawing = on;
      this.section.classList.toggle("drawing-on", on);
      this.section.querySelector(".drawing-help").hidden = !on;
      if (on) this.section.querySelector("details.cover").open = true;
    }

    showChosen() {
      const chosen = new Set(all("input[name=face]:checked", this.section).map((one) => one.value));
      for (const face of all(".a-face", this.svg)) face.classList.toggle("chosen", chosen.has(face.dataset.face));
    }

    add(box, focused) {
      const rect = document.createElementNS(SVG, "rect");
      rect.classList.add("a-cover");
      rect.setAttribute("tabindex", "0");
      rect.setAttribute("role", "button");
      this.covers.append(rect);
      write(rect, box);
      if (focused) {
        this.section.querySelector("details.cover").open = true;
        this.list();
        rect.focus();
      }
      return rect;
    }

    place(rect, { x, y, w, h }) {
      const wide = Math.min(Math.max(4, w), this.width);
      const high = Math.min(Math.max(4, h), this.height);
      write(rect, { x: Math.min(Math.max(0, x), this.width - wide), y: Math.min(Math.max(0, y), this.height - high), w: wide, h: high });
      this.list();
    }

    keyedCover(event, rect) {
      const box = read(rect);
      const step = Math.max(2, this.box.w / 60);
      const by = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
      if (by && event.shiftKey) this.place(rect, { ...box, w: box.w + by[0], h: box.h + by[1] });
      else if (by) this.place(rect, { ...box, x: box.x + by[0], y: box.y + by[1] });
      else if (event.key === "Delete" || event.key === "Backspace") {
        rect.remove();
        this.list();
        this.svg.focus();
      } else return;
      event.preventDefault();
      event.stopPropagation();
    }

    // The boxes as the form sends them, and as words.
    list() {
      const list = this.section.querySelector("[data-drawn]");
      const boxes = all(".a-cover", this.covers);
      list.replaceChildren(...boxes.map((rect, index) => {
        const { x, y, w, h } = read(rect);
        const edges = [x, y, Math.min(this.width, x + Math.max(1, w)), Math.min(this.height, y + Math.max(1, h))].map(Math.round);
        rect.setAttribute("aria-label", `Box ${index + 1}, ${edges[2] - edges[0]} by ${edges[3] - edges[1]} at ${edges[0]}, ${edges[1]}. Arrows move it, Shift and arrows resize it, Delete removes it.`);
        const button = document.createElement("button");
        button.type = "button";
        button.className = "small";
        button.textContent = `Remove box ${index + 1}`;
        button.addEventListener("click", () => { rect.remove(); this.list(); });
        const input = document.createElement("input");
        input.type = "hidden";
        input.name = "box";
        input.value = edges.join(",");
        const span = document.createElement("span");
        span.append(button, input);
        return span;
      }));
    }

    clear() {
      this.covers.replaceChildren();
      if (this.section.querySelector("[data-drawn]")) this.list();
      for (const one of all("input[name=face]:checked", this.section)) one.checked = false;
      this.showChosen();
      this.fit();
    }
  }

  const read = (rect) => ({ x: Number(rect.getAttribute("x")), y: Number(rect.getAttribute("y")), w: Number(rect.getAttribute("width")), h: Number(rect.getAttribute("height")) });
  const write = (rect, { x, y, w, h }) => {
    rect.setAttribute("x", x);
    rect.setAttribute("y", y);
    rect.setAttribute("width", w);
    rect.setAttribute("height", h);
  };
  const toggle = (button) => {
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", on);
    return on;
  };

  for (const section of all(".photo-view")) views.set(section.dataset.photo, new View(section));
  const faceOf = (light) => page.querySelector(`.a-face[data-light="${light}"]`);
  const showFace = (light) => {
    const face = faceOf(light);
    const view = face && views.get(face.closest(".photo-view").dataset.photo);
    if (!view) return;
    view.closeUp(face);
    view.section.scrollIntoView({ block: "nearest" });
    view.svg.focus({ preventScroll: true });
  };

  // ---- findings and their places light each other
  const light = (element, on) => {
    if (!element) return;
    const finding = element.closest("[data-lights]");
    const names = [...(finding?.dataset.lights || "").split(" "), element.closest("[data-light]")?.dataset.light].filter(Boolean);
    for (const name of names) {
      faceOf(name)?.classList.toggle("lit", on);
      for (const one of all(`.findings > li[data-lights~="${name}"], .line-up [data-light="${name}"]`)) one.classList.toggle("lit", on);
    }
    if (finding?.id) for (const one of all(`mark[data-findings~="${finding.id}"]`)) one.classList.toggle("lit", on);
    for (const id of (element.closest("mark[data-findings]")?.dataset.findings || "").split(" ").filter(Boolean)) document.getElementById(id)?.classList.toggle("lit", on);
  };
  for (const [kind, on] of [["mouseover", true], ["mouseout", false], ["focusin", true], ["focusout", false]]) {
    page.addEventListener(kind, (event) => light(event.target, on));
  }

  // ---- faces: large, and in the photo
  const large = document.getElementById("large-face");
  page.addEventListener("click", (event) => {
    const show = event.target.closest("[data-show]");
    if (show) {
      event.preventDefault();
      showFace(show.dataset.show.split(" ")[0]);
    }
    const link = event.target.closest("a[data-large]");
    if (!link || !large || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const name = `Face ${Number(link.dataset.face) + 1} of photo ${Number(link.dataset.photo) + 1}`;
    large.querySelector("h2").textContent = name;
    large.querySelector("img").src = link.href;
    large.querySelector("img").alt = name;
    large.querySelector("[data-in-photo]").dataset.light = link.dataset.light;
    large.showModal();
  });
  large?.querySelector("[data-in-photo]").addEventListener("click", (event) => {
    large.close();
    showFace(event.currentTarget.dataset.light);
  });
  for (const button of all("dialog [data-close]")) button.addEventListener("click", () => button.closest("dialog").close());

  // ---- the roll-call
  const children = all("[data-child]");
  const progress = document.querySelector("[data-progress]");
  const tell = () => {
    let count = 0;
    for (const child of children) {
      const done = child.dataset.touched || !child.querySelector("input[value=cant-tell]")?.checked;
      child.classList.toggle("done", Boolean(done));
      if (done) count += 1;
    }
    if (progress && progress.textContent !== String(count)) progress.textContent = count;
  };
  children.forEach((child, index) => {
    child.addEventListener("change", () => { child.dataset.touched = "yes"; tell(); });
    child.addEventListener("keydown", (event) => {
      const place = ["1", "2", "3"].indexOf(event.key);
      if (place < 0 || !keysOn() || event.ctrlKey || event.metaKey || event.altKey) return;
      const inputs = all("input[type=radio]", child);
      inputs[place].checked = true;
      inputs[place].dispatchEvent(new Event("change", { bubbles: true }));
      const next = children[index + 1]?.querySelector("input[type=radio]:checked") || document.getElementById("reason");
      next.focus();
      event.preventDefault();
    });
  });
  tell();

  // ---- what was chosen stays through covering and checking again, in this tab alone
  const decide = document.getElementById("decide");
  const NAME = `review ${page.dataset.draft}`;
  const keep = () => {
    if (!decide) return;
    const fields = [...new FormData(decide)].filter(([name]) => name.startsWith("answer-") || name === "reason" || name === "quick");
    sessionStorage.setItem(NAME, JSON.stringify({ look: page.dataset.look, fields }));
  };
  const restore = () => {
    const stored = sessionStorage.getItem(NAME);
    if (!decide || !stored || document.querySelector(".fault")) return;
    const { look, fields } = JSON.parse(stored);
    if (![page.dataset.look, new URLSearchParams(location.search).get("seen")].includes(look)) {
      sessionStorage.removeItem(NAME);
      return;
    }
    for (const [name, value] of fields) {
      for (const one of all(`[name="${CSS.escape(name)}"]`, decide)) {
        if (one.type === "radio" || one.type === "checkbox") {
          if (one.value === value) one.checked = true;
        } else if (!one.value.trim()) one.value = value;
      }
    }
    tell();
    keep();
  };
  decide?.addEventListener("change", keep);
  decide?.addEventListener("input", keep);
  restore();
  document.querySelector('form[action="/sign-out"]')?.addEventListener("submit", () => sessionStorage.clear());

  // ---- answers to comparisons are kept as they are given
  const compare = document.querySelector("form[data-compare]");
  compare?.addEventListener("change", async (event) => {
    const told = compare.querySelector("[data-kept]");
    const one = new FormData();
    for (const name of ["csrf", "revision"]) one.set(name, compare.elements[name].value);
    one.set(event.target.name, event.target.value);
    told.textContent = "";
    try {
      const answer = await fetch(compare.action, { method: "POST", body: one, redirect: "manual" });
      told.textContent = answer.type === "opaqueredirect" ? "Kept." : "Not kept yet: press the button.";
    } catch {
      told.textContent = "Not kept yet: there is no connection.";
    }
  });

  // ---- approving what is to be checked asks once more, here instead of on a page of its own
  const accept = document.getElementById("accept");
  const hidden = (name, value) => {
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name, value });
    decide.append(input);
  };
  decide?.addEventListener("submit", (event) => {
    const kind = event.submitter?.value;
    if (kind === "approve" && accept?.querySelector("li, [data-confirmed]")) {
      const open = children.find((child) => !child.querySelector("input[value=not-in-photo]")?.checked);
      if (!open) { // otherwise the service says what is missing
        event.preventDefault();
        event.stopPropagation();
        accept.showModal();
        return;
      }
    }
    if (kind) sessionStorage.removeItem(NAME);
  });
  accept?.querySelector("[data-accept]").addEventListener("click", () => {
    hidden("accepted", page.dataset.look);
    hidden("decision", "approve");
    sessionStorage.removeItem(NAME);
    window.dispatchEvent(new Event("submit"));
    decide.submit();
  });

  // ---- choices of this browser
  for (const box of all("[data-remember]")) {
    const name = `review-${box.dataset.remember}`;
    box.checked = localStorage.getItem(name) !== "off";
    box.addEventListener("change", () => localStorage.setItem(name, box.checked ? "on" : "off"));
  }
  const switched = document.getElementById("review-keys");
  const keysOn = () => switched?.checked ?? false;
  const showKeys = () => { for (const one of all("kbd.key")) one.hidden = !keysOn(); };
  switched?.addEventListener("change", showKeys);
  if (switched) switched.closest(".keys-switch").hidden = false;
  showKeys();
  const help = document.getElementById("key-help");
  document.querySelector("[data-help]")?.addEventListener("click", () => help.showModal());

  // ---- keys
  const openEscalation = () => {
    const details = document.getElementById("escalate");
    if (!details) return;
    details.open = true;
    document.getElementById("to").focus();
  };
  const cancel = () => {
    for (const view of views.values()) view.clear();
    for (const one of all("#escalate[open], .findings details[open]")) one.open = false;
    document.activeElement?.blur();
  };
  const follow = (selector) => document.querySelector(selector)?.click();
  const KEYS = {
    a: () => decide?.querySelector("button[value=approve]").click(),
    r: () => {
      const reason = document.getElementById("reason");
      reason?.closest("fieldset").scrollIntoView({ block: "center" });
      document.querySelector("input[name=quick]")?.focus({ preventScroll: true });
    },
    e: openEscalation,
    n: () => follow("[data-key-right]"),
    c: cancel,
    "?": () => help?.showModal(),
    ArrowLeft: () => follow("[data-key-left]"),
    ArrowRight: () => follow("[data-key-right]"),
  };
  document.addEventListener("keydown", (event) => {
    if (!keysOn() || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]")) return;
    const arrow = event.key.startsWith("Arrow");
    if (arrow && event.target.closest("input, svg")) return; // radios and photos have uses of their own for them
    const act = KEYS[arrow || event.key === "?" ? event.key : event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  });
})();
