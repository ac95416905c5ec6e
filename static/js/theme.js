/* Runs before the first paint: light or dark, text size and folded menu as chosen on this device. */
(function () {
  "use strict";
  var root = document.documentElement;

  function read(key) { try { return localStorage.getItem(key); } catch (e) { return null; } }
  function keep(key, value) { try { localStorage.setItem(key, value); } catch (e) { /* private window: lasts for this page */ } }
  function systemDark() { return window.matchMedia && matchMedia("(prefers-color-scheme: dark)").matches; }
  function show() {
    var theme = read("gg.theme") || (systemDark() ? "dark" : "light");
    var size = read("gg.size");
    root.setAttribute("data-bs-theme", theme);
    root.classList.toggle("size-large", size === null ? root.dataset.large === "1" : size === "large");
    root.classList.toggle("nav-folded", read("gg.nav") === "folded");
  }

  /* The server picks the page frame: a narrow window gets the one for phones, whatever the browser calls itself. */
  function tellWidth() {
    var narrow = window.matchMedia && matchMedia("(max-width: 600px)").matches ? "1" : "0";
    document.cookie = "gg_narrow=" + narrow + ";path=/;max-age=31536000;samesite=lax";
  }

  show();
  tellWidth();
  window.addEventListener("resize", tellWidth);
  /* Saved in the account, the size holds on every device: what this one had chosen for itself is forgotten. */
  document.addEventListener("submit", function (event) {
    if (!event.target.hasAttribute("data-forget-size")) return;
    try { localStorage.removeItem("gg.size"); } catch (e) { /* nothing was kept */ }
  });
  document.addEventListener("click", function (event) {
    var hit = event.target.closest("[data-switch-theme],[data-switch-size],[data-fold-nav]");
    if (!hit) return;
    if (hit.hasAttribute("data-switch-theme")) keep("gg.theme", root.dataset.bsTheme === "dark" ? "light" : "dark");
    else if (hit.hasAttribute("data-switch-size")) keep("gg.size", root.classList.contains("size-large") ? "normal" : "large");
    else keep("gg.nav", root.classList.contains("nav-folded") ? "open" : "folded");
    show();
    document.dispatchEvent(new CustomEvent("gg:look"));
  });
})();
