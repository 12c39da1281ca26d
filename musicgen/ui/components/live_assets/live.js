// Polls the server for a run's metrics and curves and draws what has changed, without a rerun of
// the page: Streamlit renders more than has changed, which took processor time from the training.
// Streamlit calls the default export on every rerun and on every change of theme.

import { Metrics } from "./metrics.js";
import { Plot } from "./plot.js";

const lives = new WeakMap(); // Streamlit's element for the component -> its Live
const TIMEOUT_SECONDS = 10; // of a request

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".live");
  let live = lives.get(parentElement);
  if (live?.root !== root) {
    live?.close();
    live = new Live(root);
    lives.set(parentElement, live);
  }
  live.setTriggerValue = setTriggerValue;
  live.setData(data);
  return () => {
    lives.get(parentElement)?.close();
    lives.delete(parentElement);
  };
}

class Live {
  constructor(root) {
    this.root = root;
    this.metrics = new Metrics(root.querySelector(".metrics"));
    this.plots = [];
    this.data = {}; // query, stateKey, pollSeconds
    this.answer = ""; // last answer as text: the same answer is not drawn again
    this.closing = new AbortController();
    document.addEventListener("visibilitychange", () => this.poll(), { signal: this.closing.signal });
  }

  close() {
    this.closing.abort();
    this.request?.abort();
    clearTimeout(this.timer);
    for (const plot of this.plots) plot.close();
  }

  setData(data) {
    for (const plot of this.plots) plot.draw(); // the theme may have changed
    if (JSON.stringify(data) === JSON.stringify(this.data)) return;
    this.data = data;
    this.stateKey = data.stateKey;
    this.poll();
  }

  async poll() {
    clearTimeout(this.timer);
    this.request?.abort(); // its query may be out of date
    if (document.hidden) return; // polled again when the tab becomes visible
    const { signal } = (this.request = new AbortController());
    this.pollIn(TIMEOUT_SECONDS, () => this.showOffline(true));
    try {
      const answer = await fetch(this.address(), { signal, cache: "no-store" });
      const text = answer.ok ? await answer.text() : "";
      if (signal.aborted) return;
      this.showOffline(!answer.ok && answer.status !== 404);
      if (answer.ok) this.show(text);
      if (answer.status === 404) this.reportState("gone");
    } catch {
      if (signal.aborted) return;
      this.showOffline(true);
    }
    clearTimeout(this.timer);
    if (this.data.pollSeconds) this.pollIn(this.data.pollSeconds);
  }

  pollIn(seconds, before = () => {}) {
    this.timer = setTimeout(() => {
      before();
      this.poll();
    }, 1000 * seconds);
  }

  // The endpoint lies below the page's own path, whatever base path the server has.
  address() {
    const zooms = this.plots.map((plot, i) => plot.zoom && `&zoom=${i},${plot.zoom.x}`);
    return `${location.pathname.replace(/\/$/, "")}/live?${this.data.query}${zooms
      .filter(Boolean)
      .join("")}`;
  }

  showOffline(offline) {
    this.root.querySelector(".offline").hidden = !offline;
  }

  show(text) {
    if (text === this.answer) return;
    this.answer = text;
    const { stateKey, metrics, note, plots, beside } = JSON.parse(text);
    this.reportState(stateKey);
    this.metrics.show(metrics, note);
    const place = this.root.querySelector(".plots");
    place.classList.toggle("beside", beside);
    while (this.plots.length > plots.length) this.plots.pop().remove();
    while (this.plots.length < plots.length) {
      const copy = this.root.querySelector("template").content.cloneNode(true).firstElementChild;
      place.append(copy);
      this.plots.push(new Plot(copy, () => this.poll())); // a zoom asks for more points
    }
    plots.forEach((plot, i) => this.plots[i].show(plot));
  }

  // Have the page rerun once when its text and buttons are out of date.
  reportState(stateKey) {
    if (stateKey === this.stateKey) return;
    this.stateKey = stateKey;
    this.setTriggerValue("changed", stateKey);
  }
}
