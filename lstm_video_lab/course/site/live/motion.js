// How digits fly: the law of lstm_video_lab/data/bouncing.py, for digits that somebody throws.

export const SPEED = 0.1; // of the box of positions, in a frame: what the models have learnt

/**
 * Frames of digits that fly, as bytes (T·S·S).
 *
 * digits: [{ink (s·s bytes), at: [y, x], step: [y, x]}], in parts of the box of positions, which is
 * S − s pixels wide. A digit steps first; where it met a wall it is put onto it, and turns round.
 */
export function fly(digits, side, count) {
  const clip = new Uint8Array(count * side * side);
  const moving = digits.map(({ ink, at, step }) => ({ ink, at: [...at], step: [...step] }));
  for (let t = 0; t < count; t++) {
    for (const digit of moving) {
      for (const axis of [0, 1]) {
        digit.at[axis] += digit.step[axis];
        if (digit.at[axis] <= 0 || digit.at[axis] >= 1) digit.step[axis] *= -1;
        digit.at[axis] = clamp(digit.at[axis]);
      }
    }
    drawDigits(moving, side, clip.subarray(t * side * side, (t + 1) * side * side));
  }
  return clip;
}

export function clamp(value, low = 0, high = 1) {
  return Math.min(high, Math.max(low, value));
}

/** Digits where they are, onto a dark frame (S·S bytes): the brightest is seen. */
export function drawDigits(digits, side, frame) {
  for (const { ink, at } of digits) {
    const width = Math.sqrt(ink.length);
    const [top, left] = at.map((part) => Math.floor(part * (side - width)));
    ink.forEach((value, n) => {
      const k = (top + Math.floor(n / width)) * side + left + (n % width);
      frame[k] = Math.max(frame[k], value);
    });
  }
}

/** A step of a length, in parts of the box, in a direction: 0 is to the right, 90 is up. */
export function stepTowards(degrees, length) {
  const angle = (degrees * Math.PI) / 180;
  return [-length * Math.sin(angle), length * Math.cos(angle)];
}

/** Squared error of a frame in [0, 1], summed over its pixels. */
export function squaredError(frame, truth) {
  let sum = 0;
  for (let k = 0; k < frame.length; k++) sum += (frame[k] - truth[k]) ** 2;
  return sum;
}

/** Bytes as numbers in [0, 1]. */
export function toUnit(bytes) {
  return Float64Array.from(bytes, (byte) => byte / 255);
}
