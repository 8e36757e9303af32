// The field of the communes made a combobox, and the position on request. Without this module the forms work as they are.
const WAIT = 150; // ms without a key before asking

function combobox(input) {
  const box = document.createElement("div");
  box.className = "commune-box";
  input.before(box);
  box.append(input);
  const list = Object.assign(document.createElement("ul"), { id: `${input.id}-liste`, className: "commune-list", hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Communes");
  const status = Object.assign(document.createElement("p"), { className: "visually-hidden" });
  status.setAttribute("role", "status");
  box.append(list, status);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id })) input.setAttribute(name, value);

  let timer = 0;
  let asked = null;
  let active = -1;
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
  function choose(option) {
    input.value = option.dataset.label;
    close();
  }
  function show(results) {
    list.replaceChildren(
      ...results.map((town, i) => {
        const option = Object.assign(document.createElement("li"), { id: `${list.id}-${i}` });
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.dataset.label = town.label;
        option.append(town.label, Object.assign(document.createElement("small"), { textContent: town.hint }));
        return option;
      }),
    );
    active = -1;
    list.hidden = results.length === 0;
    input.setAttribute("aria-expanded", String(results.length > 0));
    status.textContent = results.length ? `${results.length} commune${results.length > 1 ? "s" : ""} : flèches pour choisir.` : "Aucune commune.";
  }
  async function ask() {
    asked?.abort();
    const text = input.value.trim();
    if (text.length < 2) return close();
    asked = new AbortController();
    try {
      const answer = await fetch(`${input.dataset.communes}?q=${encodeURIComponent(text)}`, { credentials: "same-origin", signal: asked.signal });
      if (answer.ok) show((await answer.json()).results);
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
  }
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (list.hidden) return void ask();
      event.preventDefault();
      light(active + (event.key === "ArrowDown" ? 1 : active < 0 ? 0 : -1));
    } else if (event.key === "Enter" && !list.hidden && active >= 0) {
      event.preventDefault();
      choose(options()[active]);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    }
  });
  list.addEventListener("pointerdown", (event) => {
    const option = event.target.closest("li");
    if (!option) return;
    event.preventDefault(); // the field keeps the focus
    choose(option);
  });
  input.addEventListener("blur", close);
}

function positionOnRequest(form) {
  if (!("geolocation" in navigator)) return;
  form.hidden = false;
  const status = form.querySelector("[data-position-status]");
  form.addEventListener("submit", (event) => {
    if (form.elements.lat.value) return;
    event.preventDefault();
    status.textContent = "Nous demandons votre position à votre navigateur…";
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        form.elements.lat.value = coords.latitude;
        form.elements.lon.value = coords.longitude;
        form.submit();
        form.elements.lat.value = form.elements.lon.value = ""; // nothing stays in the page
      },
      () => {
        status.textContent = "Votre navigateur n’a pas donné la position : indiquez votre commune.";
      },
      { timeout: 10000, maximumAge: 60000 },
    );
  });
}

/** A button that only a script can answer stays hidden without one. */
function print(button) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

/** An address says what was asked and nothing more: empty fields stay out of it. */
function leaveOutEmpty(form) {
  form.addEventListener("submit", () => {
    for (const field of form.elements) if (field.name && field.value === "") field.disabled = true;
  });
  addEventListener("pageshow", () => {
    for (const field of form.elements) field.disabled = false;
  });
}

for (const input of document.querySelectorAll("input[data-communes]")) combobox(input);
for (const form of document.querySelectorAll("form[data-position]")) positionOnRequest(form);
for (const button of document.querySelectorAll("button[data-print]")) print(button);
for (const form of document.querySelectorAll("form.signpost[method=get], form.filters-form[method=get]")) leaveOutEmpty(form);
