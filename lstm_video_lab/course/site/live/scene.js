// A throw: what happens in its frames, and all steps that the model takes.

import { fly, toUnit } from "./motion.js";

export const SEEN = 10; // frames that go in
export const AHEAD = 100; // frames that the model draws by itself
export const COUNT = SEEN + AHEAD;

/** True frames and drawn ones as bytes, and steps, taken one by one while the film plays. */
export class Scene {
  constructor(model, digits) {
    this.model = model;
    this.seen = SEEN;
    this.labels = digits.map(({ label }) => label);
    this.truth = fly(digits, model.side, COUNT);
    this.drawn = new Uint8Array(this.truth.length);
    [this.past, this.reconstruction, this.future] = [[], [], []];
  }

  frame(t) {
    const size = this.model.side ** 2;
    return this.truth.subarray((t - 1) * size, t * size);
  }

  steps() {
    return [...this.past, ...this.future];
  }

  length() {
    return this.past.length + this.future.length;
  }

  /** All that happened in the step of frame t, or undefined as long as it has not. */
  at(t) {
    return t <= SEEN ? this.past[t - 1] : this.future[t - SEEN - 1];
  }

  /** Take the next step; false where there is none. */
  advance() {
    const { model, past, reconstruction, future } = this;
    if (past.length < SEEN) past.push(model.see(toUnit(this.frame(past.length + 1)), past.at(-1)));
    else if (reconstruction.length < SEEN) {
      reconstruction.push(model.draw("reconstruction", reconstruction.at(-1) ?? past.at(-1)));
      this.keep(reconstruction.at(-1).frame, SEEN + 1 - reconstruction.length);
    } else if (future.length < AHEAD) {
      future.push(model.draw("future", future.at(-1) ?? past.at(-1)));
      this.keep(future.at(-1).frame, SEEN + future.length);
    } else return false;
    return true;
  }

  /** The unit whose h changes most: something to look at first. */
  liveliestUnit() {
    const changes = this.past[0].h.map((_, n) =>
      this.future.reduce((sum, now) => sum + Math.abs(now.h[n] - now.before.h[n]), 0),
    );
    return changes.indexOf(Math.max(...changes));
  }

  keep(frame, t) {
    const size = this.model.side ** 2;
    this.drawn.set(frame.map((value) => Math.round(255 * value)), (t - 1) * size);
  }

  clips() {
    const shape = { width: this.model.side, height: this.model.side };
    return [
      { name: "what happens", pixels: this.truth, ...shape },
      { name: "the model", pixels: this.drawn, ...shape },
    ];
  }
}
