// The queue at the keyboard: j and k go down and up, o opens, x ticks, a ticks all, d goes to whom to give to. Only while the focus is in the list, so that no
// key is taken from who types elsewhere; without this module the list is links and boxes, as any other.
for (const part of document.querySelectorAll("[data-queue]")) {
  const rows = [...part.querySelectorAll("[data-row]")];
  const list = part.querySelector("#dossiers");
  if (!list || !rows.length) continue;
  const hint = part.querySelector("[data-keys]");
  if (hint) hint.hidden = false;
  const link = (row) => row.querySelector("[data-open]");
  try {
    // What « dossier suivant » follows: addresses without a name, kept by this tab alone.
    const cases = rows.map((row) => new URL(link(row).href).pathname);
    sessionStorage.setItem("psad-file", JSON.stringify({ back: location.pathname + location.search, cases }));
  } catch {
    // Storage refused by the browser: the portal names the next case.
  }
  const boxes = [...part.querySelectorAll("[data-tick]")];
  const [all, giving] = [part.querySelector("[data-all]"), part.querySelector(".psad-bulk")];
  const ticked = () => boxes.filter((box) => box.checked).length;
  const tell = () => {
    if (!all) return;
    const many = ticked();
    all.textContent = many === boxes.length ? "Tout décocher" : "Tout cocher";
    giving.querySelector("[data-ticked]").textContent = many ? `\u00a0: ${many}` : "";
  };
  const tickAll = () => {
    const on = ticked() < boxes.length;
    for (const box of boxes) box.checked = on;
    tell();
  };
  if (all) {
    all.hidden = false;
    all.addEventListener("click", tickAll);
    list.addEventListener("change", tell);
    tell();
  }
  const here = () => rows.findIndex((row) => row.contains(document.activeElement));

  // Back from a case: at once in the list.
  if (document.referrer.startsWith(`${location.origin}/psad/`) && !location.hash && matchMedia("(hover: hover)").matches
    && !document.querySelector(".form-errors")) link(rows[0]).focus({ preventScroll: true });

  list.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = here();
    const go = (to) => {
      const row = rows[Math.max(0, Math.min(rows.length - 1, to))];
      link(row).focus();
      row.scrollIntoView({ block: "nearest" });
    };
    if (event.key === "j") go(at + 1);
    else if (event.key === "k") go(at < 0 ? 0 : at - 1);
    else if (event.key === "o" && at >= 0) link(rows[at]).click();
    else if (event.key === "x" && at >= 0) {
      const box = rows[at].querySelector("[data-tick]");
      if (!box) return;
      box.checked = !box.checked;
      tell();
    } else if (event.key === "a" && all) tickAll();
    else if (event.key === "d" && giving) giving.querySelector("select").focus();
    else return;
    event.preventDefault();
  });
}
