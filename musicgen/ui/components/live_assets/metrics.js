// A row of metrics; only text that has changed is written.

export class Metrics {
  constructor(root) {
    this.root = root;
    this.list = root.querySelector("dl");
  }

  show(metrics, note) {
    this.root.hidden = !metrics.length;
    while (this.list.children.length > metrics.length) this.list.lastChild.remove();
    metrics.forEach((metric, i) => {
      const card = this.list.children[i] ?? this.list.appendChild(newCard());
      for (const part of ["label", "value", "below"]) {
        setText(card.querySelector(`.${part}`), metric[part]);
      }
    });
    setText(this.root.querySelector(".note"), note);
  }
}

function newCard() {
  const card = document.createElement("div");
  for (const [tag, name] of [["dt", "label"], ["dd", "value"], ["dd", "below"]]) {
    card.appendChild(document.createElement(tag)).className = name;
  }
  return card;
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
