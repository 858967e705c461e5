// A frame in which the visitor throws digits, by hand or by keyboard.

import { add, addPixels } from "../../../widgets/film.js";
import { SPEED, clamp, drawDigits, stepTowards } from "./motion.js";
import { addShape } from "./pictures.js";

const FRAME = 100; // ms, of a film of 10 frames a second
const LATELY = 250; // ms before it lets go in which the hand's way is a throw
const LEAST = 0.02; // pixels of a frame in a ms: a hand that moves slower than this puts down
const FASTEST = 0.3; // of the box of positions, in a frame

/**
 * Add the frame and its controls. stock: {side, inks, labels}: digits to choose from, as bytes.
 * Returns {digits(), throwAtRandom()}; `onThrow` is called whenever digits fly anew.
 */
export function addArena(parent, { side, inks, labels }, onThrow) {
  const box = side - Math.sqrt(inks[0].length); // pixels, of positions
  const digits = [0, 1].map(() => ({ which: 0, at: [0.5, 0.5], degrees: 0, speed: SPEED }));
  const root = add(parent, "div", { class: "live-arena" });
  const field = add(root, "div", { class: "live-field" });
  const name = "the frame before the first one: drag a digit and let it go to throw it";
  const { canvas, paint } = addPixels(field, name, side, side);
  const arrows = addShape(field, "svg", { viewBox: `0 0 ${side} ${side}`, "aria-hidden": "true" });
  const lines = digits.map(() => addShape(arrows, "line", { class: "live-arrow" }));
  const tips = digits.map(() => addShape(arrows, "circle", { class: "live-tip", r: side / 40 }));
  const controls = add(root, "div", { class: "live-controls" });
  const random = add(controls, "button", { type: "button" }, "Throw at random");
  const again = add(controls, "button", { type: "button" }, "Throw again");
  const tamed = addCheck(controls, "at the speed that it has learnt");
  const exactly = add(controls, "details");
  add(exactly, "summary", {}, "Choose digits, places and directions");
  const panels = digits.map((digit, n) => addDigitControls(exactly, digit, n));

  function addDigitControls(place, digit, n) {
    const group = add(place, "fieldset");
    add(group, "legend", {}, ["One digit", "The other"][n]);
    const which = addLabelled(group, "which", "select");
    labels.forEach((label, k) => add(which, "option", { value: k }, `${label}, ${1 + (k % 3)}`));
    const across = addLabelled(group, "across", "input", { type: "range", max: box });
    const down = addLabelled(group, "down", "input", { type: "range", max: box });
    const degrees = addLabelled(group, "direction", "input", { type: "range", max: 355, step: 5 });
    group.addEventListener("input", () => {
      digit.which = Number(which.value);
      digit.at = [down, across].map((input) => (input.valueAsNumber + 0.5) / (box + 1));
      digit.degrees = degrees.valueAsNumber;
      show();
    });
    group.addEventListener("change", fire);
    return () => {
      which.value = digit.which;
      [down.value, across.value] = digit.at.map((part) => Math.floor(part * box));
      degrees.value = digit.degrees;
      degrees.setAttribute("aria-valuetext", `${Math.round(digit.degrees)} degrees, 90 is up`);
    };
  }

  function placed() {
    return digits.map((digit) => {
      const speed = tamed.checked ? SPEED : digit.speed;
      const step = stepTowards(digit.degrees, speed);
      return { ...digit, ink: inks[digit.which], label: labels[digit.which], step };
    });
  }

  function show() {
    const frame = new Uint8Array(side * side);
    drawDigits(placed(), side, frame);
    paint(frame);
    placed().forEach(({ at, step }, n) => {
      const [y, x] = at.map((part) => part * box + (side - box) / 2);
      const tip = { cx: x + 4 * box * step[1], cy: y + 4 * box * step[0] }; // after four frames
      const line = { x1: x, y1: y, x2: tip.cx, y2: tip.cy };
      for (const [end, value] of Object.entries(line)) lines[n].setAttribute(end, value);
      for (const [end, value] of Object.entries(tip)) tips[n].setAttribute(end, value);
    });
    panels.forEach((fill) => fill());
  }

  function fire() {
    show();
    onThrow();
  }

  function throwAtRandom() {
    for (const digit of digits) {
      digit.which = Math.floor(Math.random() * inks.length);
      digit.at = [Math.random(), Math.random()];
      digit.degrees = 360 * Math.random();
      digit.speed = SPEED;
    }
    fire();
  }

  const place = (event) => {
    const { left, top, width } = canvas.getBoundingClientRect();
    return [event.clientY - top, event.clientX - left].map((pixels) => (pixels / width) * side);
  };
  const middle = ({ at }) => at.map((part) => part * box + (side - box) / 2);
  const far = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);
  let held = null;
  canvas.addEventListener("pointerdown", (event) => {
    const hand = place(event);
    const byNearness = [...digits].sort((a, b) => far(middle(a), hand) - far(middle(b), hand));
    const digit = byNearness[0];
    const grip = middle(digit).map((part, axis) => part - hand[axis]);
    held = { digit, grip, track: [{ hand, time: event.timeStamp }] };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (held === null) return;
    const hand = place(event);
    const corner = hand.map((part, axis) => part + held.grip[axis] - (side - box) / 2);
    held.digit.at = corner.map((part) => clamp(part / box));
    held.track.push({ hand, time: event.timeStamp });
    show();
  });
  canvas.addEventListener("pointerup", (event) => {
    if (held === null) return;
    aim(held.digit, held.track, event.timeStamp);
    held = null;
    fire();
  });
  canvas.addEventListener("pointercancel", () => (held = null));

  /** A digit flies as the hand moved lately; if it rested, as before. */
  function aim(digit, track, now) {
    const from = track.find(({ time }) => now - time <= LATELY) ?? track.at(-1);
    const to = track.at(-1);
    const moved = to.hand.map((part, axis) => part - from.hand[axis]);
    const speed = Math.hypot(...moved) / Math.max(1, now - from.time);
    if (speed < LEAST) return;
    digit.degrees = ((Math.atan2(-moved[0], moved[1]) * 180) / Math.PI + 360) % 360;
    digit.speed = clamp((speed * FRAME) / box, 0, FASTEST);
  }

  random.addEventListener("click", throwAtRandom);
  again.addEventListener("click", fire);
  tamed.addEventListener("change", fire);
  return { digits: placed, throwAtRandom };
}

export function addCheck(parent, words) {
  const label = add(parent, "label", { class: "live-check" });
  const box = add(label, "input", { type: "checkbox" });
  box.checked = true;
  label.append(` ${words}`);
  return box;
}

/** A control below or beside its name. */
export function addLabelled(parent, words, tag, attributes = {}) {
  const label = add(parent, "label", {}, `${words} `);
  return add(label, tag, attributes);
}
