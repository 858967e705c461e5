// The composite model of lstm_video_lab/models.py in plain JavaScript: no library and no server.
//
//         ten frames ──► encoder ──► state (h, c)
//                                      │ copied
//                    ┌─────────────────┴─────────────────┐
//                 decoder                             decoder
//                 the input, reversed                 frames to come
//
// Letters: X pixels of a frame (1024), H units (384). Gates are packed in the order i, f, g, o,
// peepholes in the order i, f, o. Weights are numbers of 32 bits, sums of 64: more exact than the
// torch model, from which probabilities differ by rounding alone.

const GATES = ["i", "f", "g", "o"];
const PEEPHOLES = ["i", "f", "o"];

function sigmoid(a) {
  return 1 / (1 + Math.exp(-a));
}

/** W v: a matrix, stored row after row, times a vector; as many sums as there are rows. */
function times(W, v) {
  const length = v.length;
  const sums = new Float64Array(W.length / length);
  for (let row = 0; row < sums.length; row++) {
    const start = row * length;
    let sum = 0;
    for (let k = 0; k < length; k++) sum += W[start + k] * v[k];
    sums[row] = sum;
  }
  return sums;
}

/**
 * The LSTM equations, from the summed inputs of the four gates to the new state.
 *
 * `ax` is W_x x(t), `ah` is W_h h(t−1), of all gates, (4H); `c` is c(t−1), (H); a cell holds its
 * `bias` (4H) and its `peephole` (3H). Returns i, f, g, o, c, h of step t, each (H).
 */
function gates(ax, ah, c, { bias, peephole }) {
  const H = c.length;
  const now = {};
  for (const name of ["i", "f", "g", "o", "c", "h"]) now[name] = new Float64Array(H);
  const { i, f, g, o, c: c_new, h } = now;
  const a = (gate, n) => ax[gate * H + n] + ah[gate * H + n] + bias[gate * H + n];
  for (let n = 0; n < H; n++) {
    const [w_ci, w_cf, w_co] = [peephole[n], peephole[H + n], peephole[2 * H + n]];
    // i(t) = σ(W_xi x(t) + W_hi h(t−1) + w_ci ⊙ c(t−1) + b_i)
    i[n] = sigmoid(a(0, n) + w_ci * c[n]);
    // f(t) = σ(W_xf x(t) + W_hf h(t−1) + w_cf ⊙ c(t−1) + b_f)
    f[n] = sigmoid(a(1, n) + w_cf * c[n]);
    // g(t) = tanh(W_xg x(t) + W_hg h(t−1) + b_g)
    g[n] = Math.tanh(a(2, n));
    // c(t) = f(t) ⊙ c(t−1) + i(t) ⊙ g(t)
    c_new[n] = f[n] * c[n] + i[n] * g[n];
    // o(t) = σ(W_xo x(t) + W_ho h(t−1) + w_co ⊙ c(t) + b_o)
    o[n] = sigmoid(a(3, n) + w_co * c_new[n]);
    // h(t) = o(t) ⊙ tanh(c(t))
    h[n] = o[n] * Math.tanh(c_new[n]);
  }
  return now;
}

/**
 * One step of a cell: (x(t) or null, the step before, or {h, c}) → all that happened in it.
 *
 * Beside i, f, g, o, c and h it says the parts of the sums, `ax` and `ah`, and the `before`.
 */
export function step(cell, x, before) {
  const ah = times(cell.weight_hh, before.h);
  const ax = x === null ? new Float64Array(ah.length) : times(cell.weight_ih, x);
  return { ...gates(ax, ah, before.c, cell), ax, ah, x, before, cell };
}

/** What the equation of a gate adds up for unit n in a step: name → number. */
export function terms(now, gate, n) {
  const { cell, before } = now;
  const H = before.c.length;
  const at = GATES.indexOf(gate) * H + n;
  const parts = { x: now.ax[at], h: now.ah[at] };
  if (gate !== "g") {
    const seen = gate === "o" ? now.c : before.c;
    parts.c = cell.peephole[PEEPHOLES.indexOf(gate) * H + n] * seen[n];
  }
  return { ...parts, b: cell.bias[at] };
}

/** The weights from a frame to a gate of unit n, (X): a picture of what opens it. */
export function inputWeights({ weight_ih, peephole }, gate, n) {
  const H = peephole.length / PEEPHOLES.length;
  const X = weight_ih.length / (GATES.length * H);
  const row = GATES.indexOf(gate) * H + n;
  return weight_ih.subarray(row * X, (row + 1) * X);
}

/** Probabilities of the pixels, (X), from h of a decoder. */
export function read({ weight, bias }, h) {
  return times(weight, h).map((logit, k) => sigmoid(logit + bias[k]));
}

/** What unit n of a decoder adds to the logit of each pixel for h = 1, (X). */
export function outputWeights({ weight, bias }, n) {
  const H = weight.length / bias.length;
  return Float32Array.from(bias, (_, k) => weight[k * H + n]);
}

/**
 * The whole model. `shards` are files of the box as bytes, of one layer and without conditioning.
 *
 * encoder, and decoders.reconstruction and decoders.future, are cells; a decoder has a `readout`.
 */
export class CompositeModel {
  constructor(shards) {
    const tensors = readWeights(shards);
    this.encoder = cellOf(tensors, "encoder");
    this.decoders = {};
    for (const name of ["reconstruction", "future"]) {
      const decoder = cellOf(tensors, `decoders.${name}.recurrent`);
      const readout = `decoders.${name}.readout`;
      decoder.readout = {
        weight: tensors.get(`${readout}.weight`),
        bias: tensors.get(`${readout}.bias`),
      };
      this.decoders[name] = decoder;
    }
    this.units = this.encoder.peephole.length / PEEPHOLES.length;
    this.side = Math.sqrt(this.decoders.future.readout.bias.length); // pixels
  }

  /** The state before the first frame: zeros. */
  start() {
    return { h: new Float64Array(this.units), c: new Float64Array(this.units) };
  }

  /** The step of the encoder that sees a frame, (X) in [0, 1]. */
  see(frame, before = this.start()) {
    return step(this.encoder, frame, before);
  }

  /** The next step of a decoder, which gets no input, with the frame that it draws. */
  draw(name, before) {
    const decoder = this.decoders[name];
    const now = step(decoder, null, before);
    return { ...now, frame: read(decoder.readout, now.h) };
  }

  /** Frames (T of X) → {seen, reconstruction, future}: all steps, the input in reverse order. */
  predict(frames, count) {
    const seen = [];
    for (const frame of frames) seen.push(this.see(frame, seen.at(-1)));
    const state = seen.at(-1);
    const decoded = { seen, reconstruction: [], future: [] };
    for (const name of ["reconstruction", "future"]) {
      const length = name === "future" ? count : frames.length;
      const steps = decoded[name];
      while (steps.length < length) steps.push(this.draw(name, steps.at(-1) ?? state));
    }
    return decoded;
  }
}

function cellOf(tensors, name) {
  const cell = {};
  for (const part of ["weight_ih", "weight_hh", "bias", "peephole"]) {
    cell[part] = tensors.get(`${name}.${part}_l0`); // a decoder has no weight_ih
  }
  return cell;
}

/**
 * Name → numbers of 32 bits, from files of the box (safetensors: the length of a head, the head in
 * JSON, the bytes). Whole numbers come with a scale for each row, under NAME.scale.
 */
function readWeights(shards) {
  const stored = new Map();
  for (const { buffer } of shards) {
    const length = Number(new DataView(buffer).getBigUint64(0, true));
    const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
    for (const [name, { dtype, data_offsets: [from, to] }] of Object.entries(head)) {
      const bytes = buffer.slice(8 + length + from, 8 + length + to);
      stored.set(name, READ[dtype](bytes));
    }
  }
  const tensors = new Map();
  for (const [name, values] of stored) {
    const scales = stored.get(`${name}.scale`);
    tensors.set(name, scales ? rescale(values, scales) : values);
  }
  return tensors;
}

const READ = {
  F32: (bytes) => new Float32Array(bytes),
  F16: (bytes) => wholeOf(new Uint16Array(bytes)),
  I8: (bytes) => new Float32Array(new Int8Array(bytes)),
};

function wholeOf(halves) {
  const values = new Float32Array(halves.length);
  for (let k = 0; k < values.length; k++) values[k] = HALVES[halves[k]]; // millions: no callback
  return values;
}

function rescale(values, scales) {
  const length = values.length / scales.length;
  for (let row = 0; row < scales.length; row++) {
    for (let k = row * length; k < (row + 1) * length; k++) values[k] *= scales[row];
  }
  return values;
}

/** All numbers of 16 bits: one bit of sign, 5 of exponent, 10 of fraction (IEEE 754). */
const HALVES = Float32Array.from({ length: 2 ** 16 }, (_, bits) => {
  const sign = bits >> 15 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
});
