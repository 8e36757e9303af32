// A list that a worker reads: its progress is said, and the page is asked again once when it is over. Without this
// module the link « Actualiser » does it.
const [FIRST, EVERY] = [400, 3000]; // ms: a short list is ready at once, a long one is asked less and less
let pause = FIRST;

async function look() {
  const here = document.querySelector("[data-waiting]");
  if (!here) return;
  try {
    const answer = await fetch(location.href, { credentials: "same-origin", cache: "no-store" });
    const there = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-waiting] [role=status]");
    if (!there) return location.reload();
    const said = here.querySelector("[role=status]");
    if (said.textContent !== there.textContent) said.textContent = there.textContent;
  } catch {
    // The portal does not answer: the next look will tell.
  }
  pause = Math.min(EVERY, pause * 1.5);
  setTimeout(look, pause);
}

setTimeout(look, pause);
