// The living map of the agenda: the communes of the list, gathered anew at each zoom into circles that count events.
// map-wake.js offers it; without script the page keeps the drawing made by the server: nothing here is the only way to an
// event.
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
const ROOM = 46; // pixels between two circles, as on the server's drawing

/** What the list beside the map says: the same names, counts and addresses. */
function places() {
  const found = [...document.querySelectorAll(".agenda-map li[data-at]")].map((line) => {
    const [lat, lon] = line.dataset.at.split(",").map(Number);
    const { count, people } = line.dataset;
    const { textContent: name, href: url } = line.querySelector("a");
    return { name, url, lat, lon, count: Number(count), people: Number(people) };
  });
  return found.sort((one, other) => other.people - one.people || other.count - one.count); // the name one knows, first
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

const least = document.querySelector(".agenda-map[data-capped]") ? "+" : ""; // not all were counted

function circle(L, map, box, group) {
  const { places: held } = group;
  const [main] = held;
  const others = held.length - 1;
  const count = held.reduce((sum, place) => sum + place.count, 0);
  const near = others ? ` et ${others > 1 ? `${others} communes voisines` : "une commune voisine"}` : "";
  const name = `${main.name}${near} : ${least && "au moins "}${count} évènement${count > 1 ? "s" : ""}`;
  const side = count > 99 ? 44 : count > 9 ? 38 : 32;
  const icon = L.divIcon({ className: "map-dot", html: `${count}${least}`, iconSize: [side, side] });
  const marker = L.marker([main.lat, main.lon], { icon, alt: name, title: "", riseOnHover: true });
  const open = () => {
    if (!others) {
      location.href = main.url;
      return;
    }
    if (map.getZoom() >= map.getMaxZoom()) {
      document.querySelector("#par-commune").focus(); // they cannot part: the list says each
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
  return Object.assign(group, { marker, side });
}

const meet = (one, other) => one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;

/** The names of the towns under, over or beside their circles, the most peopled first; one with no free room is left out. */
function nameTowns(L, map, names, groups) {
  names.clearLayers();
  const edge = map.getContainer().getBoundingClientRect();
  const taken = groups.map(({ marker }) => marker.getElement().getBoundingClientRect());
  for (const { marker, side, places: [{ name }] } of groups) {
    const text = Object.assign(document.createElement("b"), { textContent: name });
    const icon = L.divIcon({ className: "map-town", html: text, iconSize: [0, 0] });
    const label = L.marker(marker.getLatLng(), { icon, interactive: false, keyboard: false, alt: "" }).addTo(names);
    label.getElement().setAttribute("aria-hidden", "true"); // the circle says it
    const { width, height } = text.getBoundingClientRect();
    const far = side / 2 + 3;
    const free = [[0, far], [0, -far - height], [far + width / 2, -height / 2], [-far - width / 2, -height / 2]].some(([x, y]) => {
      Object.assign(text.style, { left: `${x}px`, top: `${y}px` });
      const box = text.getBoundingClientRect();
      const inside = box.left > edge.left && box.right < edge.right && box.top > edge.top && box.bottom < edge.bottom;
      if (!inside || taken.some((other) => meet(box, other))) return false;
      taken.push(box);
      return true;
    });
    if (!free) names.removeLayer(label);
  }
}

export async function wake(L, box) {
  const { geojsonUrl, hereLat, hereLon } = box.dataset;
  const found = places();
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
  const [circles, names] = [L.layerGroup().addTo(map), L.layerGroup().addTo(map)];
  let groups = [];
  const draw = () => {
    circles.clearLayers();
    groups = gathered(map, found);
    for (const group of groups) circles.addLayer(circle(L, map, box, group).marker);
  };
  const name = () => nameTowns(L, map, names, groups);
  draw();
  name();
  map.on("zoomend", draw);
  map.on("moveend", name); // a zoom is a move too
}
