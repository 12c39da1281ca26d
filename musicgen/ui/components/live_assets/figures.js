// A row of figures that change in their places: only what has changed is written anew.

class Figures {
  constructor(root) {
    this.root = root;
    this.list = root.querySelector("dl");
  }

  show(figures, note) {
    this.root.hidden = !figures.length;
    while (this.list.children.length > figures.length) this.list.lastChild.remove();
    figures.forEach((figure, i) => {
      const card = this.list.children[i] ?? this.list.appendChild(newCard());
      for (const part of ["label", "value", "below"]) {
        say(card.querySelector(`.${part}`), figure[part]);
      }
    });
    say(this.root.querySelector(".note"), note);
  }
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
