// The editor of a CV: what one changes is saved by itself and the sheet beside follows; items are also moved without
// leaving the page, by their buttons or by dragging their line. Without this script the form does it all.
const form = document.querySelector("[data-cv-form]");
const frame = document.querySelector("[data-cv-preview]");
const status = document.querySelector("[data-cv-status]");
const PAUSE = 700;
let waiting = 0;
let sending = null;
let again = false;

function say(words, wrong = false) {
  status.textContent = words;
  status.classList.toggle("is-wrong", wrong);
}

function later() {
  clearTimeout(waiting);
  waiting = setTimeout(save, PAUSE);
}

async function save() {
  if (sending) {
    again = true;
    return;
  }
  sending = fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" }, redirect: "manual" });
  try {
    const answer = await sending;
    if (answer.ok) {
      say(`Enregistré à ${(await answer.json()).saved}`);
      follow();
    } else if (answer.status === 422) {
      const { errors } = await answer.json();
      say(`Pas encore enregistré\u00a0: ${Object.values(errors).flat()[0]}`, true);
    } else {
      say("Pas enregistré\u00a0: rechargez la page pour continuer.", true);
    }
  } catch {
    say("Pas enregistré\u00a0: la connexion manque. Vos changements restent à l’écran.", true);
  }
  sending = null;
  if (again) {
    again = false;
    save();
  }
}

// The sheet keeps the place one was reading.
function follow() {
  const top = frame.contentWindow?.scrollY ?? 0;
  frame.addEventListener("load", () => frame.contentWindow?.scrollTo(0, top), { once: true });
  frame.contentWindow?.location.reload();
}

function settle() {
  const parts = [...form.querySelectorAll("[data-part]")];
  parts.forEach((part, place) => {
    const [up, down] = part.querySelectorAll(":scope > .cv-part-head [data-move]");
    up.disabled = place === 0;
    down.disabled = place === parts.length - 1;
    const boxes = [...part.querySelectorAll("[name=item]")];
    const count = part.querySelector("h3 small");
    count.textContent = `${boxes.filter((box) => box.checked).length} sur ${boxes.length}`;
  });
}

function step(button) {
  const row = button.closest("[data-item], [data-part]");
  const by = Number(button.dataset.move);
  const other = by < 0 ? row.previousElementSibling : row.nextElementSibling;
  const what = row.querySelector("b, h3").firstChild.textContent.trim();
  if (!other) {
    say(`«\u00a0${what}\u00a0» est déjà ${by < 0 ? "en premier" : "en dernier"}.`);
    return;
  }
  if (by < 0) other.before(row);
  else other.after(row);
  settle();
  (button.disabled ? row.querySelector("[data-move]:not([disabled])") : button)?.focus();
  later();
}

if (form && frame && status) {
  form.addEventListener("input", later);
  form.addEventListener("change", () => {
    settle();
    later();
  });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (!button) return;
    event.preventDefault();
    step(button);
  });
  // A line is dragged among those of its own part.
  let lifted = null;
  for (const row of form.querySelectorAll("[data-item]")) {
    row.draggable = true;
    row.addEventListener("dragstart", (event) => {
      lifted = row;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", "");
      row.classList.add("is-lifted");
    });
    row.addEventListener("dragover", (event) => {
      if (!lifted || lifted === row || lifted.parentElement !== row.parentElement) return;
      event.preventDefault();
      const box = row.getBoundingClientRect();
      if (event.clientY < box.top + box.height / 2) row.before(lifted);
      else row.after(lifted);
    });
    row.addEventListener("dragend", () => {
      row.classList.remove("is-lifted");
      lifted = null;
      settle();
      later();
    });
  }
}
