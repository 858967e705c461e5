// Pictures that several levels of the explorer draw: signed numbers as pixels, lines over time.

import { add } from "../../../widgets/film.js";
import { clamp } from "./motion.js";

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = [600, 130]; // of a chart, in its own units
const BLUE = [86, 180, 233];
const ORANGE = [230, 159, 0];

/** Colours of numbers from −scale to scale: blue, black at 0, orange. */
export function signedInk(scale) {
  return (value) => {
    const share = Math.min(1, Math.abs(value) / scale);
    const [red, green, blue] = (value < 0 ? BLUE : ORANGE).map((part) => Math.round(part * share));
    return (0xff000000 | (blue << 16) | (green << 8) | red) >>> 0;
  };
}

/** Greys of numbers from 0 to 1. */
export function greyInk(value) {
  return (0xff000000 | (0x010101 * Math.round(255 * value))) >>> 0;
}

export function largest(values) {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
}

/** A number as an equation shows it: −0.25. */
export function written(value) {
  return value.toFixed(2).replace("-", "−");
}

/** A new shape of SVG, the last one of `parent`. */
export function addShape(parent, tag, attributes) {
  const shape = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) shape.setAttribute(name, value);
  parent.append(shape);
  return shape;
}

/**
 * Lines over frames 1 … count, with a mark at a frame that a press moves.
 *
 * `names` of the lines; each has its own colour and dashes (live.css). Frames after `seen` lie on
 * another ground. Returns {draw(lines, low, high, words), mark(t)}; the frame of a press goes to
 * `onPick`.
 */
export function addChart(parent, { title, names, count, seen }, onPick) {
  const figure = add(parent, "figure", { class: "live-chart" });
  const caption = add(figure, "figcaption", {}, title, " ");
  names.forEach((name, n) => add(caption, "span", { class: `live-line-${n}` }, name));
  const frame = add(figure, "div", { class: "live-axes" });
  const top = add(frame, "span", { "aria-hidden": "true" });
  const bottom = add(frame, "span", { "aria-hidden": "true" });
  const svg = addShape(frame, "svg", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    preserveAspectRatio: "none",
    role: "img",
  });
  const x = (t) => ((t - 0.5) / count) * WIDTH;
  const future = { class: "live-future", x: x(seen + 0.5), y: 0, width: WIDTH, height: HEIGHT };
  addShape(svg, "rect", future);
  const zero = addShape(svg, "line", { class: "live-zero", x1: 0, x2: WIDTH });
  const lines = names.map((_, n) => addShape(svg, "polyline", { class: `live-line-${n}` }));
  const mark = addShape(svg, "line", { class: "live-mark", y1: 0, y2: HEIGHT });
  svg.addEventListener("pointerdown", (event) => {
    const { left, width } = svg.getBoundingClientRect();
    onPick(clamp(Math.ceil(((event.clientX - left) / width) * count), 1, count));
  });

  function draw(series, low, high, words) {
    const y = (value) => HEIGHT * (1 - (clamp(value, low, high) - low) / (high - low));
    series.forEach((values, n) => {
      const at = (value, k) => `${x(k + 1).toFixed(1)},${y(value).toFixed(1)}`;
      const points = Array.from(values, at);
      lines[n].setAttribute("points", points.join(" "));
    });
    for (const end of ["y1", "y2"]) zero.setAttribute(end, y(0));
    top.textContent = written(high).replace(".00", "");
    bottom.textContent = written(low).replace(".00", "");
    svg.setAttribute("aria-label", words);
  }

  function moveMark(t) {
    for (const end of ["x1", "x2"]) mark.setAttribute(end, x(t));
  }

  return { draw, mark: moveMark };
}
