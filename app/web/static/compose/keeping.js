// Keeps the post on the server while it is written, so that it survives a closed browser.

const AFTER_MS = 1000;

export class Keeping {
  constructor(form, line, status) {
    this.form = form;
    this.line = line;
    this.status = status;
    this.dirty = false;
    this.stopped = false;
    document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && this.last());
    window.addEventListener("pagehide", () => this.last());
    window.addEventListener("beforeunload", (event) => {
      if (this.dirty && !this.stopped && this.line.broken) event.preventDefault();
    });
  }

  /** A second after typing stops. */
  soon() {
    this.dirty = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), AFTER_MS);
  }

  /** The page goes: what is not kept yet goes along with it. */
  last() {
    if (!this.dirty || this.stopped) return;
    clearTimeout(this.timer);
    this.save({ keepalive: true });
  }

  /** The post is being sent: nothing more is kept of it. */
  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
    this.running?.abort();
  }

  go() {
    this.stopped = false;
  }

  async save(options = {}) {
    const body = this.line.body();
    if (this.stopped || (!this.form.elements.unfinished.value && !worthKeeping(body))) return;
    if (this.running && !options.keepalive) {
      this.soon(); // one at a time: the revision of the last must be known
      return;
    }
    this.dirty = false;
    this.running = new AbortController();
    const kept = await this.line.post("/compose/save", body, { signal: this.running.signal, ...options });
    this.running = null;
    if (kept.aborted) return;
    if (kept.ok) this.took(kept.json);
    else this.failed(kept);
  }

  took(kept) {
    this.form.elements.unfinished.value = kept.id;
    this.form.elements.revision.value = kept.revision;
    history.replaceState(null, "", `/compose?unfinished=${encodeURIComponent(kept.id)}`);
    const time = new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
    this.say(
      kept.apart
        ? "This post was changed in another tab or on another device too. What you write here is kept as a post of its own."
        : `Kept at ${time}. It is under “Unfinished posts” until you send it.`,
    );
  }

  failed(kept) {
    this.dirty = true;
    if (kept.lost) {
      this.say("Not kept yet: there is no connection, or you were signed out.");
    } else if (kept.status === 404) {
      // Sent or thrown away elsewhere: going on makes it a post of its own, but only once something is typed.
      this.form.elements.unfinished.value = "";
      this.dirty = false;
      this.say("This post was sent or thrown away in another tab. Go on writing to keep it as a new one.");
    } else if (kept.status === 409) {
      this.say(kept.words);
    } else {
      this.say("Not kept yet; it is tried again.");
      this.timer = setTimeout(() => this.save(), 10000);
    }
  }

  say(words) {
    this.status.textContent = words;
    this.status.hidden = false;
  }
}

function worthKeeping(body) {
  return Boolean(String(body.get("text")).trim() || body.getAll("photo_ids").length);
}
