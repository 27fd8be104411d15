// Asks what is found in a post while it is written; only the answer to the last question counts.

export class Asking {
  constructor(form, line, path) {
    this.form = form;
    this.line = line;
    this.path = path;
    this.number = 0;
  }

  /** Ask for the words alone first where a photo was not looked at yet: looking may take seconds. */
  async ask(unseen, told) {
    const number = ++this.number;
    this.running?.abort();
    this.running = new AbortController();
    const { signal } = this.running;
    const whole = this.line.body();
    const photos = whole.getAll("photo_ids").length;
    if (!String(whole.get("text")).trim() && !photos) {
      told(null, true);
      return;
    }
    if (unseen && photos) {
      const words = this.line.body();
      for (const name of ["photo_ids", "photo_alt_texts", "photo_before"]) words.delete(name);
      const first = await this.line.post(this.path, words, { signal });
      if (number !== this.number) return;
      if (first.ok) told(first.json, false);
    }
    const found = await this.line.post(this.path, whole, { signal });
    if (number !== this.number || found.aborted) return;
    // Without an answer an old count must not stay beside new words.
    told(found.ok ? found.json : null, true, found.lost ? "" : found.words);
  }
}
