// The menu closes by Escape and by pressing elsewhere; [data-print] prints. Everything works without it.
(() => {
  "use strict";
  const opened = () => document.querySelectorAll("details[name=menu][open]");

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const one of opened()) {
      one.open = false;
      if (one.contains(document.activeElement)) one.querySelector("summary").focus();
    }
  });

  document.addEventListener("click", (event) => {
    for (const one of opened()) if (!one.contains(event.target)) one.open = false;
    if (event.target.closest("[data-print]")) window.print();
  });

  document.addEventListener("focusin", (event) => {
    for (const one of opened()) if (!one.contains(event.target)) one.open = false;
  });

  // A page that comes back from the browser's memory may be of somebody who has signed out since.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) window.location.reload();
  });
})();
