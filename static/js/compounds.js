/* The compound that the words or the address name: offered under the long list, taken with one click, never by itself. */
(function () {
  "use strict";
  var SHORTEST = 3;

  /* the longest name of an option that stands in the text; options read "name（grid）" */
  function named(field, text) {
    var best = null, length = SHORTEST - 1;
    Array.prototype.forEach.call(field.options, function (option) {
      var name = option.text.split("（")[0];
      if (option.value && name.length > length && text.indexOf(name) >= 0) { best = option; length = name.length; }
    });
    return best;
  }

  function start(form) {
    var field = form.elements.compound, place = form.querySelector("[data-compound-named]");
    if (!field || !field.options || !place || form.dataset.namedOn) return;
    form.dataset.namedOn = "1";
    var button = place.querySelector("button");
    function look() {
      var text = (form.elements.address.value + " " + form.elements.text.value).replace(/\s+/g, "");
      var found = field.value ? null : named(field, text);
      place.hidden = !found;
      button.textContent = found ? found.text : "";
      button.value = found ? found.value : "";
    }
    button.addEventListener("click", function () {
      field.value = button.value;
      field.dispatchEvent(new Event("change", { bubbles: true }));
      look();
    });
    form.addEventListener("input", look);
    form.addEventListener("change", look);
    look();
  }

  Array.prototype.forEach.call(document.querySelectorAll("form[data-draft]"), start);
})();
