// Marks under the words of a text area: a layer behind it with the same words, whose marks alone can be seen.

export class Marks {
  constructor(text, layer) {
    this.text = text;
    this.layer = layer;
    this.spans = [];
    this.over = null;
    this.last = text.value;
    new ResizeObserver(() => this.grow()).observe(text.parentElement);
  }

  /** What the server found, in code points, of the words as they are now. */
  set(spans, over) {
    const at = offsets(this.text.value);
    this.spans = spans.map((one) => ({ start: at(one.start), end: at(one.end), kind: one.kind }));
    this.over = over === null ? null : at(over);
    this.last = this.text.value;
    this.draw();
  }

  /** Something was typed: marks after it move along, those it touches go. */
  follow() {
    this.edited(this.last, this.text.value);
    this.grow();
    this.draw();
  }

  edited(before, after) {
    let head = 0;
    while (head < before.length && head < after.length && before[head] === after[head]) head += 1;
    let tail = 0;
    const most = Math.min(before.length, after.length) - head;
    while (tail < most && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
    const moved = after.length - before.length;
    const kept = this.spans.filter((one) => one.end <= head || one.start >= before.length - tail);
    this.spans = kept.map((one) => (one.end <= head ? one : { ...one, start: one.start + moved, end: one.end + moved }));
    if (this.over !== null && head < this.over) this.over = Math.max(head, this.over);
    this.last = after;
  }

  grow() {
    this.text.style.height = "auto";
    this.text.style.height = `${this.text.scrollHeight + 2}px`;
  }

  draw() {
    const words = this.text.value;
    const edges = new Set([0, words.length]);
    for (const one of this.spans) edges.add(one.start).add(one.end);
    if (this.over !== null) edges.add(this.over);
    const places = [...edges].filter((one) => one <= words.length).sort((one, other) => one - other);
    const parts = [];
    for (let index = 0; index + 1 < places.length; index += 1) {
      parts.push(this.part(words, places[index], places[index + 1]));
    }
    this.layer.replaceChildren(...parts, "\n");
  }

  part(words, start, end) {
    const kinds = this.spans.filter((one) => one.start <= start && end <= one.end).map((one) => one.kind);
    const over = this.over !== null && start >= this.over;
    const kind = ["reject", "refer", "advise"].find((one) => kinds.includes(one));
    if (!kind && !over) return words.slice(start, end);
    const piece = document.createElement(kind ? "mark" : "span");
    piece.className = [kind ?? "", over ? "over" : ""].join(" ").trim();
    piece.textContent = words.slice(start, end);
    return piece;
  }

  /** Select words, given in code points, in the text. */
  select(start, end) {
    const at = offsets(this.text.value);
    this.text.focus();
    this.text.setSelectionRange(at(start), at(end));
    this.text.scrollIntoView({ block: "center" });
  }
}

/** From code points, as the server counts, to the places of a string. */
function offsets(words) {
  const places = [0];
  for (const sign of words) places.push(places[places.length - 1] + sign.length);
  return (point) => places[Math.min(point, places.length - 1)];
}
