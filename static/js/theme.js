// Day or night, chosen by the visitor and kept in their own browser. Loaded before the page is drawn, so that
// it never flashes; without it the page follows the system (tokens.css).
(() => {
  const KEY = "theme";
  const root = document.documentElement;
  const read = () => {
    try {
      return localStorage.getItem(KEY) || "auto";
    } catch {
      return "auto";
    }
  };
  const apply = (choice) => {
    if (choice === "auto") delete root.dataset.theme;
    else root.dataset.theme = choice;
  };
  apply(read());

  document.addEventListener("DOMContentLoaded", () => {
    const group = document.querySelector(".theme-switch");
    if (!group) return;
    const buttons = [...group.querySelectorAll("button[data-choice]")];
    const show = (choice) => {
      for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.choice === choice));
    };
    group.hidden = false;
    show(read());
    group.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-choice]");
      if (!button) return;
      const choice = button.dataset.choice;
      try {
        if (choice === "auto") localStorage.removeItem(KEY);
        else localStorage.setItem(KEY, choice);
      } catch {
        // private browsing: the choice holds for this page only
      }
      apply(choice);
      show(choice);
    });
  });
})();
