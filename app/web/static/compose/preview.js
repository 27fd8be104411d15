// The post as X will show it.

export class Preview {
  constructor(form, pane) {
    this.form = form;
    this.words = pane.querySelector("[data-says=post]");
    this.account = pane.querySelector("[data-says=account]");
    this.lengths = pane.querySelector("[data-says=lengths]");
    this.photos = pane.querySelector(".tweet-photos");
    this.links = [];
  }

  show(text, cards) {
    if (text !== this.text) this.links = [];
    this.text = text;
    this.write();
    if (this.form.elements.account) this.account.textContent = `@${this.form.elements.account.value}`;
    this.photos.dataset.photos = cards.length;
    const key = JSON.stringify(cards);
    if (key === this.key) return;
    this.key = key;
    this.photos.replaceChildren(...cards.map(picture));
  }

  /** Colour links, mentions and hashtags, which the server tells by their code points. */
  colour(links, found) {
    this.links = links;
    this.write();
    this.lengths.textContent = [`${found.weighted_length} of ${found.x_limit} characters as X counts.`, ...found.notes].join(" ");
  }

  write() {
    const points = Array.from(this.text);
    const parts = [];
    let at = 0;
    for (const one of [...this.links].sort((first, other) => first.start - other.start)) {
      if (one.start < at) continue;
      parts.push(points.slice(at, one.start).join(""));
      const link = document.createElement("span");
      link.className = "tweet-link";
      link.textContent = points.slice(one.start, one.end).join("");
      parts.push(link);
      at = one.end;
    }
    parts.push(points.slice(at).join(""));
    this.words.replaceChildren(...parts);
  }
}

function picture(card) {
  const frame = document.createElement("div");
  frame.className = "tweet-photo";
  const image = document.createElement("img");
  image.loading = "lazy";
  image.src = card.src;
  image.alt = card.alt;
  frame.append(image);
  if (card.alt.trim()) {
    const badge = document.createElement("span");
    badge.className = "alt-badge";
    badge.setAttribute("aria-hidden", "true");
    badge.textContent = "ALT";
    frame.append(badge);
  }
  return frame;
}
