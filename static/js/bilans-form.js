// A bilan saved as one types, indicator by indicator. Without this module the page keeps its button « Enregistrer ».
const form = document.querySelector("form[data-autosave]");
const line = form.querySelector("[data-save-state]");
const marks = JSON.parse(form.elements.lu.value || "{}");
const waiting = new Set(); // groups with something to save
const moving = new Set(); // groups on their way
const held = new Set(); // groups with a field that is not saved: wrong, or written by a colleague too
const WAIT = 1500; // ms without a key
const AGAIN = 8000; // ms before trying again
const MOST = 20_000; // characters that may travel while the page goes: the browser takes 64 KiB in all
const AWAY = "Non enregistré\u00a0: le portail ne répond pas. Votre saisie reste ici, nous réessayons.";
const LOST = "Non enregistré\u00a0: vous n’êtes plus connecté·e. Connectez-vous dans un autre onglet, puis enregistrez ici.";

let timer = 0;
let flight = null;
let state = "";

const make = (tag, own = {}, ...inside) => {
  const made = Object.assign(document.createElement(tag), own);
  made.append(...inside);
  return made;
};
const idOf = (name) => name.replaceAll(":", "--");
const controls = (group) => [...group.querySelectorAll("input[name], textarea[name]")];
const groupOf = (element) => element.closest("[data-line]");
const byName = (name) => document.getElementById(idOf(name));

function say(now, text, id) {
  state = now;
  line.dataset.state = now;
  line.replaceChildren(text, ...(id ? [" ", make("a", { href: `#${id}`, textContent: "Y aller" })] : []));
}

function body(group) {
  const data = new FormData();
  const [, fresh] = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/) ?? [];
  data.set("csrfmiddlewaretoken", fresh || form.elements.csrfmiddlewaretoken.value);
  const read = {};
  for (const { name, type, checked, value } of controls(group)) {
    if (name in marks) read[name] = marks[name];
    if (type !== "checkbox" || checked) data.append(name, value);
  }
  data.set("lu", JSON.stringify(read));
  return data;
}

function wrong(control, text) {
  const list = document.getElementById(`e-${control.id}`);
  list.hidden = !text;
  list.replaceChildren(...(text ? [make("li", { textContent: text })] : []));
  control.toggleAttribute("aria-invalid", Boolean(text));
  if (text) control.setAttribute("aria-invalid", "true");
}

// Their words were read: what is in the field when it is saved again is a choice.
function settle(control, box, both, taken) {
  marks[both.name] = both.mark;
  if (taken && control.type === "checkbox") control.checked = both.typed === "1";
  else if (taken) control.value = both.typed;
  box.remove();
  control.focus();
  touched(groupOf(control), 0);
}

function conflict(both, by) {
  const control = byName(both.name);
  document.getElementById(`deux-${control.id}`)?.remove();
  const box = make("div", { className: "bilan-both", id: `deux-${control.id}`, tabIndex: -1 });
  const act = (textContent, taken) => make("button", { type: "button", textContent, onclick: () => settle(control, box, both, taken) });
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", "Deux réponses");
  box.append(
    make("p", {}, make("b", { textContent: `${by} a écrit aussi ici.` }), " Ce champ n’est pas enregistré."),
    make("blockquote", { textContent: both.theirs }),
    make("p", { className: "bilan-both-acts" }, act("Garder la mienne", false), act("Prendre la sienne", true)),
  );
  (control.closest(".field, td, label") ?? control).after(box);
}

function told(group, said) {
  for (const control of controls(group)) {
    if (control.name in said.lu) marks[control.name] = said.lu[control.name];
    wrong(control, said.errors[control.name]);
  }
  for (const [key, html] of Object.entries(said.notes)) {
    const notes = document.getElementById(`n-${key}`);
    notes.innerHTML = html; // our own template, escaped there
    if (notes.querySelector("[data-asks]")) group.querySelector("[data-comment]").open = true;
  }
  for (const both of said.conflict) conflict(both, said.by);
  const [fault] = Object.keys(said.errors);
  if (fault || said.conflict.length) held.add(group);
  else held.delete(group);
  if (said.conflict.length) say("conflict", `${said.by} a écrit aussi\u00a0: choisissez.`, `deux-${idOf(said.conflict[0].name)}`);
  else if (fault) say("wrong", `Enregistré à ${said.at}, sauf un champ à corriger.`, idOf(fault));
  else say("saved", `Enregistré à ${said.at}. ${said.answered} réponse${said.answered > 1 ? "s" : ""}${said.asked ? ` sur ${said.asked}` : ""}.`);
}

const weight = (group) => controls(group).reduce((sum, { value }) => sum + value.length, 0);

async function send(group) {
  try {
    const answer = await fetch(location.pathname, { method: "POST", body: body(group), headers: { "X-Autosave": "1" }, keepalive: weight(group) < MOST });
    if (!answer.headers.get("Content-Type")?.includes("json")) {
      say("failed", answer.redirected || answer.status === 403 ? LOST : AWAY);
      return false;
    }
    const said = await answer.json();
    if (said.state === "refused") say("failed", `Non enregistré\u00a0: ${said.message}`);
    else told(group, said);
    return true;
  } catch {
    say("failed", AWAY);
    return false;
  }
}

async function carry(group) {
  waiting.delete(group);
  moving.add(group);
  const done = await send(group);
  moving.delete(group);
  if (!done) waiting.add(group);
  return done;
}

async function save() {
  clearTimeout(timer);
  if (flight || !waiting.size) return flight;
  flight = (async () => {
    for (const group of [...waiting]) {
      if (await carry(group)) continue;
      timer = setTimeout(save, AGAIN);
      return;
    }
    if (waiting.size) timer = setTimeout(save, WAIT);
  })();
  await flight;
  flight = null;
}

function touched(group, wait = WAIT) {
  waiting.add(group);
  if (state === "saved") say("", "");
  clearTimeout(timer);
  timer = setTimeout(save, wait);
}

// « 1 234,5 » as a number; not one: nothing.
const number = (text) => Number(text.replace(/[\s\u00a0\u202f]/g, "").replace(",", ".") || NaN);

function add(table) {
  const cells = [...table.querySelectorAll("[data-cell]")].map(({ value }) => number(value)).filter((found) => !Number.isNaN(found));
  if (!table.querySelector("[data-cell]")) return;
  const sum = Math.round(cells.reduce((one, other) => one + other, 0) * 100) / 100;
  table.querySelector("[data-sum]").textContent = cells.length ? sum.toLocaleString("fr") : "–";
}

form.addEventListener("input", ({ target }) => {
  const group = groupOf(target);
  if (!group) return;
  const total = group.querySelector("[data-total]");
  const absent = group.querySelector("[data-absent]");
  if (target === absent && absent.checked) total.value = "";
  if (target === total && total.value.trim()) absent.checked = false;
  const take = group.querySelector("[data-take]");
  if (take) take.hidden = total.value === take.dataset.take;
  const table = target.closest("[data-table]");
  if (table) add(table);
  touched(group, target.type === "checkbox" ? 0 : WAIT);
});
form.addEventListener("change", ({ target }) => groupOf(target) && waiting.has(groupOf(target)) && save());
form.addEventListener("click", (event) => {
  const button = event.target.closest("[data-take]");
  if (!button) return;
  event.preventDefault();
  const total = groupOf(button).querySelector("[data-total]");
  total.value = button.dataset.take;
  total.dispatchEvent(new Event("input", { bubbles: true }));
  total.focus();
  save();
});
// What is on its way arrives first: nobody is in conflict with themselves.
form.addEventListener("submit", async (event) => {
  form.elements.lu.value = JSON.stringify(marks);
  if (!navigator.onLine) {
    event.preventDefault(); // a page of the browser would take the place of what was typed
    return void say("failed", AWAY);
  }
  if (!flight) {
    held.clear();
    return void waiting.clear();
  }
  event.preventDefault();
  const { submitter } = event;
  await flight;
  form.requestSubmit(submitter);
});

// Who follows a link takes with them what they have just typed: the next page shows it saved.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[href]");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || link.target || link.origin !== location.origin) return;
  if (link.hash && link.pathname === location.pathname && link.search === location.search) return;
  if (!waiting.size && !flight) return;
  event.preventDefault();
  await flight;
  await save();
  location.assign(link.href);
});
addEventListener("online", save);
document.addEventListener("visibilitychange", () => document.hidden && save());

// What the portal would refuse, or what cannot travel while the page goes, is not sent blindly.
function sound(group) {
  const figures = [...group.querySelectorAll("input[inputmode]")].map(({ value }) => value.trim()).filter(Boolean);
  return !moving.has(group) && !figures.some((text) => Number.isNaN(number(text)));
}

// Another tab closed, another address: what waits leaves with the page. The question comes for what would be lost.
function leaves() {
  if (held.size || state === "failed" || !navigator.onLine) return false;
  const last = [...waiting];
  if (!last.every(sound) || [...last, ...moving].reduce((sum, group) => sum + weight(group), 0) >= MOST) return false;
  clearTimeout(timer);
  const sent = [flight, ...last.map(carry)];
  // The page may stay, when the address was a file.
  if (last.length) flight = Promise.all(sent).then(() => { flight = null; if (waiting.size) timer = setTimeout(save, WAIT); });
  return true;
}
addEventListener("beforeunload", (event) => {
  if (leaves()) return;
  save();
  event.preventDefault();
});
say("", "Tout s’enregistre à mesure.");
