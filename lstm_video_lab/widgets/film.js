// Clips that play beside each other. `play` needs nothing but a page; the default export is the
// view of widgets/film.py, which gives it what came from the kernel, once.

const RATE = 10; // frames a second
const CALM = matchMedia("(prefers-reduced-motion: reduce)");

/** A new element with attributes and children, the last one of `parent`. */
export function add(parent, tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  parent.append(element);
  return element;
}

function lengthOf(clip) {
  return clip.pixels.length / (clip.width * clip.height);
}

const grey = (value) => 0xff000000 | (0x010101 * value); // of a pixel: alpha, blue, green, red

/** A canvas with a name; `paint(values, inkOf)` draws it anew, a pixel for each value. */
export function addPixels(parent, name, width, height) {
  const canvas = add(parent, "canvas", { role: "img", "aria-label": name, width, height });
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  const inks = new Uint32Array(image.data.buffer);
  const clear = () => context.clearRect(0, 0, width, height);
  const paint = (values, inkOf = grey) => {
    values.forEach((value, n) => (inks[n] = inkOf(value)));
    context.putImageData(image, 0, 0);
  };
  return { canvas, clear, paint };
}

/** A canvas below its name; returns what draws a frame on it, or nothing before the clip begins. */
function addClip(parent, clip, length) {
  const { name, width, height, pixels } = clip;
  const figure = add(parent, "figure");
  add(figure, "figcaption", {}, name);
  const { clear, paint } = addPixels(figure, name, width, height);
  const size = width * height;
  const begins = length - lengthOf(clip);
  return (t) => {
    figure.classList.toggle("film-empty", t < begins);
    if (t < begins) clear();
    else paint(pixels.subarray((t - begins) * size, (t - begins + 1) * size));
  };
}

/** A word below its part of the slider, as wide as its share of the frames. */
function addPart(parent, word, from, to) {
  if (to >= from) {
    const look = { class: `film-${word}`, style: `flex-grow: ${to - from + 1}` };
    add(parent, "span", look, `${word} ${from}–${to}`);
  }
}

/**
 * Play clips in an element, 10 frames a second, while they are in view, again and again.
 *
 * data: {clips: [{name, width, height, pixels: Uint8Array of T frames}], first, seen, text}.
 * Clips end together: a shorter one begins later. `first` is the number of the first frame; frames
 * up to number `seen` (or null) are what a model sees. For people who ask for less motion, a film
 * waits for its button and stops at its end.
 *
 * Returns {show, go, remove}: show other data from the frame that stands there; pause at the frame
 * of a number; take all away. Each frame is told to the page: an event "frame", its number `detail`.
 */
export function play(element, data) {
  const root = add(element, "div", { class: "film", role: "group" });
  const row = add(root, "div", { class: "film-clips" });
  const controls = add(root, "div", { class: "film-controls" });
  const button = add(controls, "button", { type: "button" });
  const bar = add(controls, "div", { class: "film-bar" });
  const slider = add(bar, "input", { type: "range", step: 1, "aria-label": "frame" });
  const parts = add(bar, "div", { class: "film-parts", "aria-hidden": "true" });
  const number = add(controls, "span", { class: "film-number" }); // an output would be read aloud
  const words = add(root, "p");

  let [first, seen, length, draws] = [1, null, 1, []];
  let [frame, isPlaying, isInView, started, request] = [0, !CALM.matches, false, 0, 0];

  function show(data) {
    const names = data.clips.map((clip) => clip.name);
    ({ first, seen } = data);
    length = Math.max(...data.clips.map(lengthOf));
    const last = first + length - 1;
    row.replaceChildren();
    draws = data.clips.map((clip) => addClip(row, clip, length));
    parts.replaceChildren();
    if (seen !== null) {
      addPart(parts, "seen", first, Math.min(seen, last));
      addPart(parts, "future", Math.max(seen + 1, first), last);
    }
    [slider.min, slider.max] = [first, last];
    root.setAttribute("aria-label", `film: ${names.join(", ")}`);
    words.textContent = data.text;
    draw(Math.min(frame, length - 1));
    run(isPlaying);
  }

  function draw(t) {
    frame = t;
    const part = seen === null ? "" : first + t > seen ? "future" : "seen";
    const caption = [`frame ${first + t}`, part].filter(Boolean);
    root.dataset.part = part;
    slider.value = first + t;
    slider.setAttribute("aria-valuetext", caption.join(", "));
    number.textContent = caption.join(" · ");
    draws.forEach((drawClip) => drawClip(t));
    root.dispatchEvent(new CustomEvent("frame", { bubbles: true, detail: first + t }));
  }

  /** Play from the frame that stands there, or pause. */
  function run(isWanted) {
    isPlaying = isWanted;
    button.textContent = isPlaying ? "Pause" : "Play";
    button.setAttribute("aria-label", `${button.textContent} the film`);
    cancelAnimationFrame(request);
    if (!isPlaying || !isInView) return;
    if (CALM.matches && frame === length - 1) draw(0);
    started = performance.now() - (1000 * frame) / RATE;
    request = requestAnimationFrame(tick);
  }

  function tick(now) {
    const passed = Math.max(0, Math.floor(((now - started) * RATE) / 1000));
    if (CALM.matches && passed >= length) {
      draw(length - 1);
      run(false);
      return;
    }
    if (passed % length !== frame) draw(passed % length);
    request = requestAnimationFrame(tick);
  }

  function step(by) {
    run(false);
    draw((frame + by + length) % length);
  }

  function go(number) {
    step(number - first - frame);
  }

  /** Keys stay here, or JupyterLab would take them for its cell; those that lead away do not. */
  function onKey(event) {
    const leads = ["Tab", "Escape"].includes(event.key) || (event.shiftKey && event.key === "Enter");
    if (event.ctrlKey || event.metaKey || event.altKey || leads) return;
    event.stopPropagation();
    const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    if (by && event.target !== slider) step(by);
    else if (event.key === " " && event.target !== button) run(!isPlaying);
    else return;
    event.preventDefault();
  }

  button.addEventListener("click", () => run(!isPlaying));
  slider.addEventListener("input", () => go(slider.valueAsNumber));
  root.addEventListener("keydown", onKey);
  const watch = new IntersectionObserver((entries) => {
    isInView = entries.at(-1).isIntersecting;
    run(isPlaying);
  });
  watch.observe(root);
  show(data);

  function remove() {
    watch.disconnect();
    cancelAnimationFrame(request);
    root.remove();
  }

  return { show, go, remove };
}

/** What came from Python, where pixels arrive as a DataView. */
function dataOf(model) {
  const data = model.get("data");
  const clips = data.clips.map(({ pixels, ...clip }) => {
    const { buffer, byteOffset, byteLength } = pixels;
    return { ...clip, pixels: new Uint8Array(buffer, byteOffset, byteLength) };
  });
  return { ...data, clips };
}

export default {
  render({ model, el }) {
    const film = play(el, dataOf(model));
    const onChange = () => film.show(dataOf(model));
    model.on("change:data", onChange);
    return () => {
      model.off("change:data", onChange);
      film.remove();
    };
  },
};
