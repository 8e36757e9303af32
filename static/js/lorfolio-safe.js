// The deposit of the safe, file after file, each with its progress and its answer. Without this module the form sends
// them all at once and the page that comes back says what became of each.
const form = document.querySelector("[data-deposit]");
const field = form?.querySelector('input[type="file"]');
const list = form?.querySelector("[data-progress]");
const said = form?.querySelector("[data-said]");
const button = form?.querySelector('button[type="submit"]');

const line = (name) => {
  const row = document.createElement("li");
  const label = document.createElement("span");
  label.textContent = name;
  const bar = document.createElement("progress");
  bar.max = 100;
  bar.value = 0;
  bar.setAttribute("aria-label", name);
  row.append(label, bar);
  list.append(row);
  return { row, bar };
};

const refuse = ({ row, bar }, words) => {
  bar.remove();
  const why = document.createElement("p");
  why.className = "refused";
  why.textContent = words;
  row.append(why);
};

// One file: resolves to "" when it is kept, to the reason when it is not.
const send = (file, { bar }) =>
  new Promise((done) => {
    const lost = "Le dépôt n’a pas abouti : vérifiez votre connexion, puis recommencez.";
    const data = new FormData();
    data.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    data.append("file", file);
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = Math.round((event.loaded / event.total) * 100);
    });
    request.addEventListener("load", () => {
      try {
        const answer = JSON.parse(request.responseText);
        done(answer.kept ? "" : answer.refused.join(" ") || lost);
      } catch {
        done(lost);
      }
    });
    request.addEventListener("error", () => done(lost));
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.send(data);
  });

const deposit = async (files) => {
  list.replaceChildren();
  button.disabled = true;
  const most = Number(form.dataset.most);
  let kept = 0;
  const rows = files.map((file) => ({ file, shown: line(file.name) }));
  for (const { file, shown } of rows) {
    const why =
      file.size > most
        ? `« ${file.name} » est trop lourd : ${Math.floor(most / 1e6)} Mo au plus.`
        : await send(file, shown);
    if (why) refuse(shown, why);
    else {
      kept += 1;
      shown.bar.value = 100;
    }
  }
  button.disabled = false;
  if (kept === rows.length) {
    location.assign(form.action);
    return;
  }
  said.textContent = `${kept} gardé(s) sur ${rows.length}. Les raisons sont dans la liste.`;
  field.value = "";
};

if (form && field && list) {
  form.addEventListener("submit", (event) => {
    if (!field.files.length) return;
    event.preventDefault();
    deposit([...field.files]);
  });
  const place = form.closest("section");
  for (const name of ["dragenter", "dragover"]) {
    place.addEventListener(name, (event) => {
      event.preventDefault();
      place.classList.add("is-over");
    });
  }
  for (const name of ["dragleave", "drop"]) {
    place.addEventListener(name, () => place.classList.remove("is-over"));
  }
  place.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) deposit([...event.dataTransfer.files]);
  });
}
