// On a narrow screen a list of the desk is a pile of cards: each value says which column it is of.
"use strict";
for (const table of document.querySelectorAll("#result_list")) {
  const names = [...table.querySelectorAll("thead th")].map((head) => head.querySelector(".text")?.textContent.trim() ?? "");
  for (const row of table.querySelectorAll("tbody tr")) {
    [...row.children].forEach((cell, place) => {
      if (cell.tagName === "TD" && names[place] && cell.textContent.trim()) cell.dataset.of = names[place];
    });
  }
}
