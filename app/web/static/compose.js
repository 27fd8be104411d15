// Counts and checks a post while it is written. The form works as well without it.
(() => {
  "use strict";
  const form = document.getElementById("compose");
  const live = document.getElementById("live");
  const text = document.getElementById("text");
  const WORDS = { advise: "Advice", refer: "Check", reject: "Stop" };
  let timer = 0;
  let asked = 0;

  const line = (words) => {
    const paragraph = document.createElement("p");
    paragraph.textContent = words;
    return paragraph;
  };

  const show = (told) => {
    const lengths =
      `${told.policy_length} of ${told.policy_limit} characters by the policy, ` +
      `${told.weighted_length} of ${told.x_limit} as X counts.`;
    const findings = told.findings.map((one) => line(`${WORDS[one.outcome]}: ${one.title}`));
    live.replaceChildren(line(lengths), ...told.notes.map(line), ...findings);
  };

  const ask = async () => {
    const number = ++asked;
    if (!text.value.trim()) {
      live.replaceChildren();
      return;
    }
    const typed = new FormData(form);
    typed.delete("photos"); // they are looked at when the post is sent
    typed.delete("alt_texts");
    let told = null;
    try {
      const answer = await fetch("/compose/live", { method: "POST", body: typed });
      if (answer.ok && !answer.redirected) told = await answer.json();
    } catch {
      // No connection: an old count must not stay beside new words.
    }
    if (number !== asked) return; // something was typed since
    if (told) show(told);
    else live.replaceChildren();
  };

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, 300);
  });
})();
