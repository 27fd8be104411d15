// The line to the server: forms as it wants them, what to say when it is poor, and a session that ended meanwhile.

const OFFLINE = "No connection. What you write stays on this page; it is kept and checked again as soon as there is one.";
const AWAY = "You were signed out. What you wrote is still here.";

export class Line {
  constructor(form, banner) {
    this.form = form;
    this.banner = banner;
    this.back = () => {};
    this.broken = "";
    window.addEventListener("offline", () => this.trouble("offline"));
    window.addEventListener("online", () => this.again());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.broken && this.again());
  }

  /** The form's fields without its files. */
  body(more = {}) {
    const fields = new FormData(this.form);
    fields.delete("photos");
    fields.delete("alt_texts");
    for (const [name, value] of Object.entries(more)) fields.set(name, value);
    return fields;
  }

  /** Send a form; what comes back is `{ok, json}` or `{ok: false, words, status}`, never an exception. */
  async post(path, body, options = {}, again = false) {
    try {
      const answer = await fetch(path, { method: "POST", body, redirect: "manual", ...options });
      if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) {
        if (!again && (await this.renewed(body))) return await this.post(path, body, options, true);
        return this.lost("away");
      }
      const json = await answer.json().catch(() => null);
      if (!json) return { ok: false, status: answer.status, words: "That did not work. Try again." };
      this.fine();
      return answer.ok ? { ok: true, json } : { ok: false, status: answer.status, slug: json.type, words: wordsOf(json) };
    } catch (error) {
      if (error.name === "AbortError") return { ok: false, aborted: true, words: "" };
      return this.lost("offline");
    }
  }

  lost(why) {
    this.trouble(why);
    return { ok: false, lost: true, words: why === "away" ? AWAY : OFFLINE };
  }

  trouble(why) {
    if (this.broken === why) return;
    this.broken = why;
    const said = document.createElement("p");
    said.textContent = why === "away" ? `${AWAY} ` : OFFLINE;
    if (why === "away") {
      const link = document.createElement("a");
      link.href = "/sign-in?next=/drafts";
      link.target = "_blank";
      link.textContent = "Sign in in another tab";
      said.append(link, ", then come back and go on.");
    }
    this.banner.replaceChildren(said);
    this.banner.hidden = false;
    clearTimeout(this.timer);
    if (why === "offline") this.timer = setTimeout(() => this.again(), 5000);
  }

  /** Whether the same person has signed in anew: then the form, and what it just sent, gets the new session's token. */
  async renewed(body) {
    const answer = await fetch("/compose/session", { redirect: "manual" });
    if (!answer.ok) return false;
    const session = await answer.json();
    const changed = session.person === this.form.dataset.person && session.csrf !== this.form.elements.csrf.value;
    if (changed) {
      this.form.elements.csrf.value = session.csrf;
      body.set("csrf", session.csrf);
    }
    return changed;
  }

  /** Whether there is a line again, and for the same person: then the form gets the token of the new session. */
  async again() {
    clearTimeout(this.timer);
    const was = this.broken;
    try {
      const answer = await fetch("/compose/session", { redirect: "manual" });
      if (!answer.ok) {
        this.broken = "";
        this.trouble("away");
        return;
      }
      const session = await answer.json();
      if (session.person !== this.form.dataset.person) return;
      this.form.elements.csrf.value = session.csrf;
      this.fine();
      if (was) this.back();
    } catch {
      this.broken = "";
      this.trouble("offline");
    }
  }

  fine() {
    this.broken = "";
    this.banner.hidden = true;
  }
}

/** What a problem says, for people. */
export function wordsOf(problem) {
  return problem.errors?.length ? `${problem.detail} (${problem.errors[0].detail})` : problem.detail;
}
