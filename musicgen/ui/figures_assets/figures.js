// Figures that change in their places: only what has changed is written anew.
// Streamlit calls the default export on every rerun and change of theme.

export default function ({ data, parentElement }) {
  const list = parentElement.querySelector("dl");
  while (list.children.length > data.figures.length) list.lastChild.remove();
  data.figures.forEach((figure, i) => {
    const card = list.children[i] ?? list.appendChild(newCard());
    for (const part of ["label", "value", "below"]) say(card.querySelector(`.${part}`), figure[part]);
  });
  say(parentElement.querySelector(".note"), data.note);
}

function newCard() {
  const card = document.createElement("div");
  for (const [tag, name] of [["dt", "label"], ["dd", "value"], ["dd", "below"]]) {
    card.appendChild(document.createElement(tag)).className = name;
  }
  return card;
}

function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
