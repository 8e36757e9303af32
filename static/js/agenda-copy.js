// Copy buttons: <button type="button" data-copy="#id" hidden>Copier</button> copies the value or the text of #id.
// Hidden without script; the field stays selectable by hand.
for (const button of document.querySelectorAll("[data-copy]")) {
  const source = document.querySelector(button.dataset.copy);
  if (!source) continue;
  const status = Object.assign(document.createElement("span"), { className: "hint copy-status" });
  status.setAttribute("role", "status");
  button.after(status);
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText((source.value ?? source.href ?? source.textContent).trim());
      status.textContent = "Copié.";
    } catch {
      source.focus?.();
      source.select?.();
      status.textContent = "Votre navigateur refuse : le texte est choisi, copiez-le avec Ctrl + C.";
    }
  });
}
