// Counts the files that are dropped on an uploader against those that the server has received,
// says how many are missing, and sends them again. Streamlit's uploader says nothing of files that
// failed once others have arrived; and of very many at once it draws all for each that is sent, for
// minutes, and loses some: those are given to it in zips, which the server unpacks.
// Streamlit calls the default export on every rerun and on every change of theme.

import { groups, zipOf } from "./zip.js";

const MAX_FILES = 100; // given to the uploader as they are: it draws all for each that is sent
const QUIET_MS = 30000; // without a finished upload, until missing files are reported
const FAILED_MS = 1000; // from the failure of all uploads, until they are reported
const OPENING_MS = 10000; // longest time until the uploader is on the page
const POLL_MS = 100;
const counts = new WeakMap(); // Streamlit's element for the component -> its Uploads

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".uploads");
  let uploads = counts.get(parentElement);
  if (uploads?.root !== root) {
    uploads?.close();
    uploads = new Uploads(root);
    counts.set(parentElement, uploads);
  }
  uploads.setData(data);
  return () => {
    counts.get(parentElement)?.close();
    counts.delete(parentElement);
  };
}

class Uploads {
  constructor(root) {
    this.root = root;
    this.missing = []; // files that were dropped and have not arrived
    this.dropped = 0; // since nothing was missing
    this.leftOut = 0; // of these, files of other formats
    this.handled = null; // number of the last addition that was compared
    this.zipped = new Map(); // name of a zip -> the files in it
    this.zips = 0; // made so far
    this.sent = 0; // requests of the files that the uploader got last
    this.failed = 0; // of these
    this.closing = new AbortController();
    const options = { capture: true, signal: this.closing.signal };
    document.addEventListener("change", (event) => this.handleChange(event), options);
    document.addEventListener("drop", (event) => this.handleDrop(event), options);
    this.observer = new PerformanceObserver((list) => this.handleSent(list.getEntries()));
    this.observer.observe({ type: "resource" });
    this.element(".again").addEventListener("click", () => this.sendMissing());
    this.element(".close").addEventListener("click", () => this.forget());
  }

  close() {
    this.closing.abort();
    this.observer.disconnect();
    clearTimeout(this.timer);
  }

  element(selector) {
    return this.root.querySelector(selector);
  }

  setData(data) {
    this.data = data;
    this.handled ??= data.additions.at(-1)?.number ?? 0; // those of before the page was loaded
    const added = data.additions.filter(({ number }) => number > this.handled);
    for (const { number, names } of added) {
      this.handled = number;
      for (const name of names) this.remove(name);
    }
    if (added.length) this.handleAddition();
    this.show();
  }

  remove(name) {
    const files = this.zipped.get(name);
    if (files) {
      const gone = new Set(files);
      this.missing = this.missing.filter((file) => !gone.has(file));
      return;
    }
    const base = baseName(name);
    const index = this.missing.findIndex((file) => baseName(file.name) === base);
    if (index >= 0) this.missing.splice(index, 1);
  }

  handleAddition() {
    clearTimeout(this.timer);
    this.isQuiet = true; // the uploader is a new one: uploads to the one before are lost
    this.zipped.clear();
  }

  handleChange(event) {
    if (this.isDispatching || !isUploader(event.target)) return;
    const files = [...event.target.files];
    if (files.length > MAX_FILES) event.stopImmediatePropagation();
    this.add(files);
  }

  async handleDrop(event) {
    if (!isUploader(event.target)) return;
    const { items, files } = event.dataTransfer;
    const entries = [...items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    const plain = [...files]; // gone after the event
    const hasFolders = entries.some((entry) => entry.isDirectory);
    if (hasFolders || plain.length > MAX_FILES) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
    this.add(hasFolders ? await filesOf(entries) : plain, hasFolders);
  }

  // isHeld: whether the uploader has not seen them, as always with very many.
  add(files, isHeld = files.length > MAX_FILES) {
    if (!this.missing.length) this.dropped = this.leftOut = 0;
    const read = files.filter(({ name }) => this.data.endings.includes(ending(name)));
    this.dropped += files.length;
    this.leftOut += files.length - read.length;
    this.missing.push(...read);
    this.isQuiet = false;
    this.sent = read.length;
    this.failed = 0;
    this.wait(QUIET_MS);
    this.show();
    if (isHeld && read.length) this.sendMissing();
  }

  handleSent(entries) {
    const uploads = entries.filter(({ name }) => name.includes("/_stcore/upload_file/"));
    if (!uploads.length) return;
    this.failed += uploads.filter(({ responseStatus }) => !isSuccess(responseStatus)).length;
    this.wait(this.failed >= this.sent ? FAILED_MS : QUIET_MS);
  }

  wait(quietMs) {
    clearTimeout(this.timer);
    if (!this.missing.length) return;
    this.timer = setTimeout(() => {
      this.isQuiet = true;
      this.show();
    }, quietMs);
  }

  async sendMissing() {
    this.isQuiet = false;
    this.show();
    const files = this.missing.length > MAX_FILES ? await this.zip(this.missing) : this.missing;
    const input = await this.openUploader();
    if (input) {
      const transfer = new DataTransfer();
      for (const file of files) transfer.items.add(file);
      this.sent = files.length;
      this.failed = 0;
      input.files = transfer.files;
      this.isDispatching = true;
      input.dispatchEvent(new Event("change", { bubbles: true }));
      this.isDispatching = false;
    }
    this.wait(QUIET_MS);
  }

  // Files in zips; those that are zips stay as they are, and those that cannot be read stay missing.
  async zip(files) {
    const isZip = ({ name }) => ending(name) === "zip";
    const sent = files.filter(isZip);
    for (const some of groups(files.filter((file) => !isZip(file)))) {
      const members = [];
      const read = [];
      for (const file of some) {
        try {
          members.push([file.webkitRelativePath || file.name, new Uint8Array(await file.arrayBuffer())]);
          read.push(file);
        } catch {
          continue; // deleted or locked since it was dropped
        }
      }
      if (!members.length) continue;
      const name = `${this.data.zip}${++this.zips}.zip`;
      this.zipped.set(name, read);
      sent.push(new File([zipOf(members)], name));
    }
    return sent;
  }

  async openUploader() {
    const deadline = performance.now() + OPENING_MS;
    while (performance.now() < deadline) {
      const input = document.querySelector(`.st-key-${this.data.uploader} input[type=file]`);
      if (input) return input;
      const button = document.querySelector(`.st-key-${this.data.popover} button`);
      if (button?.getAttribute("aria-expanded") !== "true") button?.click();
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    return null;
  }

  forget() {
    this.missing = [];
    this.leftOut = 0;
    clearTimeout(this.timer);
    this.show();
  }

  show() {
    const missing = this.missing.length;
    const isCounting = missing > MAX_FILES && !this.isQuiet;
    const isReported = this.isQuiet && (missing > 0 || this.leftOut > 0);
    this.element(".count").textContent = isCounting ? this.progressText() : this.reportText();
    this.element(".advice").textContent = missing ? this.data.advice : "";
    this.element(".again").textContent = `Send the ${format(missing)} again`;
    this.element(".again").hidden = !missing || isCounting;
    this.element(".actions").hidden = isCounting;
    this.setShown(isCounting || isReported);
  }

  progressText() {
    const arrived = this.dropped - this.leftOut - this.missing.length;
    return `${format(this.dropped)} files dropped, ${format(arrived)} arrived so far…`;
  }

  reportText() {
    const missing = this.missing.length;
    const arrived = this.dropped - this.leftOut - missing;
    const parts = [`${count(this.dropped)} dropped, ${format(arrived)} arrived`];
    if (this.leftOut) parts.push(`${format(this.leftOut)} of other formats left out`);
    if (missing) parts.push(`${format(missing)} missing: ${namesOf(this.missing)}`);
    return `${parts.join("; ")}.`;
  }

  setShown(isShown) {
    this.root.hidden = !isShown;
    // An empty element would leave a gap on the page.
    const host = this.root.getRootNode().host ?? this.root;
    const container = host.closest("[data-testid=stElementContainer]");
    if (container) container.style.display = isShown ? "" : "none";
  }
}

function isUploader(target) {
  return target instanceof Element && target.closest("[class*=st-key-upload-music]") !== null;
}

// 0: the request did not come through.
function isSuccess(status) {
  return status >= 200 && status < 300;
}

function baseName(name) {
  return name.slice(name.lastIndexOf("/") + 1);
}

function ending(name) {
  return name.includes(".") ? name.slice(name.lastIndexOf(".") + 1).toLowerCase() : "";
}

function format(number) {
  return number.toLocaleString("en");
}

function count(files) {
  return `${format(files)} ${files === 1 ? "file" : "files"}`;
}

function namesOf(files) {
  const names = files.slice(0, 3).map(({ name }) => name.slice(0, 60));
  return names.join(", ") + (files.length > names.length ? " …" : "");
}

async function filesOf(entries) {
  const files = [];
  for (const entry of entries) {
    if (entry.isFile) files.push(await new Promise((...done) => entry.file(...done)));
    else files.push(...(await filesOf(await children(entry))));
  }
  return files;
}

async function children(folder) {
  const reader = folder.createReader();
  const all = [];
  for (;;) {
    const some = await new Promise((...done) => reader.readEntries(...done)); // 100 at a time
    if (!some.length) return all;
    all.push(...some);
  }
}
