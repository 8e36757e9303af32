// What needs a script on the page of an event, and where a code is to copy: copy, share with the device's own menu,
// print. Without this module the link is in a field to copy by hand, and the plain links share.
const status = document.querySelector("[data-share-status]");
const say = (words) => {
  if (status) status.textContent = words;
};

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(field.value);
      say(button.dataset.copied || "Le lien est copié.");
    } catch {
      field.focus();
      field.select();
      say("Le texte est choisi : copiez-le avec votre clavier ou le menu de votre appareil.");
    }
  });
}

for (const button of document.querySelectorAll("[data-share]")) {
  if (!navigator.share) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.share({ title: button.dataset.title, text: button.dataset.share, url: button.dataset.url });
    } catch (error) {
      if (error.name !== "AbortError") say("Le partage n’a pas abouti : copiez le lien.");
    }
  });
}
