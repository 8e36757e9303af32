// <spro-agenda href="…/agenda/embed/?…"><a href="…">L’agenda</a></spro-agenda>: the agenda in the page of another site.
// Served at /agenda/embed.js. No cookie, no storage; without script, or when it cannot answer, the link inside stays.
(() => {
  const home = new URL(document.currentScript.src);
  const frame = new URL("embed/", home).pathname;
  const style = new CSSStyleSheet(); // made by script: a policy of the page on styles does not refuse it
  style.replaceSync("/* agenda_embed.css */");

  class SproAgenda extends HTMLElement {
    static observedAttributes = ["href"];

    connectedCallback() {
      this.show();
    }

    attributeChangedCallback() {
      if (this.shadowRoot) this.show();
    }

    async show() {
      const asked = this.getAttribute("href") || "";
      try {
        const url = new URL(asked, home);
        if (url.origin !== home.origin || url.pathname !== frame) return; // what we did not write is never put in a page
        const answer = await fetch(url, { credentials: "omit", referrerPolicy: "no-referrer" });
        if (!answer.ok) return;
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const agenda = page.querySelector(".agenda-embed");
        if (!agenda || asked !== (this.getAttribute("href") || "")) return;
        this.draw(document.importNode(agenda, true));
      } catch (error) {
        console.warn("spro-agenda :", error);
      }
    }

    /** In the page of somebody else the agenda is a region, and its title one of the page's second level (`niveau`). */
    draw(agenda) {
      const level = Math.min(6, Math.max(2, Number(this.getAttribute("niveau")) || 2));
      const region = document.createElement("section");
      const title = document.createElement(`h${level}`);
      for (const { name, value } of agenda.attributes) region.setAttribute(name, value);
      title.append(...agenda.querySelector("h1").childNodes);
      title.id = "titre";
      region.setAttribute("aria-labelledby", "titre");
      region.append(...agenda.childNodes);
      region.querySelector("h1").replaceWith(title);
      const root = this.shadowRoot || this.attachShadow({ mode: "open" });
      root.adoptedStyleSheets = [style];
      root.replaceChildren(region);
    }
  }
  if (!customElements.get("spro-agenda")) customElements.define("spro-agenda", SproAgenda);
})();
