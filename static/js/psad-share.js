// A share that is open: whether it still is, is asked every half minute and each time the page is looked at again. Gone,
// or when nobody answers, the page shows nothing of it. Without this module any further click answers that it is gone.
const EVERY = 30_000; // ms
const here = document.querySelector("[data-share]");
let asking = false;

function blank(words, again) {
  const said = document.createElement("div");
  said.className = "notice info";
  const text = document.createElement("p");
  text.setAttribute("role", "status");
  text.textContent = words;
  said.append(text);
  if (again) {
    const link = document.createElement("a");
    link.href = location.pathname;
    link.textContent = "Rouvrir la page";
    const line = document.createElement("p");
    line.append(link);
    said.append(line);
  }
  // Its head says for what and until when: it goes too.
  document.querySelector("main .page-head")?.remove();
  here.replaceWith(said);
  clearInterval(clock);
}

async function ask() {
  if (asking || !here.isConnected) return;
  asking = true;
  try {
    const answer = await fetch(here.dataset.share, { credentials: "same-origin", cache: "no-store", redirect: "manual" });
    if (answer.status !== 204) return blank("Ce partage a pris fin\u00a0: il n’en reste rien sur cette page.", false);
    here.hidden = false;
  } catch {
    blank("Le portail ne répond pas\u00a0: par prudence, la page ne montre plus rien.", true);
  } finally {
    asking = false;
  }
}

const clock = here ? setInterval(ask, EVERY) : 0;
if (here) {
  document.addEventListener("visibilitychange", () => {
    // Hidden while nobody looks, shown again once it was asked.
    if (document.visibilityState === "hidden") here.hidden = true;
    else ask();
  });
  addEventListener("focus", ask);
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    here.hidden = true;
    ask();
  });
}
