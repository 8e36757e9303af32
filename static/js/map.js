// The living map: our contours and our blazes drawn by Leaflet, in step with the list of the same places. map-wake.js
// offers it; without script the page keeps the drawing made by the server: nothing here is the only way to a place.
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

const svg = (name, attributes) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
};

function blazeIcon(L, point, blazesUrl) {
  const drawing = svg("svg", { "aria-hidden": "true", focusable: "false" });
  drawing.append(svg("use", { href: `${blazesUrl}#${point.blaze || "lieu"}` }));
  return L.divIcon({ className: "marker", html: drawing, iconSize: [SIDE, SIDE], iconAnchor: [SIDE / 2, SIDE / 2] });
}

const cardsOf = (url) => document.querySelectorAll(`[data-place="${CSS.escape(url)}"]`);

const SIDE = 32; // a sign and its edge: every marker stays a target of its own
const ROOM = 34;

/** Places of one commune share one point: push signs apart on the screen until none covers another. */
function keepApart(map, marks, here) {
  const spots = [...marks.values()].map(({ marker }, rank) => {
    const home = map.latLngToLayerPoint(marker.getLatLng());
    return { marker, home, x: home.x + Math.cos(rank * 2.4), y: home.y + Math.sin(rank * 2.4) };
  });
  if (here) {
    const { x, y } = map.latLngToLayerPoint(here);
    spots.push({ x, y, fixed: true });
  }
  for (let turn = 0, moved = true; moved && turn < 60; turn += 1) {
    moved = false;
    for (let i = 0; i < spots.length; i += 1) {
      for (let j = i + 1; j < spots.length; j += 1) {
        const dx = spots[j].x - spots[i].x;
        const dy = spots[j].y - spots[i].y;
        const gap = Math.hypot(dx, dy) || 1;
        if (Math.max(Math.abs(dx), Math.abs(dy)) >= ROOM) continue; // squares, not discs
        const push = (ROOM - Math.max(Math.abs(dx), Math.abs(dy))) / 2 + 0.5;
        for (const [spot, way] of [[spots[i], -push], [spots[j], push]]) {
          if (spot.fixed) continue;
          spot.x += (dx / gap) * way;
          spot.y += (dy / gap) * way;
        }
        moved = true;
      }
    }
  }
  for (const { marker, home, x, y, fixed } of spots) {
    if (fixed) continue;
    const style = marker.getElement().style;
    style.marginLeft = `${Math.round(x - home.x) - SIDE / 2}px`;
    style.marginTop = `${Math.round(y - home.y) - SIDE / 2}px`;
    marker.getPopup().options.offset = marker.getTooltip().options.offset = [x - home.x, y - home.y - SIDE / 2];
  }
}

function drawPoints(L, map, points, blazesUrl) {
  const marks = new Map();
  for (const point of points) {
    const icon = blazeIcon(L, point, blazesUrl);
    const name = point.kind_label ? `${point.name} (${point.kind_label})` : point.name;
    const marker = L.marker([point.lat, point.lon], { icon, title: "", alt: name, keyboard: true, riseOnHover: true }).addTo(map);
    const link = Object.assign(document.createElement("a"), { href: point.url, textContent: point.name });
    const tip = document.createElement("span");
    tip.textContent = name;
    marker.bindTooltip(tip, { direction: "top" });
    marker.bindPopup(link, { closeButton: false, offset: [0, -8] });
    const element = marker.getElement();
    element.setAttribute("aria-label", name);
    const light = (on) => {
      element.classList.toggle("is-lit", on);
      for (const card of cardsOf(point.url)) card.classList.toggle("is-lit", on);
    };
    marker.on("popupopen", () => { marker.closeTooltip(); link.focus(); });
    marker.on("popupclose", () => { if (document.activeElement === link) element.focus(); });
    marker.on("mouseover", () => light(true));
    marker.on("mouseout", () => light(false));
    element.addEventListener("focus", () => { light(true); marker.openTooltip(); });
    element.addEventListener("blur", () => { light(false); marker.closeTooltip(); });
    marks.set(point.url, { marker, light });
  }
  return marks;
}

function followList(map, marks) {
  const markOf = (event) => {
    const card = event.target.closest?.("[data-place]");
    return card && marks.get(card.dataset.place);
  };
  for (const [start, end] of [["mouseover", "mouseout"], ["focusin", "focusout"]]) {
    document.addEventListener(start, (event) => {
      const mark = markOf(event);
      if (!mark) return;
      mark.light(true);
      if (start === "focusin" && !map.getBounds().contains(mark.marker.getLatLng())) map.panTo(mark.marker.getLatLng(), { animate: !still });
    });
    document.addEventListener(end, (event) => markOf(event)?.light(false));
  }
}

/** « Épinal · 7 lieux » under the signs of each town; a name that would cover another thing is left out. */
function nameTowns(L, map, points, marks, here, hereLabel) {
  const towns = new Map(here ? [[hereLabel, []]] : []);
  for (const point of points) towns.set(point.town, [...(towns.get(point.town) || []), point]);
  const names = [...towns].map(([town, group]) => {
    const text = document.createElement("b");
    text.textContent = group.length > 1 ? `${town} · ${group.length} lieux` : town;
    const icon = L.divIcon({ className: "map-town", html: text, iconSize: [0, 0] });
    const at = group[0] || here;
    return { text, group, at: L.marker([at.lat, at.lon ?? at.lng], { icon, interactive: false, keyboard: false }).addTo(map).getElement() };
  });
  return () => {
    const taken = [...marks.values()].map(({ marker }) => marker.getElement().getBoundingClientRect());
    for (const { text, group, at } of names) {
      const signs = group.map(({ url }) => marks.get(url).marker.getElement().getBoundingClientRect().bottom);
      text.style.top = `${Math.max(12, ...signs.map((bottom) => bottom - at.getBoundingClientRect().top + 3))}px`;
      text.hidden = false;
      const box = text.getBoundingClientRect();
      text.hidden = !text.textContent || taken.some((o) => o.left < box.right && box.left < o.right && o.top < box.bottom && box.top < o.bottom);
      if (!text.hidden) taken.push(box);
    }
  };
}

async function drawContours(L, map, url) {
  const answer = await fetch(url, { credentials: "same-origin" });
  if (!answer.ok) return null;
  const layer = L.geoJSON(await answer.json(), {
    style: { className: "area", weight: 1, fillOpacity: 1 }, // colours: .area in components.css
    interactive: false, // a background: nothing to press, nothing to focus
  }).addTo(map);
  return layer;
}

/** The background of another site: only after a click that says so (S2). */
function offerTiles(L, map, box, contours) {
  const { tilesUrl, tilesAttribution } = box.dataset;
  if (!tilesUrl) return;
  const tools = document.createElement("p");
  tools.className = "map-tools";
  const button = Object.assign(document.createElement("button"), { type: "button", className: "button secondary", textContent: "Afficher un fond de carte" });
  const note = Object.assign(document.createElement("span"), { className: "hint", textContent: `Le fond vient d’un autre site (${new URL(tilesUrl.replace(/[{}]/g, ""), location.href).hostname}), qui verra votre adresse IP.` });
  tools.append(button, note);
  box.after(tools);
  button.addEventListener("click", () => {
    L.tileLayer(tilesUrl, { attribution: tilesAttribution || "", referrerPolicy: "no-referrer" }).addTo(map);
    contours?.setStyle({ fillOpacity: 0, weight: 2 });
    note.textContent = "Fond de carte affiché.";
    note.tabIndex = -1;
    note.focus();
    button.remove();
  });
}

export async function wake(L, box) {
  const data = document.getElementById(box.dataset.pointsId);
  const points = (data ? JSON.parse(data.textContent) : []).filter((point) => point.lat != null && point.lon != null);
  const map = L.map(box, {
    zoomControl: false, attributionControl: true, scrollWheelZoom: false, zoomSnap: 0.25, minZoom: 6, maxZoom: 17,
    zoomAnimation: !still, fadeAnimation: !still, markerZoomAnimation: !still, inertia: !still,
  });
  map.attributionControl.setPrefix("Contours IGN, INSEE – Licence Ouverte");
  L.control.zoom({ zoomInTitle: "Agrandir la carte", zoomOutTitle: "Réduire la carte" }).addTo(map);
  map.setView([48.7, 5.9], 7);
  const contours = box.dataset.geojsonUrl ? await drawContours(L, map, box.dataset.geojsonUrl).catch(() => null) : null;
  const marks = drawPoints(L, map, points, box.dataset.blazesUrl);
  const { hereLat, hereLon, hereLabel } = box.dataset;
  const here = hereLat && L.latLng(Number(hereLat), Number(hereLon));
  if (here) {
    const icon = L.divIcon({ className: "marker-here", iconSize: [18, 18] });
    L.marker(here, { icon, alt: hereLabel, keyboard: false, interactive: false }).addTo(map);
  }
  const away = (point) => here.distanceTo([point.lat, point.lon]);
  if (here) points.sort((one, other) => away(one) - away(other)); // the frame holds the nearest, not the far ones
  const bounds = L.latLngBounds((here ? points.slice(0, 8) : points).map((point) => [point.lat, point.lon]));
  if (here) bounds.extend(here);
  const frame = bounds.isValid() ? bounds : contours?.getBounds();
  if (frame) map.fitBounds(frame, { paddingTopLeft: [80, 45], paddingBottomRight: [45, 55], maxZoom: 11, animate: false });
  const nameThem = nameTowns(L, map, points, marks, here, hereLabel);
  const arrange = () => { keepApart(map, marks, here); nameThem(); };
  arrange();
  map.on("zoomend viewreset resize", arrange);
  followList(map, marks);
  offerTiles(L, map, box, contours);
}
