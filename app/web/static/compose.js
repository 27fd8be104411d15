// Writing a post: counts, marks, photos and keeping while one types. The form works as well without it.
import { Asking } from "./compose/asking.js";
import { Keeping } from "./compose/keeping.js";
import { Marks } from "./compose/marks.js";
import { Photos } from "./compose/photos.js";
import { Preview } from "./compose/preview.js";
import { Line } from "./compose/line.js";
import { mended } from "./compose/mended.js";

const form = document.getElementById("compose");
const text = document.getElementById("text");
const live = document.getElementById("live");
const ofPhotos = document.getElementById("live-photos");
const counter = document.getElementById("counter");
const announced = document.getElementById("announced");
const WORDS = { approve: "Ready", refer: "Check", reject: "Stop" };

form.classList.add("scripted");
document.getElementById("choose").hidden = false;

const line = new Line(form, document.getElementById("connection"));
const marks = new Marks(text, document.getElementById("backdrop"));
const keeping = new Keeping(form, line, document.getElementById("kept"));
const preview = new Preview(form, document.getElementById("preview"));
const photos = new Photos(form, line, { changed, announce });
const asking = new Asking(form, line, "/compose/live");

let undone = null; // what stood in the form before the last fix
let spoken = 0;
let saidLast = "";

/** Tell people who do not see the page, once they pause. */
function announce(words, wait = 0) {
  clearTimeout(spoken);
  spoken = setTimeout(() => {
    if (words === saidLast) announced.textContent = "";
    announced.textContent = saidLast = words;
  }, wait);
}

function changed() {
  keeping.soon();
  preview.show(text.value, photos.shown());
  photos.number();
  ask();
}

let timer = 0;
function ask(wait = 300) {
  clearTimeout(timer);
  timer = setTimeout(() => asking.ask(photos.anyUnseen(), told), wait);
}

/** What the server found; `whole` where the photos were looked at too. */
function told(found, whole, trouble = "") {
  if (!found) {
    counter.hidden = true;
    live.hidden = true;
    live.replaceChildren();
    ofPhotos.replaceChildren();
    marks.set([], null);
    if (trouble) notice(`Not checked: ${trouble}`);
    return;
  }
  if (whole) photos.seen();
  showCount(found);
  marks.set(found.spans.filter((one) => one.kind !== "link"), found.over_at);
  preview.colour(found.spans.filter((one) => one.kind === "link"), found);
  showFound(found, whole);
  const count = found.findings.length;
  const over = found.policy_length > found.policy_limit ? ` ${found.policy_length - found.policy_limit} characters too many.` : "";
  announce(`${WORDS[found.verdict]}. ${count === 1 ? "1 kind of finding" : `${count} kinds of findings`}.${over}`, 1500);
}

function showCount(found) {
  const part = (length, limit, words) => {
    const one = document.createElement("span");
    const left = limit - length;
    one.textContent = left < 0 ? `${-left} too many ${words} (${length} of ${limit})` : `${length} of ${limit} ${words}`;
    if (left < 0) one.className = "over";
    return one;
  };
  counter.replaceChildren(
    part(found.policy_length, found.policy_limit, "by the policy"),
    part(found.weighted_length, found.x_limit, "as X counts"),
  );
  counter.hidden = false;
}

/** The findings as the server wrote them, in its own template that escapes whatever was typed. */
function showFound(found, whole) {
  const focused = [live, ofPhotos].some((one) => one.contains(document.activeElement)) ? signOf(document.activeElement) : "";
  const written = new DOMParser().parseFromString(found.html, "text/html").body;
  const aboutPhotos = written.querySelector(".about-photos");
  aboutPhotos.remove();
  fill(live, [...written.childNodes]);
  if (whole) fill(ofPhotos, [...aboutPhotos.childNodes]);
  else if (photos.anyUnseen()) fill(ofPhotos, [looking()]);
  quote();
  live.hidden = false;
  document.getElementById("found")?.remove(); // it told of what stood here when the page was made
  if (focused) [...form.querySelectorAll("button, a")].find((one) => signOf(one) === focused)?.focus({ preventScroll: true });
}

/** Put other findings in the place of the old ones; advice that was opened stays open. */
function fill(place, nodes) {
  const open = place.querySelector(".advice")?.open ?? false;
  place.replaceChildren(...nodes);
  const advice = place.querySelector(".advice");
  if (advice) advice.open = open;
}

function looking() {
  const waiting = document.createElement("p");
  waiting.className = "looking";
  waiting.textContent = "The photos are being looked at…";
  return waiting;
}

/** Say at each finding which words it means; the server's answer holds none of them. */
function quote() {
  const points = Array.from(text.value);
  for (const button of live.querySelectorAll("[data-start]")) {
    const words = points.slice(+button.dataset.start, +button.dataset.end).join("");
    button.querySelector("[data-says=words]").textContent = `: “${words.length > 40 ? `${words.slice(0, 40)}…` : words}”`;
  }
}

function signOf(one) {
  return one.value || one.textContent;
}

// ---------------------------------------------------------------- pressing things

form.addEventListener("click", async (event) => {
  const spot = event.target.closest("[data-start]");
  if (spot) {
    event.preventDefault();
    marks.select(+spot.dataset.start, +spot.dataset.end);
    return;
  }
  const link = event.target.closest('.fixes a[href^="#"]');
  if (link) {
    event.preventDefault();
    lead(link.hash.slice(1));
    return;
  }
  const button = event.target.closest('button[name="use"]');
  if (!button) return;
  event.preventDefault();
  if (button.dataset.move && button.dataset.move !== "uncover") photos.move(button);
  else await fix(button);
});

function lead(id) {
  const place = document.getElementById(id);
  place?.querySelector("details")?.setAttribute("open", "");
  const target = place?.matches("input, textarea, select") ? place : place?.querySelector("input, textarea, select, summary");
  place?.scrollIntoView({ block: "center" });
  target?.focus({ preventScroll: true });
}

async function fix(button) {
  if (button.getAttribute("aria-disabled")) return;
  button.setAttribute("aria-disabled", "true");
  const before = { text: text.value, event: form.elements.event_id?.value ?? "", later: form.elements.publish_at.value };
  const pictures = photos.snapshot();
  const body = line.body({ use: button.value });
  const fixed = await line.post("/compose/fix", body);
  button.removeAttribute("aria-disabled");
  if (!fixed.ok) {
    complain(fixed.words);
    return;
  }
  undone = { ...before, pictures };
  apply(fixed.json.text, fixed.json.event_id, fixed.json.publish_at);
  photos.replace(fixed.json.photos);
  changed();
  offerUndo(fixed.json.said, mended(before.text, fixed.json.text));
}

function apply(words, event, later) {
  if (text.value !== words) {
    marks.edited(text.value, words);
    text.value = words;
    marks.grow();
  }
  if (form.elements.event_id) form.elements.event_id.value = event;
  form.elements.publish_at.value = later;
  if (later) document.getElementById("later").open = true;
}

function complain(words) {
  notice(words);
  ask(1500);
}

function notice(words) {
  const note = document.createElement("p");
  note.className = "alert";
  note.id = "done";
  note.textContent = words;
  document.getElementById("done")?.remove();
  live.before(note);
  announce(words);
}

/** Say what was done and how the sentence reads now, where one looks, and offer to undo it. */
function offerUndo(said, sentence) {
  const note = document.createElement("p");
  note.className = "status done";
  note.id = "done";
  const undo = document.createElement("button");
  undo.type = "button";
  undo.className = "small";
  undo.textContent = "Undo";
  undo.addEventListener("click", () => {
    apply(undone.text, undone.event, undone.later);
    photos.restore(undone.pictures);
    note.remove();
    changed();
    text.focus({ preventScroll: true });
    announce("Undone.");
  });
  note.append(said, " ");
  if (sentence) {
    const quoted = document.createElement("q");
    quoted.textContent = sentence;
    note.append("Now reads: ", quoted, " ");
  }
  note.append(undo);
  document.getElementById("done")?.remove();
  live.before(note);
  undo.focus({ preventScroll: true });
  note.scrollIntoView({ block: "nearest" });
  announce(sentence ? `${said} Now reads: ${sentence}` : said);
}

// ---------------------------------------------------------------- typing and sending

text.addEventListener("input", () => {
  marks.follow();
  document.getElementById("done")?.remove();
});
form.addEventListener("input", (event) => {
  if (event.target.type === "file") return;
  if (event.target.name === "ticked") {
    const count = form.querySelectorAll('input[name="ticked"]:checked').length;
    document.getElementById("chosen").textContent = count ? `: ${count} chosen` : "";
  }
  changed();
});

form.addEventListener("submit", (event) => {
  if (photos.underWay()) {
    event.preventDefault();
    announce("A photo is still being sent. The post can be submitted when it is there.");
    complain("A photo is still being sent. Wait until it is there, or take it out.");
    return;
  }
  keeping.stop();
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted) keeping.go();
});

const pane = document.getElementById("preview");
pane.hidden = false;
if (window.matchMedia("(min-width: 62rem)").matches) pane.open = true;
marks.follow();
photos.number();
preview.show(text.value, photos.shown());
if (text.value.trim() || photos.shown().length) ask(0);
if (text.value !== text.defaultValue) keeping.soon(); // typed before this script was there, or put back by the browser
line.back = () => {
  keeping.soon();
  ask(0);
};
