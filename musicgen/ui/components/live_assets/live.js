// Asks the studio every few seconds for what is new of a run, and draws it, by itself: Streamlit
// renders more than has changed when a script runs, which took the time of the training.
// Streamlit calls the default export on every rerun and change of theme.

const lives = new WeakMap(); // the element that Streamlit gives -> its Live
const PATIENCE = 10; // seconds to wait for an answer

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".live");
  let live = lives.get(parentElement);
  if (live?.root !== root) {
    live?.close();
    live = new Live(root);
    lives.set(parentElement, live);
  }
  live.tellPage = setTriggerValue;
  live.look(data);
  return () => {
    lives.get(parentElement)?.close();
    lives.delete(parentElement);
  };
}

class Live {
  constructor(root) {
    this.root = root;
    this.figures = new Figures(root.querySelector(".figures"));
    this.plots = [];
    this.data = {}; // what is looked at, how often, and how it stood
    this.answer = ""; // as text: what has not changed is not drawn again
    this.closing = new AbortController();
    document.addEventListener("visibilitychange", () => this.ask(), { signal: this.closing.signal });
  }

  close() {
    this.closing.abort();
    this.asking?.abort();
    clearTimeout(this.timer);
    for (const plot of this.plots) plot.close();
  }

  look(data) {
    for (const plot of this.plots) plot.draw(); // the theme may be another
    if (JSON.stringify(data) === JSON.stringify(this.data)) return;
    this.data = data;
    this.told = data.standing;
    this.ask();
  }

  async ask() {
    clearTimeout(this.timer);
    this.asking?.abort(); // for what is not looked at any more
    if (document.hidden) return; // until it is seen again
    const { signal } = (this.asking = new AbortController());
    this.askIn(PATIENCE, () => this.silent(true));
    try {
      const answer = await fetch(this.address(), { signal, cache: "no-store" });
      const text = answer.ok ? await answer.text() : "";
      if (signal.aborted) return;
      this.silent(!answer.ok && answer.status !== 404);
      if (answer.ok) this.show(text);
      if (answer.status === 404) this.tell("gone");
    } catch {
      if (signal.aborted) return;
      this.silent(true);
    }
    clearTimeout(this.timer);
    if (this.data.every) this.askIn(this.data.every);
  }

  askIn(seconds, before = () => {}) {
    this.timer = setTimeout(() => {
      before();
      this.ask();
    }, 1000 * seconds);
  }

  // Below the page's own address, whatever stands before that.
  address() {
    const zoomed = this.plots.map((plot, i) => plot.window && `&reach=${i},${plot.window.x}`);
    return `${location.pathname.replace(/\/$/, "")}/live?${this.data.query}${zoomed
      .filter(Boolean)
      .join("")}`;
  }

  silent(now) {
    this.root.querySelector(".silent").hidden = !now;
  }

  show(text) {
    if (text === this.answer) return;
    this.answer = text;
    const { standing, figures, note, plots, beside } = JSON.parse(text);
    this.tell(standing);
    this.figures.show(figures, note);
    const place = this.root.querySelector(".plots");
    place.classList.toggle("beside", beside);
    while (this.plots.length > plots.length) this.plots.pop().remove();
    while (this.plots.length < plots.length) {
      const copy = this.root.querySelector("template").content.cloneNode(true).firstElementChild;
      place.append(copy);
      this.plots.push(new Plot(copy, () => this.ask())); // more points of what is zoomed into
    }
    plots.forEach((plot, i) => this.plots[i].show(plot));
  }

  // The words and buttons of the page are another's business; they are drawn anew once.
  tell(standing) {
    if (standing === this.told) return;
    this.told = standing;
    this.tellPage("changed", standing);
  }
}
