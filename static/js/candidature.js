// A dossier saved as one types, part by part, and files weighed before they leave. Without this module each page keeps
// its button « Enregistrer », which does the same.
const WAIT = 1500; // ms without a key before saving

const LOST = "Non enregistré\u00a0: vous n’êtes plus connecté·e. Connectez-vous dans un autre onglet, puis enregistrez ici.";
const AWAY = "Non enregistré\u00a0: le portail ne répond pas. Votre texte reste ici, nous réessayons.";
const WORST = ["failed", "conflict", "wrong", "saving", "waiting", "saved"];

const watched = [];

const quoted = (text) => `«\u00a0${text}\u00a0»`;
const make = (tag, own = {}, ...inside) => {
  const made = Object.assign(document.createElement(tag), own);
  made.append(...inside);
  return made;
};
const controls = (part) => [...part.querySelectorAll("input, select, textarea")].filter(({ name, type }) => name && !["file", "submit", "button"].includes(type));
const named = (part, name) => controls(part).find((control) => control.name === name || control.name.endsWith(`-${name}`));
const boxOf = (part, name) => (controls(part).find((control) => control.name === name)?.closest(".field, .hours-day") ?? part.querySelector(".hours-grid"));

// Whoever signs in again in another tab has another token.
function token(form) {
  const [, fresh] = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/) ?? [];
  if (fresh) form.elements.csrfmiddlewaretoken.value = fresh;
  return form.elements.csrfmiddlewaretoken.value;
}

// What is wrong stands beside its field, as the page itself writes it.
function showErrors(part, errors) {
  const boxes = new Map();
  for (const control of controls(part)) {
    const box = control.closest(".field, .hours-day");
    if (!box) continue;
    if (!boxes.has(box)) boxes.set(box, { group: [], said: new Set() });
    boxes.get(box).group.push(control);
    if (errors[control.name]) {
      control.setAttribute("aria-invalid", "true");
      boxes.get(box).said.add(errors[control.name]);
    } else control.removeAttribute("aria-invalid");
  }
  for (const [box, { group, said }] of boxes) {
    let list = box.querySelector(".errorlist");
    box.classList.toggle("has-error", said.size > 0);
    if (!said.size) {
      if (list && box.matches(".hours-day")) list.replaceWith(make("span", { id: list.id, hidden: true }));
      else list?.remove();
      continue;
    }
    if (!list) {
      list = make("ul", { className: "errorlist" });
      const [first] = group;
      const week = box.matches(".hours-day") && document.getElementById(first.getAttribute("aria-describedby"));
      list.id = week ? week.id : `${first.id}-a-corriger`;
      if (week) week.replaceWith(list);
      else {
        const before = box.querySelector(".hint") ?? box.querySelector("legend, label");
        if (before && !before.contains(first)) before.after(list);
        else box.prepend(list);
        for (const control of group) {
          const ids = new Set((control.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean));
          control.setAttribute("aria-describedby", [...ids.add(list.id)].join(" "));
        }
      }
    }
    list.replaceChildren(...[...said].map((text) => make("li", {}, text)));
  }
  if (!Object.keys(errors).length) document.getElementById("erreurs")?.remove();
}

// The field with what is said of it above and below, not its edge alone.
function goTo(event, id) {
  const target = document.getElementById(id);
  if (!target) return;
  event.preventDefault();
  (target.closest(".field, .hours-day") ?? target).scrollIntoView({ block: "center" });
  target.focus({ preventScroll: true });
}

// What each part still lacks, as the page would count it if it were read again.
function tally({ lacks, left }) {
  for (const [key, count] of Object.entries(lacks ?? {})) {
    const number = document.querySelector(`[data-lacks="${key}"]`);
    const whole = document.querySelector(`[data-whole="${key}"]`);
    if (!number || !whole) continue;
    number.hidden = count === 0;
    whole.hidden = count > 0;
    number.firstElementChild.textContent = count;
    number.lastElementChild.textContent = `, il manque ${count} chose${count > 1 ? "s" : ""}`;
  }
  const notice = document.querySelector("[data-left]");
  if (notice && left) {
    notice.hidden = left.length === 0;
    notice.querySelector("ul").replaceChildren(...left.map(([text, href]) => make("li", {}, make("a", { href }, text))));
  }
}

function watch(form, part) {
  const line = part.querySelector("[data-save-state]");
  if (!line) return;
  let timer = 0;
  let dirty = false;
  let flight = null;
  const self = { form, state: "", text: "", link: null };

  const say = (state, text, link = null) => {
    Object.assign(self, { state, text, link });
    line.dataset.state = state;
    if (line.textContent !== text) line.textContent = text;
    showWorst(form);
  };

  const body = () => {
    const data = new FormData();
    data.set("csrfmiddlewaretoken", token(form));
    for (const control of controls(part)) {
      if ((control.type === "checkbox" || control.type === "radio") && !control.checked) continue;
      if (control.type === "select-multiple") for (const { value } of control.selectedOptions) data.append(control.name, value);
      else data.append(control.name, control.value);
    }
    return data;
  };

  function take({ version, seen }) {
    const [number, read] = [named(part, "version"), named(part, "seen")];
    if (number) number.value = version;
    if (read) read.value = seen;
  }

  // Their words were read: what is in the field when it is saved again is the choice of its person.
  function settled(both) {
    const read = named(part, "seen");
    const digests = JSON.parse(read.value || "{}");
    take({ version: 0, seen: JSON.stringify({ ...digests, ...both.seen }) });
    dirty = true;
    save();
  }

  function takeTheirs(both) {
    for (const [name, value] of Object.entries(both.raw)) {
      for (const control of controls(part).filter((one) => one.name === name)) {
        if (control.type === "checkbox" || control.type === "radio") control.checked = Array.isArray(value) ? value.includes(control.value) : Boolean(value);
        else control.value = value;
      }
    }
    settled(both);
  }

  function showConflicts({ by, when, conflict }) {
    const kept = new Set(conflict.map(({ name }) => `deux-${name}`));
    for (const old of part.querySelectorAll(".field-both")) if (!kept.has(old.id)) old.remove();
    for (const both of conflict) {
      const id = `deux-${both.name}`;
      const head = `${by} a écrit aussi ici${when ? `, à ${when}` : ""}. Ce champ n’est pas enregistré\u00a0; le reste l’est.`;
      const buttons = make("p", { className: "field-both-acts" }, make("button", { type: "button", textContent: "Garder le mien", onclick: () => settled(both) }));
      if (Object.keys(both.raw).length) buttons.append(make("button", { type: "button", textContent: "Prendre le sien", onclick: () => takeTheirs(both) }));
      else buttons.append(make("a", { href: location.pathname, textContent: "Recharger la page pour prendre le sien" }));
      const notice = make("div", { className: "field-both", id, tabIndex: -1 }, make("p", {}, make("b", {}, head)), make("p", {}, `${both.label}, son texte\u00a0:`), make("blockquote", {}, both.theirs), buttons);
      notice.setAttribute("role", "group");
      notice.setAttribute("aria-label", `${both.label}\u00a0: deux textes`);
      const old = document.getElementById(id);
      if (!old) boxOf(part, both.name)?.append(notice);
      else if (old.querySelector("blockquote").textContent !== both.theirs) old.replaceWith(notice);
    }
  }

  function told(said) {
    take(said);
    showErrors(part, said.errors);
    showConflicts(said);
    tally(said);
    const wrong = Object.keys(said.errors);
    const link = (id, text) => make("a", { href: `#${id}`, textContent: text, onclick: (event) => goTo(event, id) });
    if (said.conflict.length) {
      const fields = said.conflict.map(({ label }) => quoted(label)).join(", ");
      return say("conflict", `Enregistré à ${said.at}, sauf ${fields}\u00a0: ${said.by} y a écrit aussi.`, link(`deux-${said.conflict[0].name}`, "Voir les deux textes"));
    }
    if (wrong.length) {
      const fields = [...new Set(wrong.map((name) => quoted(said.labels[name] || "un champ")))].join(", ");
      const first = controls(part).find(({ name }) => name === wrong[0]);
      return say("wrong", `Enregistré à ${said.at}, sauf ${fields}, à corriger.`, first?.id ? link(first.id, "Corriger") : null);
    }
    say("saved", `Enregistré à ${said.at}${said.brought.length ? ", avec les mots d’une personne de votre équipe\u00a0: rechargez la page pour les lire" : ""}`);
  }

  async function send(keepalive) {
    say("saving", "Enregistrement…");
    try {
      const answer = await fetch(form.action || location.href, { method: "POST", body: body(), headers: { "X-Autosave": "1" }, credentials: "same-origin", keepalive });
      if (!answer.headers.get("Content-Type")?.includes("json")) {
        dirty = true;
        return void say("failed", answer.redirected || answer.status === 403 ? LOST : AWAY);
      }
      const said = await answer.json();
      if (answer.status !== 422) return void told(said);
      showErrors(part, said.errors);
      say("failed", `Non enregistré\u00a0: ${said.message}`);
    } catch {
      dirty = true;
      say("failed", AWAY);
      timer = setTimeout(save, WAIT * 6);
    }
  }

  async function save(keepalive = false) {
    clearTimeout(timer);
    if (!dirty || flight) return;
    dirty = false;
    flight = send(keepalive === true);
    await flight;
    flight = null;
    if (dirty && self.state !== "failed") timer = setTimeout(save, WAIT);
    counted(form);
  }

  const touched = (event) => {
    if (event.target.type === "file") return;
    dirty = true;
    if (!["failed", "conflict", "wrong"].includes(self.state)) say("waiting", "");
    clearTimeout(timer);
    timer = setTimeout(save, WAIT);
  };
  part.addEventListener("input", touched);
  part.addEventListener("change", touched);

  Object.assign(self, {
    part,
    save,
    busy: () => flight !== null,
    pending: () => dirty || flight !== null,
    unsaved: () => dirty || flight !== null || ["conflict", "wrong", "failed"].includes(self.state),
    leave() {
      clearTimeout(timer);
      dirty = false;
      self.state = "";
    },
    async settle() {
      clearTimeout(timer);
      while (flight) await flight.then(() => new Promise(requestAnimationFrame));
      if (dirty) await save();
    },
  });
  watched.push(self);
}

// One line that stays in sight, for all the parts of the form: the worst of what they say.
function showWorst(form) {
  const bar = form.querySelector("[data-save-bar]");
  if (!bar) return;
  const of = watched.filter((one) => one.form === form);
  const worst = WORST.map((state) => of.find((one) => one.state === state)).find(Boolean);
  const text = worst ? worst.text : "";
  bar.dataset.state = worst ? worst.state : "";
  const whole = worst?.link ? `${text} ${worst.link.textContent}` : text;
  if (bar.textContent !== whole) bar.replaceChildren(...(worst?.link ? [`${text} `, worst.link] : [text]));
}

// How many of the parts have an answer.
function counted(form) {
  const meter = document.querySelector("[data-answered]");
  if (!meter) return;
  let answered = 0;
  const parts = form.querySelectorAll("[data-part]");
  for (const part of parts) {
    const given = part.querySelector("textarea").value.trim() !== "";
    part.classList.toggle("is-answered", given);
    answered += given;
  }
  meter.value = answered;
  document.getElementById(meter.getAttribute("aria-labelledby")).textContent = `${answered} réponse${answered > 1 ? "s" : ""} sur ${parts.length}`;
}

for (const form of document.querySelectorAll("form[data-autosave]")) {
  const parts = form.matches("[data-part]") ? [form] : form.querySelectorAll("[data-part]");
  for (const part of parts) watch(form, part);
  form.querySelector("[data-save-bar]")?.replaceChildren("Tout s’enregistre à mesure.");
  // What is on its way arrives first: nobody is in conflict with themselves.
  form.addEventListener("submit", async (event) => {
    const of = watched.filter((one) => one.form === form);
    token(form);
    if (!of.some((one) => one.busy())) return void of.forEach((one) => one.leave());
    event.preventDefault();
    const { submitter } = event;
    await Promise.all(of.map((one) => one.settle()));
    form.requestSubmit(submitter);
  });
}

// Who follows a link takes with them what they have just typed.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[href]");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || link.target || link.origin !== location.origin) return;
  if (link.hash && link.pathname === location.pathname && link.search === location.search) return;
  const waiting = watched.filter((one) => one.pending());
  if (!waiting.length) return;
  event.preventDefault();
  await Promise.all(waiting.map((one) => one.settle()));
  location.assign(link.href);
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") for (const one of watched) one.save(true);
});
addEventListener("beforeunload", (event) => {
  if (!watched.some((one) => one.unsaved())) return;
  for (const one of watched) one.save(true);
  event.preventDefault();
});

// A file too heavy is told at once, before it has travelled for nothing.
for (const form of document.querySelectorAll("form[data-upload]")) {
  const input = form.querySelector("input[type=file]");
  const note = make("p", { className: "save-state" });
  note.setAttribute("role", "status");
  form.append(note);
  const most = Number(form.dataset.most);
  const words = (bytes) => `${(Math.round(bytes / 1e5) / 10).toLocaleString("fr")}\u00a0Mo`;
  const tooHeavy = () => {
    const file = input.files[0];
    const heavy = Boolean(file && file.size > most);
    note.dataset.state = heavy ? "wrong" : "";
    note.textContent = heavy ? `Ce fichier pèse ${words(Math.max(file.size, most + 1e5))}\u00a0: ${words(most)} au plus.` : "";
    return heavy;
  };
  input.addEventListener("change", tooHeavy);
  form.addEventListener("submit", (event) => {
    if (tooHeavy()) return void event.preventDefault();
    note.textContent = input.files[0] ? "Envoi en cours…" : "";
  });
}
