// Runs in every page before Streamlit does.
(() => {
  const { pages, views, start, region } = JSON.parse(document.getElementById("musicgen-start").textContent);

  // Streamlit asks for its server below the page's own path first: two failed requests for each
  // page that is opened by its address.
  const path = location.pathname.replace(/\/$/, "");
  const last = path.slice(path.lastIndexOf("/") + 1);
  const base = pages.includes(last) ? path.slice(0, -last.length) : `${path}/`;
  window.__streamlit = { ...window.__streamlit, BACKEND_BASE_URL: location.origin + base };

  // A view is one step of the browser's history: Streamlit makes two or three of a page, whose
  // script completes the address, and none of a view within a page.
  let acted = true; // whether somebody has clicked or typed since the last step
  for (const type of ["pointerdown", "keydown"])
    addEventListener(type, () => (acted = true), { capture: true });
  const [push, replace] = ["pushState", "replaceState"].map((name) => history[name].bind(history));
  const viewOf = ({ pathname, searchParams }) =>
    JSON.stringify([pathname, ...views.map((name) => searchParams.get(name))]);
  const step = (state, title, address) => {
    const next = new URL(address ?? location.href, location.href);
    const isStep = acted && viewOf(next) !== viewOf(new URL(location.href));
    if (isStep) acted = false;
    (isStep ? push : replace)(state, title, address);
  };
  history.pushState = history.replaceState = step;

  // Its dialog on a stopped server names a script that nobody has.
  const explainStop = () => {
    const code = document.querySelector('[role="dialog"] [data-testid="stErrorCodeBlock"] code');
    if (!code?.textContent.includes("yourscript.py")) return;
    const block = code.closest('[data-testid="stErrorCodeBlock"]');
    code.closest('[role="dialog"]').querySelector("h2").textContent = start.title;
    block.previousElementSibling.textContent = start.text;
    code.textContent = start.command; // empty where only whoever runs the server can start it
    block.hidden = !start.command;
    block.querySelector("button")?.remove(); // it would copy what stood there before
  };

  // On a telephone the list of pages lies over the page, and would stay there once one is chosen.
  addEventListener("click", ({ target }) => {
    if (!matchMedia("(max-width: 768px)").matches) return;
    if (!target.closest?.('[data-testid="stSidebar"] [data-testid="stPageLink-NavLink"]')) return;
    document.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click();
  });

  // What appears under a mouse that rests since its click shows no tooltip: it would lie over the
  // page that was asked for. The sign of a tooltip alone can be clicked to read it.
  const rests = (value) => document.documentElement.toggleAttribute("data-mouse-rests", value);
  addEventListener("pointerdown", ({ pointerType, target }) => {
    rests(pointerType === "mouse" && !target.closest?.('[data-testid="stTooltipIcon"]'));
  }, { capture: true });
  addEventListener("pointermove", ({ movementX, movementY }) => {
    if (movementX || movementY) rests(false);
  }, { capture: true });
  addEventListener("keydown", () => rests(false), { capture: true });

  // A piece is asked for from all over the Compose page; that it is being written is said above.
  const seen = new WeakSet();
  const showProgress = () => {
    const signs = '[data-testid="stSpinner"], [data-testid="stProgress"]';
    const sign = document.querySelector(`.st-key-compose-result :is(${signs})`);
    if (!sign || seen.has(sign)) return;
    seen.add(sign);
    const { top, bottom } = sign.getBoundingClientRect();
    if (top < 0 || bottom > innerHeight) sign.scrollIntoView({ block: "center", behavior: "smooth" });
  };

  // What was asked for, far down on a page, stands at its top.
  let shown = "";
  const showTop = () => {
    const count = document.querySelector(".musicgen-to-top")?.textContent ?? shown;
    if (count === shown) return;
    shown = count;
    document.querySelector('[data-testid="stMain"]')?.scrollTo({ top: 0 });
  };

  // A screen reader reads changes of a region that was there before; Streamlit draws anew.
  let announced = "";
  const announce = () => {
    const text = document.querySelector(".musicgen-announcement")?.textContent ?? "";
    if (text === announced) return;
    announced = text;
    document.getElementById(region).textContent = text;
  };
  new MutationObserver(() => {
    explainStop();
    showProgress();
    showTop();
    announce();
  }).observe(document, { childList: true, subtree: true, characterData: true });
})();
