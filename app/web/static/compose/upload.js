// One photo on its way: with progress, tried again by itself on a poor line, and by hand after that.

const WAITS_MS = [1000, 3000, 8000, 20000];
const TIMEOUT_MS = 180_000;

export class Upload {
  constructor(file, { line, list, done, gone, announce }) {
    Object.assign(this, { file, line, list, done, gone, announce });
    this.key = Array.from(crypto.getRandomValues(new Uint8Array(16)), (one) => one.toString(16).padStart(2, "0")).join("");
    this.tries = 0;
  }

  start() {
    this.item = document.createElement("li");
    this.item.className = "photo-card";
    this.item.dataset.sending = "";
    this.picture = document.createElement("img");
    this.picture.className = "thumb";
    this.picture.alt = "";
    this.url = URL.createObjectURL(this.file);
    this.picture.src = this.url;
    this.picture.addEventListener("error", () => this.picture.replaceWith(blank()));
    const words = document.createElement("div");
    this.status = document.createElement("p");
    this.status.className = "help";
    this.bar = document.createElement("progress");
    this.bar.max = 1;
    this.bar.setAttribute("aria-label", `Sending ${this.file.name}`);
    words.append(this.status, this.bar);
    this.buttons = document.createElement("p");
    this.buttons.className = "row photo-moves";
    this.item.append(this.picture, words, this.buttons);
    this.list.append(this.item);
    this.attempt();
  }

  attempt() {
    this.tries += 1;
    delete this.item.dataset.broken;
    this.say("Sending…");
    this.offer(["Cancel", () => this.end()]);
    const body = new FormData();
    body.set("csrf", this.line.form.elements.csrf.value);
    body.set("key", this.key);
    body.set("file", this.file, this.file.name || "photo");
    const request = new XMLHttpRequest();
    this.request = request;
    request.open("POST", "/compose/photos");
    request.timeout = TIMEOUT_MS;
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      this.bar.value = event.loaded / event.total;
      if (event.loaded === event.total) {
        this.bar.removeAttribute("value");
        this.say("Being opened…");
      }
    });
    request.addEventListener("load", () => this.answered(request));
    request.addEventListener("error", () => this.poor());
    request.addEventListener("timeout", () => this.poor());
    request.send(body);
  }

  answered(request) {
    let told = null;
    try {
      told = JSON.parse(request.responseText);
    } catch {
      // a page instead of an answer: nobody is signed in any more
    }
    if (request.status === 201 && told) {
      this.line.fine();
      this.end();
      this.done(told);
    } else if (!told || request.status === 401 || request.status === 403) {
      this.line.trouble("away");
      this.broken("You were signed out. Sign in in another tab, then try again.", true);
    } else if (request.status === 429 || request.status >= 500) {
      this.poor();
    } else {
      this.broken(`${this.file.name}: ${told.detail}`, false);
    }
  }

  /** The line is poor: wait longer each time, then leave it to the person. */
  poor() {
    const wait = WAITS_MS[this.tries - 1];
    if (wait === undefined) {
      this.broken("The photo could not be sent: the connection is too poor.", true);
      return;
    }
    const seconds = Math.ceil(wait / 1000);
    this.say(`The connection is poor; it will be tried again in ${seconds} second${seconds === 1 ? "" : "s"}.`);
    this.offer(["Try again now", () => this.now()], ["Cancel", () => this.end()]);
    this.timer = setTimeout(() => this.attempt(), wait);
  }

  now() {
    clearTimeout(this.timer);
    this.attempt();
  }

  broken(words, again) {
    this.item.dataset.broken = "";
    this.bar.hidden = true;
    this.say(words);
    this.status.className = "broken";
    this.announce(words);
    const retry = () => {
      this.tries = 0;
      this.bar.hidden = false;
      this.status.className = "help";
      this.now();
    };
    this.offer(...(again ? [["Try again", retry]] : []), ["Take it out", () => this.end()]);
  }

  offer(...choices) {
    this.buttons.replaceChildren(
      ...choices.map(([words, press]) => {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "small";
        button.textContent = words;
        button.addEventListener("click", press);
        return button;
      }),
    );
  }

  say(words) {
    this.status.textContent = words;
  }

  end() {
    clearTimeout(this.timer);
    this.request?.abort();
    URL.revokeObjectURL(this.url);
    this.item.remove();
    this.gone();
  }
}

/** In place of a picture that the browser cannot show, such as HEIC. */
function blank() {
  const place = document.createElement("span");
  place.className = "thumb blank";
  place.textContent = "Photo";
  return place;
}
