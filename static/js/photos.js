/* Photos: previews, and a smaller copy (≤ 1600 px, JPEG) made on the device, so that a slow line carries less and place data is gone. */
(function () {
  "use strict";
  var EDGE = 1600, QUALITY = 0.82, gg = window.gg;

  function decode(file) {
    if (window.createImageBitmap) {
      return createImageBitmap(file, { imageOrientation: "from-image" }).catch(function () { return decodeByTag(file); });
    }
    return decodeByTag(file);
  }
  function decodeByTag(file) {
    return new Promise(function (yes, no) {
      var image = new Image(), url = URL.createObjectURL(file);
      image.onload = function () { URL.revokeObjectURL(url); yes(image); };
      image.onerror = function () { URL.revokeObjectURL(url); no(new Error("not a picture")); };
      image.src = url;
    });
  }
  function shrink(file) {
    return decode(file).then(function (image) {
      var scale = Math.min(1, EDGE / Math.max(image.width, image.height));
      var canvas = document.createElement("canvas");
      canvas.width = Math.round(image.width * scale);
      canvas.height = Math.round(image.height * scale);
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      return new Promise(function (yes) { canvas.toBlob(yes, "image/jpeg", QUALITY); });
    }).then(function (blob) {
      if (!blob) return file;
      return new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg", lastModified: file.lastModified });
    });
  }

  function start(box) {
    if (box.dataset.on) return;
    box.dataset.on = "1";
    var input = box.querySelector("input[type=file]"), list = box.querySelector("[data-photo-list]");
    var max = Number(box.dataset.max) || 9, files = [], canSet = typeof DataTransfer === "function";

    function write() {
      if (canSet) {
        var bag = new DataTransfer();
        files.forEach(function (file) { bag.items.add(file); });
        input.files = bag.files;
      }
      box.classList.toggle("is-full", files.length >= max);
      list.textContent = "";
      files.forEach(draw);
      keep();
    }
    /* what was photographed outlives a page that the phone threw away, beside the words of the draft */
    var form = box.closest("form[data-draft]");
    var key = form && gg.draftKey(form) + "/" + input.name; // a checklist has a box for each of its items
    function keep() {
      if (!form || !canSet || form.dataset.sent) return;
      gg.saveDraft(form);
      var kept = files.slice();
      gg.shelf(function (photos) { if (kept.length) photos.put(kept, key); else photos.delete(key); });
    }
    if (form && canSet) gg.shelf(function (photos) {
      photos.get(key).onsuccess = function (event) {
        if (!event.target.result || files.length) return;
        files = event.target.result.slice(0, max);
        write();
        gg.draftBack(form);
      };
    });
    function draw(file, index) {
      var cell = document.createElement("span"), image = document.createElement("img"), button = document.createElement("button");
      cell.className = "photo";
      image.alt = file.name;
      image.src = URL.createObjectURL(file);
      image.onload = function () { URL.revokeObjectURL(image.src); };
      button.type = "button";
      button.setAttribute("aria-label", gg.text("photoRemove"));
      button.appendChild(document.createElement("i")).textContent = "×";
      button.addEventListener("click", function () { files.splice(index, 1); write(); });
      cell.appendChild(image);
      cell.appendChild(button);
      list.appendChild(cell);
    }
    if (input.form) input.form.addEventListener("reset", function () { files = []; list.textContent = ""; box.classList.remove("is-full"); });
    input.addEventListener("change", function () {
      var chosen = Array.prototype.slice.call(input.files);
      if (!canSet) { files = chosen.slice(0, max); write(); return; }
      var room = max - files.length;
      if (chosen.length > room) gg.toast(gg.text("photoMany", max), "warning");
      box.classList.add("is-sending");
      Promise.all(chosen.slice(0, room).map(function (file) {
        return shrink(file).catch(function () { gg.toast(gg.text("photoBad"), "error"); return null; });
      })).then(function (done) {
        files = files.concat(done.filter(Boolean));
        box.classList.remove("is-sending");
        write();
      });
    });
  }

  function begin(within) { Array.prototype.forEach.call(within.querySelectorAll("[data-photo-input]"), start); }
  document.addEventListener("gg:begin", function (event) { begin(event.detail); });
  begin(document);
})();
