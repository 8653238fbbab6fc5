"use strict";
// Everything works without this. With it, filters and progress change the page without a reload.
(() => {
  // The part of a page that changes; null where the answer is none, or a refusal.
  const part = async (url) => {
    const answer = await fetch(url, { credentials: "same-origin", redirect: "follow" });
    if (!answer.ok || !/^text\/html/.test(answer.headers.get("content-type") || "")) return null;
    return new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
  };
  const place = (next) => {
    const at = document.activeElement && document.activeElement.id;
    document.querySelector("main").replaceWith(document.adoptNode(next));
    if (at) document.getElementById(at)?.focus();
    ready();
  };
  const swap = async (url) => {
    const next = await part(url);
    if (next) place(next); else location.assign(url);
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
    wire.upload.addEventListener("progress", (told) => { if (told.lengthComputable) { bar.max = told.total; bar.value = told.loaded; } });
    // S3 answers with the way back, which a script may not follow from there: our own page knows whether a file came.
    const look = async () => {
      const next = back && (await part(back));
      if (!next) return form.submit();
      history.pushState(null, "", back);
      place(next);
      scrollTo(0, 0);
    };
    wire.addEventListener("loadend", () => look().catch(() => form.submit()));
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
