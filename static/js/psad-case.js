// The page of a case at the keyboard. Where one goes on: the field that waits, or the next case of the list one came
// from (its addresses alone are kept, by this tab, until it is closed). Ctrl + Enter sends the form, Escape leaves it.
// Without this module the same links and buttons are there, and the portal itself names the next case.
const here = document.querySelector("[data-case]");
const next = document.querySelector("[data-next]");

function kept() {
  try {
    return JSON.parse(sessionStorage.getItem("psad-file")) ?? { back: "", cases: [] };
  } catch {
    return { back: "", cases: [] };
  }
}

function follow({ back, cases }) {
  const at = cases.indexOf(here.dataset.case);
  if (at < 0) return;
  for (const link of document.querySelectorAll(`.pro-page a[href="${here.dataset.back}"]`)) link.href = back;
  if (!next) return;
  next.href = cases[at + 1] ?? back;
  next.textContent = at + 1 < cases.length ? "Dossier suivant de la liste" : "Revenir à la liste";
}

function waiting() {
  const form = document.querySelector(".psad-act[open] form");
  if (here.dataset.go !== "form" || !form) return next;
  const fields = [...form.querySelectorAll("select, textarea, input:not([type=hidden])")];
  return fields.find((field) => field.matches("select") && !field.value)
    ?? fields.find((field) => field.matches("[type=checkbox]")) ?? fields[0];
}

if (here) {
  follow(kept());
  document.addEventListener("keydown", (event) => {
    const form = event.target.closest?.("form");
    if (!form || !here.closest("main").contains(form)) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
    else if (event.key === "Escape") next?.focus();
    else return;
    event.preventDefault();
  });
  const hint = document.querySelector("[data-keys]");
  if (hint) hint.hidden = false;
  const from = document.referrer && new URL(document.referrer);
  const among = from && from.origin === location.origin && from.pathname.startsWith("/psad/");
  // Not on a phone, whose keyboard would cover the page; nor over what the page says was wrong.
  if (among && !location.hash && matchMedia("(hover: hover)").matches && !document.querySelector(".form-errors"))
    waiting()?.focus();
}
