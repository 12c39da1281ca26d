// Buttons of the passages shared with training pieces, and the legend of the roll's colours beside the parts.

// Elements of the passages: a button for each that is copied, and a list, closed at first, of those
// that pieces of people share as well; onClick: called with the index of a mark.
export function markElements({ marks, colours }, onClick) {
  const buttons = marks.map(({ label, shared }, index) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.style.setProperty("--colour", shared ? colours.shared : colours.copied);
    button.addEventListener("click", () => onClick(index));
    return button;
  });
  const copied = buttons.filter((_, index) => !marks[index].shared); // copies matter most
  const shared = buttons.filter((_, index) => marks[index].shared);
  return shared.length ? [...copied, sharedList(shared)] : copied;
}

function sharedList(buttons) {
  const list = document.createElement("details");
  const summary = document.createElement("summary");
  const passages = buttons.length === 1 ? "short passage" : "short passages";
  summary.textContent = `${buttons.length} ${passages} also in training pieces`;
  const row = document.createElement("div");
  row.append(...buttons);
  list.append(summary, row);
  return list;
}

// Elements that name the colours beside those of the parts: the beginning, the outlines of copies, the
// lines below what is shared; and the marks of notes that are not as in another piece.
export function legendItems({ colours, primerNotes, marks, markName, noteMarks }) {
  const entries = [];
  if (primerNotes) entries.push(["beginning", colours.primer, ""]);
  if (marks.some((mark) => mark.shared)) {
    entries.push(["also in training pieces", "", "shared"]);
  }
  if (marks.some((mark) => !mark.shared)) entries.push([markName, colours.copied, "outline"]);
  if (noteMarks) {
    entries.push(["changed", "", "changed"], [noteMarks.only_here, "", "only-here"]);
    entries.push(["as in the other", "", "same"]);
  }
  return entries.map(([name, colour, className]) => {
    const item = document.createElement("span");
    const patch = document.createElement("i");
    patch.className = className;
    patch.style.setProperty("--colour", colour);
    item.append(patch, name);
    return item;
  });
}
