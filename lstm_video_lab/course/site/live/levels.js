// What lies below the frames: the state as a picture, one unit over time, one step in numbers.
// Each level has `draw(scene, look)`: a scene holds the steps, a look says frame and unit.

import { add, addPixels } from "../../../widgets/film.js";
import { addLabelled } from "./arena.js";
import { inputWeights, outputWeights, terms } from "./model.js";
import { addChart, greyInk, largest, signedInk, written } from "./pictures.js";

const ROWS = 16; // of the picture of a state
const SHOWN = {
  h: "h, what a unit says",
  c: "c, what a unit keeps",
  i: "i, whether something is let in",
  f: "f, whether it is kept",
  g: "g, what could be let in",
  o: "o, whether it is said",
};
const GATE = ["i", "f", "o"]; // from 0 to 1
const SMALL = ["g", "h"]; // from −1 to 1
const LEGEND = "Black is 0, orange above it, blue below.";

/** The state of all units as a picture; a press on a unit goes to `onPick`. */
export function addStateLevel(parent, units, onPick) {
  const columns = units / ROWS;
  const what = addLabelled(parent, "shown", "select");
  for (const [name, words] of Object.entries(SHOWN)) add(what, "option", { value: name }, words);
  const frame = add(parent, "div", { class: "live-state", style: `--columns: ${columns}` });
  const { canvas, paint } = addPixels(frame, "the state", columns, ROWS);
  const mark = add(frame, "div", { class: "live-mark-unit" });
  const words = add(parent, "p");
  let last = null;
  what.addEventListener("input", () => last && draw(...last));
  canvas.addEventListener("click", (event) => {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    const column = Math.floor(((event.clientX - left) / width) * columns);
    const row = Math.floor(((event.clientY - top) / height) * ROWS);
    onPick(Math.min(units - 1, row * columns + column));
  });

  function draw(scene, look) {
    last = [scene, look];
    const now = scene.at(look.frame);
    if (!now) return;
    const values = now[what.value];
    const scale = GATE.includes(what.value) ? 1 : largest(values);
    paint(values, GATE.includes(what.value) ? greyInk : signedInk(scale));
    mark.style.left = `${(100 * (look.unit % columns)) / columns}%`;
    mark.style.top = `${(100 * Math.floor(look.unit / columns)) / ROWS}%`;
    const ground = GATE.includes(what.value)
      ? "Black is 0 (shut), white is 1 (open)."
      : `${LEGEND} The strongest is ${written(scale)}.`;
    const value = written(values[look.unit]);
    words.textContent = `${ground} Unit ${look.unit}: ${what.value} = ${value}.`;
    canvas.setAttribute("aria-label", `${what.value} of ${units} units at frame ${look.frame}`);
  }

  return { draw, place: () => mark };
}

/** One unit over all frames; a press on a chart goes to `onPick`, with its frame. */
export function addUnitLevel(parent, model, { count, seen }, onPick) {
  const gates = { title: "Gates:", names: GATE, count, seen };
  const small = { title: "Let in, and said:", names: SMALL, count, seen };
  const kept = { title: "Kept:", names: ["c"], count, seen };
  const charts = [gates, small, kept].map((chart) => addChart(parent, chart, onPick));
  const row = add(parent, "div", { class: "live-pictures" });
  const sees = addPicture(row, model.side, "What it looks for: its weights from a frame to g");
  const draws = addPicture(row, model.side, "What it draws: its weights from h to a frame");
  add(parent, "p", {}, `${LEGEND} The grey ground is the future: there the decoder has taken over `
    + "what the unit kept, with weights of its own, and sees no frame.");
  const look = { of: null, unit: null };

  function draw(scene, { frame, unit }) {
    charts.forEach((chart) => chart.mark(frame));
    if (look.of === scene && look.unit === unit && look.length === scene.length()) return;
    Object.assign(look, { of: scene, unit, length: scene.length() });
    const line = (name) => scene.steps().map((now) => now[name][unit]);
    charts[0].draw(GATE.map(line), 0, 1, `i, f and o of unit ${unit}, from 0 to 1, by frame`);
    charts[1].draw(SMALL.map(line), -1, 1, `g and h of unit ${unit}, from −1 to 1, by frame`);
    const high = Math.ceil(largest(line("c")));
    const range = `from −${high} to ${high}`;
    charts[2].draw([line("c")], -high, high, `c of unit ${unit}, ${range}, by frame`);
    sees(inputWeights(model.encoder, "g", unit));
    draws(outputWeights(model.decoders.future.readout, unit));
  }

  return { draw, place: () => row.parentElement.querySelector(".live-mark") };
}

/** A picture of signed numbers with a name; returns what paints it. */
function addPicture(parent, side, name) {
  const figure = add(parent, "figure");
  const { canvas, paint } = addPixels(figure, name, side, side);
  const caption = add(figure, "figcaption", {}, name);
  return (values, words = name, ink = signedInk(largest(values))) => {
    paint(values, ink);
    caption.textContent = words;
    canvas.setAttribute("aria-label", words);
  };
}

/** The equations of one step, with the numbers of one unit below each part. */
export function addStepLevel(parent, model) {
  const scroll = add(parent, "div", { class: "live-scroll", tabindex: 0, role: "region" });
  scroll.setAttribute("aria-label", "equations");
  const table = add(scroll, "table", { class: "live-equations" });
  const words = add(parent, "p");
  const row = add(parent, "div", { class: "live-pictures" });
  const pictures = ["the frame", "times the weights to g", "is"].map((name) =>
    addPicture(row, model.side, name),
  );

  function draw(scene, { frame: t, unit: n }) {
    const now = scene.at(t);
    if (!now) return;
    table.replaceChildren();
    for (const line of equations(now, t, n)) addEquation(table, line);
    words.textContent =
      t > scene.seen
        ? `Frame ${t} is drawn by the decoder, which gets no input: W x is missing. h of unit ${n} `
          + "goes to the frame with the unit's weights, among all other units."
        : `Frame ${t} is seen by the encoder. The products below, added up, are the first number `
          + "of g.";
    const out = outputWeights(model.decoders.future.readout, n);
    const weights = now.x ? inputWeights(model.encoder, "g", n) : out;
    const scale = signedInk(largest(weights));
    const [first, second, third] = pictures;
    if (now.x) {
      first(now.x, `the frame x(${t})`, greyInk);
      second(weights, "times the weights W to g", scale);
      const products = weights.map((weight, k) => weight * now.x[k]);
      third(products, `adds up to ${written(terms(now, "g", n).x)}`, scale);
    } else {
      first(now.frame, `the frame that is drawn, ${t}`, greyInk);
      second(weights, "the unit's weights to it", scale);
      const added = weights.map((weight) => weight * now.h[n]);
      third(added, `times h = ${written(now.h[n])}: its share`, scale);
    }
  }

  return { draw };
}

/** The six equations of cells.py in its order: name, function, parts as symbol and number, result. */
export function equations(now, t, n) {
  const gate = (name) => {
    const part = terms(now, name, n);
    const at = name === "o" ? t : t - 1;
    const symbols = {
      x: now.x ? `W_x${name} x(${t})` : "",
      h: `W_h${name} h(${t - 1})`,
      c: `w_c${name} c(${at})`,
      b: `b_${name}`,
    };
    const parts = Object.entries(part).filter(([key]) => symbols[key]);
    const squash = name === "g" ? "tanh" : "σ";
    const sum = parts.reduce((total, [, value]) => total + value, 0);
    const shown = parts.map(([key, value]) => [key, symbols[key], written(value)]);
    return { left: `${name}(${t})`, squash, parts: shown, sum, result: now[name][n] };
  };
  const product = (a, b) => `${written(a)} · ${written(b)}`;
  const { i, f, g, o, c, h, before } = now;
  const kept = ["h", `f(${t}) c(${t - 1})`, product(f[n], before.c[n])];
  const entered = ["x", `i(${t}) g(${t})`, product(i[n], g[n])];
  const said = ["h", `o(${t}) tanh c(${t})`, product(o[n], Math.tanh(c[n]))];
  return [
    gate("i"),
    gate("f"),
    gate("g"),
    { left: `c(${t})`, parts: [kept, entered], result: c[n] },
    gate("o"),
    { left: `h(${t})`, parts: [said], result: h[n] },
  ];
}

/** An equation as two rows: what is added, and below each part its number. */
function addEquation(table, { left, squash, parts, sum, result }) {
  const body = add(table, "tbody");
  const symbols = add(body, "tr");
  const numbers = add(body, "tr");
  add(symbols, "th", { scope: "row", rowspan: 2 }, left);
  add(symbols, "td", {}, squash ? `= ${squash}(` : "=");
  add(numbers, "td", {}, squash ? `= ${squash}(` : "=");
  parts.forEach(([kind, symbol, number], k) => {
    const plus = k > 0;
    const signed = plus && !number.startsWith("−") ? `+ ${number}` : number.replace("−", "− ");
    const cell = add(symbols, "td", { class: `live-term-${kind}` }, plus ? "+ " : "");
    addSymbol(cell, symbol);
    add(numbers, "td", { class: `live-term-${kind}` }, plus ? signed : number);
  });
  const rest = add(symbols, "td", { colspan: 5 - parts.length }, squash ? ")" : "");
  rest.className = "live-rest";
  const end = add(numbers, "td", { colspan: 5 - parts.length, class: "live-rest" });
  if (squash) end.append(`) = ${squash}(${written(sum)}) `);
  add(end, "strong", {}, `= ${written(result)}`);
}

/** W_xi x(3) with its index below the line. */
function addSymbol(parent, text) {
  const [, letter, index, rest] = text.match(/^(\w)_(\w+)(.*)$/) ?? [null, "", "", text];
  if (letter) {
    parent.append(letter);
    add(parent, "sub", {}, index);
  }
  parent.append(rest);
}
