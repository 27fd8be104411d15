// Shows what is typed as a password, while one wants it. Without it there is no such button, and all else works.
(() => {
  "use strict";
  for (const input of document.querySelectorAll("input[type=password][data-show]")) {
    const button = document.createElement("button");
    const label = document.querySelector(`label[for="${CSS.escape(input.id)}"]`);
    const say = (shown) => {
      input.type = shown ? "text" : "password";
      button.textContent = shown ? "Hide" : "Show";
      const what = document.createElement("span");
      what.className = "unseen";
      what.textContent = ` what is typed as ${label ? label.textContent : "password"}`;
      button.append(what);
    };
    button.type = "button";
    button.className = "quiet small";
    button.setAttribute("aria-controls", input.id);
    button.addEventListener("click", () => {
      say(input.type === "password");
      input.focus();
    });
    say(false);
    input.after(button);
    // What is sent is a password again, so that the browser offers to keep it and not to fill it in elsewhere.
    if (input.form) input.form.addEventListener("submit", () => say(false));
  }
})();
