// The living map: our contours and our blazes drawn by Leaflet, in step with the list of the same places.
// Without this module the page keeps the drawing made by the server; nothing here is the only way to a place.
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

function loadLeaflet({ leafletJs, leafletCss }) {
  const style = new Promise((resolve, reject) => {
    const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: leafletCss });
    link.onload = resolve;
    link.onerror = reject;
    document.head.prepend(link); // before ours: our layers must be able to answer it
  });
  const code = new Promise((resolve, reject) => {
    if (window.L) return resolve();
    const script = Object.assign(document.createElement("script"), { src: leafletJs });
    script.onload = resolve;
    script.onerror = reject;
    document.head.append(script);
  });
  return Promise.all([style, code]).then(() => window.L);
}

const svg = (name, attributes) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
};

function blazeIcon(L, point, blazesUrl) {
  const drawing = svg("svg", { "aria-hidden": "true", focusable: "false" });
  drawing.append(svg("use", { href: `${blazesUrl}#${point.blaze || "lieu"}` }));
  return L.divIcon({ className: "marker", html: drawing, iconSize: [44, 44], iconAnchor: [22, 22] });
}

const cardsOf = (url) => document.querySelectorAll(`.site-card[data-place="${CSS.escape(url)}"], li[data-place="${CSS.escape(url)}"]`);

/** Places of one commune share one point: spread them in a small ring around it, so that each can be reached. */
function spread(points) {
  const at = new Map();
  for (const point of points) {
    const key = `${point.lat.toFixed(4)},${point.lon.toFixed(4)}`;
    at.set(key, [...(at.get(key) || []), point]);
  }
  return [...at.values()].flatMap((group) =>
    group.map((point, rank) => {
      if (group.length === 1) return { ...point, offset: [0, 0] };
      const angle = (2 * Math.PI * rank) / group.length;
      const radius = Math.max(18, (group.length * 34) / (2 * Math.PI));
      return { ...point, offset: [Math.cos(angle) * radius, Math.sin(angle) * radius] };
    }),
  );
}

function drawPoints(L, map, points, blazesUrl) {
  const marks = new Map();
  for (const point of spread(points)) {
    const icon = blazeIcon(L, point, blazesUrl);
    icon.options.iconAnchor = [22 - point.offset[0], 22 - point.offset[1]];
    const name = point.kind_label ? `${point.name} (${point.kind_label})` : point.name;
    const marker = L.marker([point.lat, point.lon], { icon, title: "", alt: name, keyboard: true, riseOnHover: true }).addTo(map);
    const tip = document.createElement("span");
    tip.textContent = point.name;
    marker.bindTooltip(tip, { direction: "top", offset: [point.offset[0], point.offset[1] - 14] });
    const element = marker.getElement();
    element.setAttribute("aria-label", name);
    const light = (on) => {
      element.classList.toggle("is-lit", on);
      for (const card of cardsOf(point.url)) card.classList.toggle("is-lit", on);
    };
    const go = () => {
      const link = cardsOf(point.url)[0]?.querySelector("a[href]");
      if (!link) location.assign(point.url);
      else {
        link.scrollIntoView({ block: "center", behavior: still ? "auto" : "smooth" });
        link.focus({ preventScroll: true });
      }
    };
    marker.on("click", go);
    element.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      event.stopPropagation();
      go();
    });
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

async function drawContours(L, map, url) {
  const answer = await fetch(url, { credentials: "same-origin" });
  if (!answer.ok) return null;
  const layer = L.geoJSON(await answer.json(), {
    style: { className: "area", weight: 1, fillOpacity: 1 }, // colours: .area in components.css
    interactive: true,
    onEachFeature(feature, area) {
      const { name, url: page } = feature.properties || {};
      if (name) {
        const tip = document.createElement("span");
        tip.textContent = name;
        area.bindTooltip(tip, { sticky: true });
      }
      if (!page) return;
      area.on({
        click: () => location.assign(page),
        mouseover: () => area.getElement()?.classList.add("is-lit"),
        mouseout: () => area.getElement()?.classList.remove("is-lit"),
      });
    },
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

async function wake(box) {
  const L = await loadLeaflet(box.dataset);
  const data = document.getElementById(box.dataset.pointsId);
  const points = (data ? JSON.parse(data.textContent) : []).filter((point) => point.lat != null && point.lon != null);
  const server = box.previousElementSibling;
  box.classList.add("is-live");
  const map = L.map(box, {
    zoomControl: false, attributionControl: true, scrollWheelZoom: false, zoomSnap: 0.25, minZoom: 6, maxZoom: 17,
    zoomAnimation: !still, fadeAnimation: !still, markerZoomAnimation: !still, inertia: !still,
  });
  map.attributionControl.setPrefix("Contours IGN, INSEE – Licence Ouverte");
  L.control.zoom({ zoomInTitle: "Agrandir la carte", zoomOutTitle: "Réduire la carte" }).addTo(map);
  map.setView([48.7, 5.9], 7);
  const contours = box.dataset.geojsonUrl ? await drawContours(L, map, box.dataset.geojsonUrl).catch(() => null) : null;
  const marks = drawPoints(L, map, points, box.dataset.blazesUrl);
  const bounds = L.latLngBounds(points.map((point) => [point.lat, point.lon]));
  const { hereLat, hereLon, hereLabel } = box.dataset;
  if (hereLat) {
    const here = [Number(hereLat), Number(hereLon)];
    const icon = L.divIcon({ className: "marker-here", iconSize: [18, 18] });
    L.marker(here, { icon, alt: hereLabel, keyboard: false, interactive: false }).addTo(map);
    bounds.extend(here);
  }
  const frame = bounds.isValid() ? bounds : contours?.getBounds();
  if (frame) map.fitBounds(frame, { padding: [40, 40], maxZoom: 11, animate: false });
  if (server?.classList.contains("map-server")) server.hidden = true;
  followList(map, marks);
  offerTiles(L, map, box, contours);
}

/** Wait until a map is about to be seen: Leaflet weighs more than all the rest of the page. */
const watcher = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      watcher.unobserve(target);
      wake(target.querySelector(".map")).catch((error) => console.warn("Carte :", error));
    }
  },
  { rootMargin: "200px" },
);
for (const frame of document.querySelectorAll(".map-frame")) if (frame.querySelector(".map")) watcher.observe(frame);
