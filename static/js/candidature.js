// A dossier saved as one types, part by part, and files weighed before they leave. Without this module each page keeps
// its button « Enregistrer », which does the same.
const WAIT = 1500; // ms without a key before saving

const LOST = "Non enregistré : vous n’êtes plus connecté·e. Copiez votre texte, connectez-vous dans un autre onglet, puis enregistrez.";
const AWAY = "Non enregistré : le portail ne répond pas. Votre texte reste ici, nous réessayons.";

const controls = (part) => [...part.querySelectorAll("input, select, textarea")].filter(({ name, type }) => name && !["file", "submit", "button"].includes(type));
const named = (part, name) => controls(part).find((control) => control.name === name || control.name.endsWith(`-${name}`));

function watch(form, part) {
  const line = part.querySelector("[data-save-state]");
  if (!line) return;
  let timer = 0;
  let dirty = false;
  let busy = false;
  let stopped = false;

  const say = (state, text) => {
    line.dataset.state = state;
    line.textContent = text;
  };

  const body = () => {
    const data = new FormData();
    data.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
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

  function mark(errors) {
    for (const control of controls(part)) {
      if (errors[control.name]) control.setAttribute("aria-invalid", "true");
      else if (!control.closest(".has-error")) control.removeAttribute("aria-invalid");
    }
  }

  function conflict({ by, at, conflict: both }) {
    stopped = true;
    const fields = both.map(({ label, theirs }) => `${label} : « ${theirs.slice(0, 200)} »`).join(" ; ");
    say("conflict", `${by} a enregistré d’autres mots ici${at ? ` à ${at}` : ""}. Rien n’est perdu, les vôtres sont toujours là. ${fields} `);
    const button = Object.assign(document.createElement("button"), { type: "submit", textContent: "Voir les deux textes" });
    button.addEventListener("click", () => {
      dirty = false;
    });
    line.append(button);
  }

  async function save(keepalive = false) {
    clearTimeout(timer);
    if (!dirty || stopped || busy) return;
    dirty = false;
    busy = true;
    say("saving", "Enregistrement…");
    try {
      const answer = await fetch(form.action || location.href, { method: "POST", body: body(), headers: { "X-Autosave": "1" }, credentials: "same-origin", keepalive });
      if (!answer.headers.get("Content-Type")?.includes("json")) {
        dirty = true;
        say("failed", answer.redirected || answer.status === 403 ? LOST : AWAY);
        return;
      }
      const said = await answer.json();
      if (answer.status === 409) return void conflict(said);
      if (answer.status === 422) return void say("failed", `Non enregistré : ${said.message}`);
      take(said);
      mark(said.errors);
      const wrong = Object.entries(said.errors).map(([name, text]) => `${said.labels[name] || name} : ${text}`);
      if (wrong.length) say("wrong", `Enregistré à ${said.at}, sauf ${wrong.join(" ; ")}`);
      else say("saved", `Enregistré à ${said.at}${said.brought.length ? ", avec les mots d’une personne de votre équipe : rechargez la page pour les lire" : ""}`);
    } catch {
      dirty = true;
      say("failed", AWAY);
      timer = setTimeout(save, WAIT * 6);
    } finally {
      busy = false;
      if (dirty && !stopped && line.dataset.state === "saving") timer = setTimeout(save, WAIT);
      else if (dirty && !stopped && line.dataset.state !== "failed") timer = setTimeout(save, WAIT);
    }
  }

  const touched = () => {
    dirty = true;
    if (stopped) return;
    if (line.dataset.state !== "failed") say("waiting", "");
    clearTimeout(timer);
    timer = setTimeout(save, WAIT);
  };
  part.addEventListener("input", touched);
  part.addEventListener("change", touched);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") save(true);
  });
  form.addEventListener("submit", () => {
    dirty = false;
    stopped = true;
    clearTimeout(timer);
  });
  addEventListener("beforeunload", (event) => {
    if (!dirty && !busy) return;
    save(true);
    event.preventDefault();
  });
}

for (const form of document.querySelectorAll("form[data-autosave]")) {
  const parts = form.matches("[data-part]") ? [form] : form.querySelectorAll("[data-part]");
  for (const part of parts) watch(form, part);
}

// A file too heavy is told at once, before it has travelled for nothing.
for (const form of document.querySelectorAll("form[data-upload]")) {
  const input = form.querySelector("input[type=file]");
  const note = Object.assign(document.createElement("p"), { className: "save-state" });
  note.setAttribute("role", "status");
  form.append(note);
  const tooHeavy = () => {
    const file = input.files[0];
    const heavy = Boolean(file && file.size > Number(form.dataset.most));
    note.dataset.state = heavy ? "wrong" : "";
    note.textContent = heavy ? `Ce fichier pèse ${Math.ceil(file.size / 1e6)} Mo : 20 Mo au plus.` : "";
    return heavy;
  };
  input.addEventListener("change", tooHeavy);
  form.addEventListener("submit", (event) => {
    if (tooHeavy()) return void event.preventDefault();
    note.textContent = input.files[0] ? "Envoi en cours…" : "";
  });
}
