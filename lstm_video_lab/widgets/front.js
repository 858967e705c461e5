// The page's half of every widget of the lab. It lies as an invisible child in a box of class
// "lab-live", gives its controls what ipywidgets lacks (controls.js, which follows below), announces
// what changes, keeps the last picture in the notebook, and tells the kernel how much room the box
// has, and the reader when nobody answers.
// Whatever fails here is logged; the widget works on without it.

const QUIET = 800; // ms without a new sentence before the last one is announced
const ANSWER = 5000; // ms after a key or click in which what changes is an answer to it
const NEWS = 15000; // ms between sentences that come by themselves, as those of a training run
const PATIENCE = 8000; // ms in which a kernel answers
const REST = 200; // ms after which a page that was being resized is at rest
const MARGIN = 6; // pixels beside a picture, in its box
const STEP = 10; // pixels: a picture is drawn anew for no less
const WATCHED = ["class", "style", "disabled", "contenteditable", "aria-valuetext"];

export default { render };

function render({ model, el }) {
  const leaving = new AbortController();
  const { signal } = leaving;
  el.classList.add("lab-front");
  whenInside(el, signal, (box) => {
    const say = announceWords(model, el, box, signal);
    awaitAnswers(model, box, signal, say);
    keepKeys(box, signal);
    const mendFocus = keepFocus(box, signal);
    const look = guarded(() => {
      nameControls(box);
      dropNulls(box);
      describePictures(box, model.get("words"));
      openFrames(box);
      mendFocus();
    });
    watch(box, signal, look);
    keepStill(model, signal);
    model.set("page", (window.labPage ??= String(Math.random())));
    model.save_changes();
    tellWidth(model, box, signal, look);
    listen(model, "change:words", signal, look);
  });
  return () => leaving.abort();
}

// --- announcements -------------------------------------------------------------------------------

// One region for as long as the widget stands: a region that is made anew is not read out. Nothing
// is said before the widget is used, as in Run All, nor while a slider is dragged.
function announceWords(model, el, box, signal) {
  const region = document.createElement("div");
  region.setAttribute("role", "status");
  region.setAttribute("aria-live", "polite");
  el.append(region);
  let used = -Infinity; // when the reader last pressed something
  let announced = -Infinity;
  let isHeld = false;
  let isNew = false;
  let timer;
  const announce = () => {
    announced = performance.now();
    isNew = false;
    region.textContent = model.get("words");
  };
  const wait = () => {
    clearTimeout(timer);
    if (!isNew || isHeld) return;
    const now = performance.now();
    const left = now - used < ANSWER ? 0 : announced + NEWS - now;
    timer = setTimeout(announce, Math.max(QUIET, left));
  };
  const hear = () => {
    isNew = used > -Infinity;
    wait();
  };
  const use = (event) => {
    used = performance.now();
    isHeld ||= event.type === "pointerdown";
    wait();
  };
  const release = () => {
    isHeld = false;
    wait();
  };
  for (const type of ["keydown", "click", "pointerdown"]) {
    box.addEventListener(type, use, { signal, capture: true });
  }
  for (const type of ["pointerup", "pointercancel"]) {
    document.addEventListener(type, release, { signal, capture: true });
  }
  listen(model, "change:words", signal, hear);
  signal.addEventListener("abort", () => clearTimeout(timer));
  return (sentence) => (region.textContent = sentence);
}

// A control moves by itself in the page: without this, a kernel or a server that is gone or stands
// still would leave its last picture under it without a word. What works by itself, as a training
// run does, is asked now and then.
function awaitAnswers(model, box, signal, say) {
  let timer = null;
  const complain = () => {
    box.classList.add("lab-unanswered");
    say(getComputedStyle(box, "::before").content.replaceAll('"', ""));
  };
  const ask = guarded(() => {
    if (timer !== null) return; // the last question waits still
    timer = setTimeout(complain, PATIENCE);
    model.set("asked", model.get("answered") + 1);
    model.save_changes();
  });
  const hear = () => {
    clearTimeout(timer);
    timer = null;
    box.classList.remove("lab-unanswered");
  };
  for (const type of ["keydown", "click"]) {
    box.addEventListener(type, ask, { signal, capture: true });
  }
  listen(model, "change:answered", signal, hear);
  const watching = setInterval(() => model.get("works") && ask(), PATIENCE);
  signal.addEventListener("abort", () => {
    clearTimeout(timer);
    clearInterval(watching);
  });
}

// --- room ----------------------------------------------------------------------------------------

// Pictures are drawn for the room that they get, in steps, once a page that is resized is at rest.
function tellWidth(model, box, signal, look) {
  let timer;
  const tell = () => {
    if (!box.clientWidth) return; // it is hidden
    const width = STEP * Math.floor((box.clientWidth - MARGIN) / STEP);
    if (width === model.get("width")) return;
    model.set("width", width);
    model.save_changes();
  };
  const observer = new ResizeObserver(() => {
    clearTimeout(timer);
    timer = setTimeout(guarded(tell), REST);
    look();
  });
  observer.observe(box);
  signal.addEventListener("abort", () => {
    observer.disconnect();
    clearTimeout(timer);
  });
}

// --- what is saved -------------------------------------------------------------------------------

// The still picture below the live view, which a saved notebook shows, is an output of its cell.
function keepStill(model, signal) {
  const cells = model.widget_manager?.context?.model?.cells; // of JupyterLab's notebook
  if (!cells) return;
  const keep = ({ key, output }) => {
    for (const { outputs } of cells) {
      for (let n = 0; n < (outputs?.length ?? 0); n++) {
        const before = outputs.get(n).toJSON();
        const page = [before.data?.["text/html"]].flat().join("");
        if (page.includes(key) && page !== output["text/html"]) {
          outputs.set(n, { ...before, data: output });
        }
      }
    }
  };
  listen(model, "msg:custom", signal, keep);
  model.set("keeps", true);
}

// --- the box -------------------------------------------------------------------------------------

function watch(box, signal, look) {
  const observer = new MutationObserver(look);
  const kinds = { subtree: true, childList: true, characterData: true, attributes: true };
  observer.observe(box, { ...kinds, attributeFilter: WATCHED });
  wantsLessMotion.addEventListener("change", look, { signal });
  signal.addEventListener("abort", () => observer.disconnect());
  look();
}

function listen(model, event, signal, act) {
  model.on(event, act);
  signal.addEventListener("abort", () => model.off(event, act));
}

function guarded(act) {
  return () => {
    try {
      act();
    } catch (problem) {
      console.error("lab: a widget stays without its help for the page", problem);
    }
  };
}

// A view is made before it is put into its box.
function whenInside(el, signal, act) {
  if (signal.aborted) return;
  const box = el.closest(".lab-live");
  if (box) guarded(() => act(box))();
  else setTimeout(() => whenInside(el, signal, act), 50);
}
