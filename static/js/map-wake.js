// A drawn map in step with its list, and the button that makes it alive, for every map of ours. Leaflet weighs as much as all the rest of
// the page, so it comes with the button. The box of the map names the module that draws it: data-living, which has
// `wake(L, box)`. Without this module the page keeps the drawing of the server.
const put = (node, where) => new Promise((resolve, reject) => {
  Object.assign(node, { onload: resolve, onerror: reject });
  where(node);
});

async function leaflet({ leafletJs, leafletCss }) {
  const style = Object.assign(document.createElement("link"), { rel: "stylesheet", href: leafletCss });
  const code = Object.assign(document.createElement("script"), { src: leafletJs });
  await Promise.all([
    put(style, (node) => document.head.prepend(node)), // before ours: our layers must be able to answer it
    window.L || put(code, (node) => document.head.append(node)),
  ]);
  return window.L;
}

async function live(box) {
  const [L, { wake }] = await Promise.all([leaflet(box.dataset), import(box.dataset.living)]);
  box.classList.add("is-live");
  await wake(L, box);
  box.parentElement.querySelector(".map-server:not(:empty)")?.setAttribute("hidden", "");
}

function offer(box) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "button quiet map-wake", textContent: "Zoomer et déplacer la carte" });
  box.after(button);
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await live(box);
      button.remove();
      box.focus();
    } catch (error) {
      console.warn("Carte :", error);
      box.classList.remove("is-live");
      button.disabled = false;
    }
  });
}

/** The drawing of the server in step with the list: over a card its sign is lit, on a sign its card is. */
function followDrawing(drawing) {
  for (const link of drawing.querySelectorAll("a")) {
    const cards = document.querySelectorAll(`[data-place="${CSS.escape(link.getAttribute("href"))}"]`);
    const light = (on) => {
      for (const node of [link, ...cards]) node.classList.toggle("is-lit", on);
    };
    for (const node of [link, ...cards]) {
      for (const [name, on] of [["pointerenter", true], ["pointerleave", false], ["focusin", true], ["focusout", false]]) {
        node.addEventListener(name, () => light(on));
      }
    }
  }
}

for (const drawing of document.querySelectorAll(".map-frame .map-server")) followDrawing(drawing);
for (const box of document.querySelectorAll(".map-frame .map[data-living]")) {
  if (box.parentElement.querySelector(".map-server > *")) offer(box);
  else live(box).catch((error) => console.warn("Carte :", error));
}
