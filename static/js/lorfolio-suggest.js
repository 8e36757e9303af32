// Any <input data-suggest="ADDRESS"> made a combobox (ARIA): what is typed is sent to ADDRESS?q=…, which answers
// {"results": [{"value": …, "label": …, "hint": …, "text": …}]}. Choosing writes `text` (or `label`) in the field and, when
// data-suggest-target names one, `value` in that hidden field of the same form; typing anything else empties it.
// A « suggest:chosen » event carries the result. Without this module the field is a plain one and the form works.
const WAIT = 150; // ms without a key before asking
let made = 0;

function combobox(input) {
  made += 1;
  input.id ||= `suggestion-${made}`;
  const hidden = input.dataset.suggestTarget ? input.form?.elements.namedItem(input.dataset.suggestTarget) : null;
  const box = Object.assign(document.createElement("div"), { className: "suggest-box" });
  input.before(box);
  box.append(input);
  const list = Object.assign(document.createElement("ul"), { id: `${input.id}-suggestions`, className: "suggest-list", hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.dataset.suggestLabel || "Propositions");
  const status = Object.assign(document.createElement("p"), { className: "visually-hidden" });
  status.setAttribute("role", "status");
  box.append(list, status);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id })) input.setAttribute(name, value);
  input.autocomplete = "off";

  let timer = 0;
  let asked = null;
  let active = -1;
  let found = [];
  let chosenText = hidden?.value ? input.value : null;
  const options = () => [...list.children];

  function close() {
    clearTimeout(timer);
    asked?.abort(); // an answer under way would open the list again
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }
  function light(index) {
    const all = options();
    if (!all.length) return;
    active = (index + all.length) % all.length;
    all.forEach((option, i) => option.setAttribute("aria-selected", String(i === active)));
    input.setAttribute("aria-activedescendant", all[active].id);
    all[active].scrollIntoView({ block: "nearest" });
  }
  function choose(result) {
    if (!result) return;
    chosenText = input.value = result.text ?? result.label;
    if (hidden) hidden.value = result.value;
    status.textContent = `Choisi : ${result.label}.`;
    close();
    input.dispatchEvent(new CustomEvent("suggest:chosen", { bubbles: true, detail: result }));
  }
  function show(results) {
    found = results;
    list.replaceChildren(
      ...results.map((result, i) => {
        const option = Object.assign(document.createElement("li"), { id: `${list.id}-${i}` });
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.append(result.label);
        if (result.hint) option.append(Object.assign(document.createElement("small"), { textContent: result.hint }));
        return option;
      }),
    );
    active = -1;
    list.hidden = results.length === 0;
    input.setAttribute("aria-expanded", String(results.length > 0));
    const many = results.length > 1 ? "s" : "";
    status.textContent = results.length ? `${results.length} proposition${many} : flèches pour choisir.` : "Rien dans la liste : gardez vos mots.";
  }
  async function ask() {
    asked?.abort();
    const text = input.value.trim();
    if (text.length < 2) return close();
    asked = new AbortController();
    try {
      const address = `${input.dataset.suggest}?q=${encodeURIComponent(text.slice(0, 80))}`;
      const answer = await fetch(address, { credentials: "same-origin", signal: asked.signal });
      if (answer.ok && document.activeElement === input) show((await answer.json()).results);
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
  }
  input.addEventListener("input", () => {
    if (hidden && input.value !== chosenText) hidden.value = "";
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) return void ask();
      light(active + (event.key === "ArrowDown" ? 1 : active < 0 ? 0 : -1));
    } else if (event.key === "Enter" && !list.hidden && active >= 0) {
      event.preventDefault();
      choose(found[active]);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    }
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
  list.addEventListener("click", (event) => {
    const option = event.target.closest("li"); // on « click »: a finger that scrolls the list chooses nothing
    if (option) choose(found[options().indexOf(option)]);
  });
  input.addEventListener("blur", close);
}

for (const input of document.querySelectorAll("input[data-suggest]")) combobox(input);
