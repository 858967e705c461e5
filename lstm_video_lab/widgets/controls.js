// What the controls of a box lack for readers who use keys or listen: names, the values that stand on
// the screen, keys that stay in the box, and a place for the focus to go. front.js calls it; both
// reach the page as one module.

const SETTLE = 400; // ms: a press changes all buttons that it changes, a second press is over
const ARROW = 24; // pixels of a menu's arrow and edges
const ruler = document.createElement("canvas").getContext("2d");
const wantsLessMotion = matchMedia("(prefers-reduced-motion: reduce)");

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
