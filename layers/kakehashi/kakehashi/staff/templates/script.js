"use strict";
// Everything works without this. With it, filters and progress change the page without a reload.
(() => {
  const swap = async (url, init) => {
    const answer = await fetch(url, { ...init, credentials: "same-origin", redirect: "follow" });
    if (!answer.ok || !/^text\/html/.test(answer.headers.get("content-type") || "")) return location.assign(url);
    const next = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
    const main = document.querySelector("main");
    if (!next) return location.reload();
    const at = document.activeElement && document.activeElement.id;
    main.replaceWith(document.adoptNode(next));
    if (at) document.getElementById(at)?.focus();
    ready();
  };
  // A way that leads to the sign-in leads to another site, which a script may not follow.
  const show = (url) => swap(url).catch(() => location.assign(url));
  let again;
  const ready = () => {
    document.querySelector("nav.pages [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
    const live = document.querySelector("[data-refresh]");
    clearTimeout(again);
    if (live) again = setTimeout(() => { if (!document.hidden) show(location.href); else ready(); }, Number(live.dataset.refresh) * 1000);
  };
  const filter = (form) => {
    const url = `${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))}`;
    history.replaceState(null, "", url);
    show(url);
  };
  const upload = (event, form) => {
    const bar = form.querySelector("progress");
    if (!bar || !window.XMLHttpRequest) return;
    event.preventDefault();
    bar.hidden = false;
    const back = form.querySelector("[name=success_action_redirect]")?.value;
    const wire = new XMLHttpRequest();
    let sent = false; // the way back is another origin's to us, and what it says is not for scripts
    wire.upload.addEventListener("load", () => { sent = true; });
    wire.upload.addEventListener("progress", (told) => { if (told.lengthComputable) { bar.max = told.total; bar.value = told.loaded; } });
    wire.addEventListener("loadend", () => { if (sent && back) location.assign(back); else form.submit(); });
    wire.open("POST", form.action);
    wire.send(new FormData(form));
  };
  // Listeners stand on the document, once: what a swap brings or keeps has none of its own.
  const filters = (form) => form && form.method === "get" && "filter" in form.dataset;
  document.addEventListener("change", (event) => { if (filters(event.target.form)) filter(event.target.form); });
  // One click sends a form once; of a page that comes back from the browser's memory, once more.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (filters(form)) { event.preventDefault(); return filter(form); }
    if ("upload" in form.dataset) upload(event, form);
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) event.preventDefault(); else form.dataset.sent = "1";
  });
  addEventListener("pageshow", () => document.querySelectorAll("[data-sent]").forEach((form) => delete form.dataset.sent));
  ready();
})();
