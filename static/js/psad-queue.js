// The queue at the keyboard: j and k go down and up, o opens, x ticks. Only while the focus is in the list, so that no
// key is taken from who types elsewhere; without this module the list is links and boxes, as any other.
for (const part of document.querySelectorAll("[data-queue]")) {
  const rows = [...part.querySelectorAll("[data-row]")];
  const list = part.querySelector("#dossiers");
  if (!list || !rows.length) continue;
  const hint = part.querySelector("[data-keys]");
  if (hint) hint.hidden = false;
  const link = (row) => row.querySelector("[data-open]");
  const here = () => rows.findIndex((row) => row.contains(document.activeElement));

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
    } else return;
    event.preventDefault();
  });
}
