// A trained model, alive in the page: throw digits, watch ten frames go in and a hundred come out,
// and look deeper: frames, the state, one unit, one step.

import { add, play } from "../../../widgets/film.js";
import { addArena, addLabelled } from "./arena.js";
import { addStateLevel, addStepLevel, addUnitLevel } from "./levels.js";
import { CompositeModel } from "./model.js";
import { fly, squaredError, stepTowards, toUnit } from "./motion.js";
import { addChart } from "./pictures.js";
import { AHEAD, COUNT, SEEN, Scene } from "./scene.js";

const CHUNK = 10; // steps between two pictures: they take far less time than the film
const MODELS = {
  "composite-two-digits": "32 × 32 pixels, 384 units, 11 MB",
  "fc-two-digits": "64 × 64 pixels, 512 units, 21 MB",
};
const LEVELS = ["Frames", "The state", "One unit", "One step"];
const FOLDER = new URL(".", document.currentScript.src);
const models = new Map(); // name → promise of what `load` gives

/** A model of the box with its digits, loaded once: a classic script, for file:// has no fetch. */
export function load(name) {
  if (!models.has(name)) models.set(name, read(name));
  return models.get(name);
}

async function read(name) {
  const script = document.createElement("script");
  script.src = new URL(`${name}.js`, FOLDER);
  await new Promise((resolve, reject) => {
    script.addEventListener("load", resolve);
    script.addEventListener("error", () => reject(new Error(`${name}.js cannot be loaded`)));
    document.head.append(script);
  });
  const stored = globalThis.lstmVideoLabModels[name];
  const size = stored.digit_side ** 2;
  const ink = bytesOf(stored.digits);
  const inks = stored.labels.map((_, n) => ink.slice(n * size, (n + 1) * size));
  const model = new CompositeModel(stored.shards.map(bytesOf));
  delete globalThis.lstmVideoLabModels[name]; // the text, of many megabytes
  const { labels, side } = stored;
  return { model, inks, labels, side, meanImage: toUnit(bytesOf(stored.mean)) };
}

function bytesOf(text) {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let k = 0; k < bytes.length; k++) bytes[k] = characters.charCodeAt(k);
  return bytes;
}

/** Fill an element with the explorer of a model. */
export async function explore(element, name = element.dataset.liveModel) {
  const root = add(element, "div", { class: "live" });
  const news = add(root, "p", { role: "status" }, `The model is being loaded: ${MODELS[name]} …`);
  try {
    const loaded = await load(name);
    news.remove();
    build(element, root, name, loaded);
  } catch (problem) {
    news.textContent = `The model could not be started: ${problem.message}`;
    throw problem;
  }
}

function build(element, root, name, { model, inks, labels, side, meanImage }) {
  const look = { frame: 1, unit: null }; // a unit is chosen when there is something to choose from
  let scene = null;
  let film = null;
  const top = add(root, "div", { class: "live-top" });
  const arena = addArena(top, { side, inks, labels }, () => start());
  const stage = add(top, "div", { class: "live-stage" });
  const navigation = addNavigation(root, model.units, { setFrame, setUnit, open });
  const panels = LEVELS.map((title, n) => addPanel(root, n, title, open));
  const error = addChart(
    panels[0].body,
    {
      title: "Squared error in each frame:",
      names: ["the model", "the last frame again", "the mean image"],
      count: COUNT,
      seen: SEEN,
    },
    setFrame,
  );
  const errorWords = add(panels[0].body, "p");
  addChoice(panels[0].body);
  const state = addStateLevel(panels[1].body, model.units, (unit) => {
    setUnit(unit);
    open(2, state.place());
  });
  const unit = addUnitLevel(panels[2].body, model, { count: COUNT, seen: SEEN }, (frame) => {
    setFrame(frame);
    open(3, unit.place());
  });
  const deeper = [null, state, unit, addStepLevel(panels[3].body, model)];
  stage.addEventListener("frame", (event) => {
    look.frame = event.detail;
    draw();
  });
  open(0);
  arena.throwAtRandom();

  async function start() {
    const mine = new Scene(model, arena.digits());
    scene = mine;
    while (mine.advance() && mine.length() < SEEN + 1); // the film has something to begin with
    film?.remove();
    film = play(stage, { clips: mine.clips(), first: 1, seen: SEEN, text: wordsOf(mine) });
    for (let working = true; working && scene === mine && root.isConnected; ) {
      for (let k = 0; k < CHUNK; k++) working = mine.advance();
      await new Promise((resolve) => setTimeout(resolve));
    }
    if (scene === mine) {
      look.unit ??= mine.liveliestUnit();
      drawError();
      draw();
    }
  }

  function drawError() {
    const last = toUnit(scene.frame(SEEN));
    const lines = [[], [], []];
    for (let t = 1; t <= COUNT; t++) {
      const truth = toUnit(scene.frame(t));
      const drawn = t <= SEEN ? scene.reconstruction[SEEN - t].frame : scene.at(t).frame;
      [drawn, last, meanImage].forEach((guess, n) => lines[n].push(squaredError(guess, truth)));
    }
    const high = Math.ceil(Math.max(...lines.flat()) / 20) * 20;
    const from = lines.map((line) => line.slice(SEEN).reduce((a, b) => a + b) / AHEAD);
    error.draw(lines, 0, high, "squared error by frame: its means stand below");
    const [own, copied, mean] = from.map((value) => value.toFixed(0));
    errorWords.textContent = `Mean over the ${AHEAD} future frames of this throw: `
      + `the model ${own}, the last frame that went in, again and again, ${copied}, the mean of all images ${mean}.`;
  }

  function draw() {
    if (look.unit === null) return;
    error.mark(look.frame);
    navigation.show(look, SEEN);
    deeper.forEach((level, n) => panels[n].root.hidden || level?.draw(scene, look));
  }

  function setFrame(frame) {
    film.go(frame); // tells the page, which draws
  }

  function setUnit(unit) {
    look.unit = unit;
    draw();
  }

  /** Show the levels down to number n, which grows out of the place where it was asked for. */
  function open(n, place = null) {
    const from = place?.getBoundingClientRect();
    panels.forEach((panel, k) => (panel.root.hidden = k > n));
    navigation.stand(n);
    if (scene === null) return;
    draw();
    if (n > 0) arrive(panels[n].root, from);
  }

  function addChoice(parent) {
    const choice = addLabelled(parent, "model", "select");
    for (const [key, words] of Object.entries(MODELS)) add(choice, "option", { value: key }, words);
    choice.value = name;
    choice.addEventListener("change", () => {
      scene = null;
      film.remove();
      root.remove();
      explore(element, choice.value);
    });
  }
}

function wordsOf({ labels: [a, b] }) {
  return `A ${a} and a ${b}. Frames 1 to ${SEEN} go in; there the model shows what it recalls of `
    + `them. From frame ${SEEN + 1} on it predicts and sees nothing more. It has learnt to predict `
    + "ten frames: what comes after them, it was never asked for.";
}

/** Where the visitor stands: a level, a frame, a unit. */
function addNavigation(root, units, { setFrame, setUnit, open }) {
  const bar = add(root, "nav", { class: "live-bar", "aria-label": "levels of the model" });
  const buttons = LEVELS.map((title, n) => {
    const button = add(bar, "button", { type: "button" }, title);
    button.addEventListener("click", () => open(n, button));
    return button;
  });
  const range = (max) => ({ type: "range", max });
  const frame = addLabelled(bar, "frame", "input", { ...range(COUNT), min: 1, value: 1 });
  const unit = addLabelled(bar, "unit", "input", { ...range(units - 1), min: 0, value: 0 });
  const words = add(bar, "span", { class: "live-where" });
  frame.addEventListener("input", () => setFrame(frame.valueAsNumber));
  unit.addEventListener("input", () => setUnit(unit.valueAsNumber));

  function show(look, seen) {
    const part = look.frame > seen ? "future" : "seen";
    [frame.value, unit.value] = [look.frame, look.unit];
    frame.setAttribute("aria-valuetext", `frame ${look.frame}, ${part}`);
    words.textContent = `frame ${look.frame} · ${part} · unit ${look.unit}`;
  }

  function stand(level) {
    buttons.forEach((button, n) => button.setAttribute("aria-expanded", n <= level));
    unit.parentElement.hidden = level === 0;
  }

  return { show, stand };
}

/** A level with its title and the ways up and down. */
function addPanel(parent, n, title, open) {
  const root = add(parent, "section", { class: "live-panel", "aria-label": title });
  if (n > 0) add(root, "p", { class: "live-title" }, title);
  const body = add(root, "div");
  const ways = add(root, "div", { class: "live-ways" });
  const addWay = (words, to) => {
    const button = add(ways, "button", { type: "button" }, words);
    button.addEventListener("click", () => open(to, button));
  };
  if (n > 0) addWay(`Back to ${LEVELS[n - 1].toLowerCase()}`, n - 1);
  if (n < LEVELS.length - 1) addWay(`Deeper: ${LEVELS[n + 1].toLowerCase()}`, n + 1);
  return { root, body };
}

/** Let a panel come into view, growing out of a rectangle of the level above it. */
function arrive(panel, from) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  panel.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
  if (calm || !from) return;
  const to = panel.getBoundingClientRect();
  const frameOf = ({ left, top, width, height }) => ({
    left: `${left}px`,
    top: `${top}px`,
    width: `${width}px`,
    height: `${height}px`,
  });
  const ghost = add(document.body, "div", { class: "live-ghost", "aria-hidden": "true" });
  const ends = [from, to].map(frameOf);
  const growing = ghost.animate(ends, { duration: 450, easing: "ease-out" });
  growing.finished.finally(() => ghost.remove());
}

globalThis.lstmVideoLab = { explore, load, fly, stepTowards };
for (const element of document.querySelectorAll("[data-live-model]")) explore(element);
