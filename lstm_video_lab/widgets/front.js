// The page's half of every widget of the lab. It lies as an invisible child in a box of class
// "lab-live" and gives the controls of that box what ipywidgets lacks: names, the values that stand
// on the screen, announcements, keys that stay in the box, and a place for the focus to go. It also
// tells the kernel how much room the box has, and the reader when nobody answers.
// Whatever fails here is logged; the widget works on without it.

const QUIET = 800; // ms without a new sentence before the last one is announced
const ANSWER = 5000; // ms after a key or click in which what changes is an answer to it
const NEWS = 15000; // ms between sentences that come by themselves, as those of a training run
const PATIENCE = 8000; // ms in which a kernel answers
const SETTLE = 400; // ms: a press changes all buttons that it changes, a second press is over
const REST = 200; // ms after which a page that was being resized is at rest
const MARGIN = 6; // pixels beside a picture, in its box
const STEP = 10; // pixels: a picture is drawn anew for no less
const ARROW = 24; // pixels of a menu's arrow and edges
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

// --- names and values ----------------------------------------------------------------------------

function nameControls(box) {
  for (const control of box.querySelectorAll(".widget-slider")) nameSlider(control);
  for (const control of box.querySelectorAll(".widget-toggle-buttons")) nameChoices(control);
  for (const control of box.querySelectorAll(".widget-radio")) nameRadio(control);
  for (const control of box.querySelectorAll(".widget-play")) namePlay(control);
  for (const button of box.querySelectorAll(".widget-toggle-button")) showPressed(button);
  for (const menu of box.querySelectorAll(".widget-dropdown > select")) spellOut(menu);
  for (const field of box.querySelectorAll(":is(input, select, textarea):not([aria-label])")) {
    const name = labelOf(field.closest(".jupyter-widgets"));
    if (name && !field.labels?.length) set(field, "aria-label", name);
  }
}

function nameSlider(control) {
  const name = labelOf(control);
  const readout = control.querySelector(".widget-readout");
  for (const handle of control.querySelectorAll("[role=slider]")) {
    set(handle, "aria-label", name);
    set(handle, "aria-valuetext", readout?.textContent.trim());
    set(handle, "aria-disabled", control.querySelector("[disabled]") ? "true" : null);
  }
  if (readout) {
    const typed = readout.contentEditable === "true";
    set(readout, "role", typed ? "textbox" : null);
    set(readout, "aria-label", typed ? `${name}, value` : null);
  }
}

function nameChoices(control) {
  set(control, "role", "group");
  set(control, "aria-label", labelOf(control));
}

function nameRadio(control) {
  const group = control.querySelector(".widget-radio-box");
  set(group, "role", "radiogroup");
  set(group, "aria-label", labelOf(control));
  for (const radio of group.querySelectorAll("input")) {
    // Arrow keys move among those of one name, which no other widget may have.
    if (!radio.name) radio.name = group.dataset.name ??= `lab-${Math.random()}`;
  }
}

function namePlay(control) {
  const moved = labelOf(control.parentElement.querySelector(".widget-slider"));
  const [play, stop, loop] = control.querySelectorAll("button");
  const name = (button, words) => set(button, "aria-label", `${words} ${moved}`.trim());
  name(play, play.querySelector(".fa-pause") ? "Pause" : "Play");
  name(stop, "Stop and rewind");
  name(loop, "Loop");
  showPressed(loop);
  const calm = wantsLessMotion.matches;
  if (calm && loop.classList.contains("mod-active")) loop.click();
  if (loop.disabled !== (calm || play.disabled)) loop.disabled = calm || play.disabled;
  set(loop, "title", calm ? "off: this computer asks for less motion" : null);
}

function showPressed(button) {
  set(button, "aria-pressed", String(button.classList.contains("mod-active")));
}

// A menu has one line, which cuts a choice that is longer: then it stands below in full.
function spellOut(menu) {
  const choice = menu.selectedOptions[0]?.text ?? "";
  const look = getComputedStyle(menu);
  ruler.font = `${look.fontSize} ${look.fontFamily}`;
  const isCut = ruler.measureText(choice).width > menu.clientWidth - ARROW;
  set(menu.parentElement, "data-choice", isCut && menu.clientWidth ? choice.replaceAll("\u00a0", " ") : null);
}

// ipywidgets writes the tooltip of a label that has none.
function dropNulls(box) {
  for (const element of box.querySelectorAll("[title=null]")) element.removeAttribute("title");
}

function describePictures(box, words) {
  for (const picture of box.querySelectorAll(":scope > .lab-frame > img")) set(picture, "alt", words);
}

// A picture that scrolls sideways can be scrolled by keys.
function openFrames(box) {
  for (const frame of box.querySelectorAll(":scope > .lab-frame")) {
    const scrolls = frame.scrollWidth > frame.clientWidth;
    set(frame, "tabindex", scrolls ? "0" : null);
    set(frame, "role", scrolls ? "group" : null);
    set(frame, "aria-label", scrolls ? "picture, wider than its room" : null);
  }
}

function labelOf(control) {
  return control?.querySelector(".widget-label")?.textContent.trim() ?? "";
}

// Only what differs is written: each writing is a change that the box is watched for.
function set(element, name, value) {
  if (value === null || value === undefined) element.removeAttribute(name);
  else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

// --- keys ----------------------------------------------------------------------------------------

// JupyterLab takes keys at the page's root: arrows would move to another cell, x would cut this
// one. Escape, Tab, Shift+Enter and what is pressed with Ctrl, Alt or Cmd go on to it.
function keepKeys(box, signal) {
  const keep = (event) => {
    const leads = event.ctrlKey || event.altKey || event.metaKey;
    const leaves = event.key === "Escape" || event.key === "Tab";
    const runsTheCell = event.key === "Enter" && event.shiftKey;
    if (!leads && !leaves && !runsTheCell) event.stopPropagation();
    const isPress = event.key === " " || event.key === "Enter";
    const isSlider = event.target.getAttribute("role") === "slider"; // the page would scroll
    const isRepeated = event.repeat && event.target.tagName === "BUTTON"; // as the focus moves on
    if (isPress && (isSlider || isRepeated)) event.preventDefault();
  };
  box.addEventListener("keydown", keep, { signal });
}

// --- focus ---------------------------------------------------------------------------------------

// A button that is pressed may be disabled or hidden by what it did: the focus, then lost, goes to
// the first button of its row, else to the control before it, else to the words.
function keepFocus(box, signal) {
  let last = null;
  let timer = null;
  const come = (event) => (last = event.target);
  const leave = (event) => {
    if (isUsable(event.target) && document.hasFocus()) last = null; // the reader went elsewhere
  };
  box.addEventListener("focusin", come, { signal });
  box.addEventListener("focusout", leave, { signal });
  const mend = () => {
    timer = null;
    const active = document.activeElement;
    const lost = active === null || active === document.body || active === last;
    if (last === null || isUsable(last) || !lost) return;
    (nearestTo(last, box) ?? wordsOf(box))?.focus({ preventScroll: true });
  };
  return () => {
    if (last !== null && !isUsable(last)) timer ??= setTimeout(mend, SETTLE);
  };
}

function isUsable(element) {
  const shown = element.isConnected && element.getClientRects().length > 0;
  return shown && !element.disabled && !element.closest("[disabled]");
}

function nearestTo(gone, box) {
  const beside = [...(gone.parentElement?.querySelectorAll("button") ?? [])].find(isUsable);
  if (beside) return beside;
  const all = [...box.querySelectorAll("button, input, select, textarea, [tabindex='0']")];
  const usable = all.filter((one) => one.tabIndex >= 0 && isUsable(one));
  const isAfter = (one) => gone.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING;
  const nearest = usable.findLast((one) => !isAfter(one)) ?? usable[0];
  if (nearest?.type !== "radio") return nearest;
  const group = [...nearest.closest(".widget-radio-box").querySelectorAll("input")];
  return group.find((radio) => radio.checked) ?? group[0];
}

function wordsOf(box) {
  const words = [...box.querySelectorAll(":scope > .widget-html")].find((one) => one.textContent);
  if (words) words.tabIndex = -1;
  return words;
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

const ruler = document.createElement("canvas").getContext("2d");
const wantsLessMotion = matchMedia("(prefers-reduced-motion: reduce)");

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
