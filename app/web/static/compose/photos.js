// Photos of the post: chosen several at once, each sent by itself, described, ordered, taken out.
import { Upload } from "./upload.js";

const LARGEST = 20_000_000;

export class Photos {
  constructor(form, line, { changed, announce }) {
    this.form = form;
    this.line = line;
    this.changed = changed;
    this.announce = announce;
    this.cards = document.getElementById("cards");
    this.sending = document.getElementById("sending");
    this.most = Number(form.dataset.photos);
    this.looked = new Set();
    this.field = document.getElementById("choose-photos");
    const camera = document.getElementById("take-photo");
    for (const input of [this.field, camera]) {
      input.addEventListener("change", () => {
        this.add([...input.files]);
        input.value = "";
      });
    }
    if (window.matchMedia("(pointer: coarse)").matches) {
      camera.hidden = false;
      document.getElementById("take-label").hidden = false;
    }
    for (const input of document.querySelectorAll("#plain-files input[type=file]")) input.disabled = true;
  }

  add(files) {
    const room = this.most - this.count();
    if (files.length > room) {
      this.announce(`A post has at most ${this.most} photos.`);
      this.refuse(`A post has at most ${this.most} photos: ${room > 0 ? `the first ${room} of these were taken` : "take one out first"}.`);
    }
    for (const file of files.slice(0, Math.max(room, 0))) this.send(file);
  }

  send(file) {
    const words = refusal(file);
    if (words) {
      this.refuse(`${file.name}: ${words}`);
      return;
    }
    new Upload(file, {
      line: this.line,
      list: this.sending,
      done: (kept) => this.take(kept),
      gone: () => this.number(),
      announce: this.announce,
    }).start();
    this.number();
  }

  take(kept) {
    const written = new DOMParser().parseFromString(kept.card, "text/html");
    this.cards.append(...written.body.children);
    this.changed();
    this.announce("The photo is there. Describe it in a sentence.");
  }

  refuse(words) {
    const item = document.createElement("li");
    item.className = "photo-card";
    const said = document.createElement("p");
    said.className = "broken";
    said.setAttribute("role", "alert");
    said.textContent = words;
    const fine = document.createElement("button");
    fine.type = "button";
    fine.className = "small";
    fine.textContent = "All right";
    fine.addEventListener("click", () => {
      item.remove();
      this.field.focus();
    });
    item.append(said, fine);
    this.sending.append(item);
  }

  /** Take a photo out, or move it before or after its neighbour. */
  move(button) {
    const card = button.closest(".photo-card");
    const way = button.dataset.move;
    if (way === "remove") {
      const next = card.nextElementSibling ?? card.previousElementSibling;
      card.remove();
      (next?.querySelector("textarea") ?? this.field).focus();
      this.announce("The photo was taken out.");
    } else {
      const other = way === "earlier" ? card.previousElementSibling : card.nextElementSibling;
      if (other) way === "earlier" ? other.before(card) : other.after(card);
      button.focus();
      this.announce(`Now photo ${[...this.cards.children].indexOf(card) + 1}.`);
    }
    this.changed();
  }

  /** Number the cards as they stand, and count their descriptions. */
  number() {
    const cards = [...this.cards.children];
    cards.forEach((card, index) => {
      const name = `photo ${index + 1}`;
      const words = card.querySelector("textarea");
      words.id = `photo-${index + 1}-alt`;
      card.querySelector("label").htmlFor = words.id;
      card.querySelector("[data-says=name]").textContent = name;
      for (const one of card.querySelectorAll("[data-says=of]")) one.textContent = `: ${name}`;
      for (const one of card.querySelectorAll("button[data-move]")) one.value = `${one.dataset.move} ${index}`;
      card.querySelector("[data-move=earlier]").hidden = index === 0;
      card.querySelector("[data-move=later]").hidden = index === cards.length - 1;
      const length = card.querySelector("[data-says=length]");
      length.textContent = `${Array.from(words.value).length} of ${words.maxLength.toLocaleString("en-GB")}`;
      length.hidden = !words.value;
    });
    const full = this.count() >= this.most;
    document.getElementById("choose").hidden = full;
  }

  shown() {
    return [...this.cards.children].map((card) => ({
      src: card.querySelector("img").dataset.full,
      alt: card.querySelector("textarea").value,
    }));
  }

  count() {
    return this.cards.children.length + this.sending.querySelectorAll("[data-sending]").length;
  }

  underWay() {
    return this.sending.querySelector("[data-sending]:not([data-broken])") !== null;
  }

  ids() {
    return [...this.cards.children].map((card) => card.dataset.photo);
  }

  anyUnseen() {
    return this.ids().some((id) => !this.looked.has(id));
  }

  seen() {
    for (const id of this.ids()) this.looked.add(id);
  }

  /** The cards as they stand, to come back to. */
  snapshot() {
    return [...this.cards.children].map((card) => [card, card.querySelector("textarea").value]);
  }

  restore(cards) {
    for (const [card, words] of cards) card.querySelector("textarea").value = words;
    this.cards.replaceChildren(...cards.map(([card]) => card));
  }

  /** Other cards, as the server wrote them. */
  replace(written) {
    const page = new DOMParser().parseFromString(written, "text/html");
    this.cards.replaceChildren(...page.body.children);
  }
}

/** Why a file need not even be sent; empty where it may be a photo. */
function refusal(file) {
  if (file.type.startsWith("video/")) return "this is a video. Only photos can be posted.";
  if (file.size > LARGEST) {
    return `this photo has ${Math.ceil(file.size / 1_000_000)} MB; at most 20 MB are taken. Take it again in a smaller size.`;
  }
  if (file.size === 0) return "this file is empty.";
  if (/^(?!image\/|application\/octet-stream$)./.test(file.type)) return "this is not a photo.";
  return "";
}
