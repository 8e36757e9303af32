// The living map of the agenda: the communes of the list, gathered anew at each zoom into circles that count events.
// Without this module the page keeps the drawing made by the server; nothing here is the only way to an event.
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
const ROOM = 46; // pixels between two circles, as on the server's drawing

const loaded = (node, put) => new Promise((resolve, reject) => {
  Object.assign(node, { onload: resolve, onerror: reject });
  put(node);
});

/** What the list beside the map says: the same names, counts and addresses. */
function places() {
  const found = [...document.querySelectorAll(".agenda-map li[data-at]")].map((line) => {
    const [lat, lon] = line.dataset.at.split(",").map(Number);
    return { name: line.querySelector("a").textContent, url: line.querySelector("a").href, count: Number(line.dataset.count), lat, lon };
  });
  return found.sort((one, other) => other.count - one.count);
}

function gathered(map, found) {
  const groups = [];
  for (const place of found) {
    const at = map.latLngToLayerPoint([place.lat, place.lon]);
    const near = groups.find((group) => group.at.distanceTo(at) < ROOM);
    if (near) near.places.push(place);
    else groups.push({ at, places: [place] });
  }
  return groups;
}

function circle(L, map, box, { places: held }) {
  const [main] = held;
  const others = held.length - 1;
  const count = held.reduce((sum, place) => sum + place.count, 0);
  const near = others ? ` et ${others > 1 ? `${others} communes voisines` : "une commune voisine"}` : "";
  const name = `${main.name}${near} : ${count} évènement${count > 1 ? "s" : ""}`;
  const side = count > 99 ? 44 : count > 9 ? 38 : 32;
  const icon = L.divIcon({ className: "map-dot", html: String(count), iconSize: [side, side] });
  const marker = L.marker([main.lat, main.lon], { icon, alt: name, title: "", riseOnHover: true });
  const open = () => {
    const closest = map.getZoom() >= map.getMaxZoom();
    if (!others || closest) {
      location.href = main.url;
      return;
    }
    const bounds = L.latLngBounds(held.map((place) => [place.lat, place.lon]));
    map.fitBounds(bounds, { padding: [60, 60], maxZoom: Math.max(map.getZoom() + 1, map.getBoundsZoom(bounds)), animate: !still });
    box.focus(); // the circle is gone: the arrows move the map, Tab goes on to the new ones
  };
  const tip = Object.assign(document.createElement("span"), { textContent: name });
  marker.bindTooltip(tip, { direction: "top", offset: [0, -side / 2] });
  marker.on("add", () => {
    const node = marker.getElement();
    node.setAttribute("aria-label", name);
    node.setAttribute("role", others ? "button" : "link");
    node.addEventListener("focus", () => marker.openTooltip());
    node.addEventListener("blur", () => marker.closeTooltip());
    node.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      open();
    });
  });
  marker.on("click", open);
  return marker;
}

async function wake(box) {
  const { leafletJs, leafletCss, geojsonUrl, hereLat, hereLon } = box.dataset;
  await Promise.all([
    loaded(Object.assign(document.createElement("link"), { rel: "stylesheet", href: leafletCss }), (node) => document.head.prepend(node)),
    loaded(Object.assign(document.createElement("script"), { src: leafletJs }), (node) => document.head.append(node)),
  ]);
  const { L } = window;
  const found = places();
  box.classList.add("is-live");
  const map = L.map(box, {
    zoomControl: false, scrollWheelZoom: false, zoomSnap: 0.25, minZoom: 6, maxZoom: 14,
    zoomAnimation: !still, fadeAnimation: !still, markerZoomAnimation: false, inertia: !still,
  });
  map.attributionControl.setPrefix("Contours IGN, INSEE – Licence Ouverte");
  L.control.zoom({ zoomInTitle: "Agrandir la carte", zoomOutTitle: "Réduire la carte" }).addTo(map);
  map.fitBounds(L.latLngBounds(found.map(({ lat, lon }) => [lat, lon])), { padding: [45, 45], maxZoom: 11, animate: false });
  const answer = await fetch(geojsonUrl, { credentials: "same-origin" }).catch(() => null);
  if (answer?.ok) L.geoJSON(await answer.json(), { style: { className: "area", weight: 1, fillOpacity: 1 }, interactive: false }).addTo(map);
  if (hereLat) {
    const icon = L.divIcon({ className: "marker-here", iconSize: [18, 18] });
    L.marker([Number(hereLat), Number(hereLon)], { icon, alt: "", keyboard: false, interactive: false, zIndexOffset: -999 }).addTo(map);
  }
  const circles = L.layerGroup().addTo(map);
  const draw = () => {
    circles.clearLayers();
    for (const group of gathered(map, found)) circles.addLayer(circle(L, map, box, group));
  };
  draw();
  map.on("zoomend", draw);
  box.previousElementSibling.hidden = true;
}

const box = document.querySelector(".agenda-map .map");
if (box) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "button quiet map-wake", textContent: "Zoomer et déplacer la carte" });
  box.after(button);
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await wake(box);
      button.remove();
      box.focus();
    } catch (error) {
      console.warn("Carte :", error);
      button.disabled = false;
    }
  });
}
