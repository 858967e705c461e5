// A square to draw in, with mouse, finger or keys: the view of widgets/drawing.py. What is drawn goes
// to the kernel while it is drawn.

const SIDE = 28; // pixels of the board, each way
const RADIUS = 1.9; // pixels from the pen at which its ink ends; the last one is a soft edge
const PACE = 250; // ms between what is sent of a line that is being drawn
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const HELP = "Arrow keys move the pen, Space puts it down or lifts it, Delete clears the board.";

function add(parent, tag, attributes) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  parent.append(element);
  return element;
}

function render({ model, el }) {
  const root = add(el, "div", { class: "lab-board" });
  const label = `Drawing board, ${SIDE} by ${SIDE} pixels. ${HELP}`;
  const square = add(root, "div", { class: "lab-board-square" });
  const look = { width: SIDE, height: SIDE, tabindex: 0, role: "application", "aria-label": label };
  const canvas = add(square, "canvas", look);
  const mark = add(square, "div", { class: "lab-board-pen", hidden: "" });
  const status = add(root, "div", { class: "lab-board-status", "aria-live": "polite" });
  const context = canvas.getContext("2d");
  const image = context.createImageData(SIDE, SIDE);

  let ink = new Uint8Array(SIDE * SIDE);
  let revision = 0; // of what the kernel gave, on which the ink lies
  let last = null; // the point of a line that is being drawn with mouse or finger
  let [pen, isDown] = [[SIDE / 2 + 0.5, SIDE / 2 + 0.5], false]; // that the keys move
  let timer = null;

  function paint() {
    ink.forEach((value, n) => image.data.set([value, value, value, 255], 4 * n));
    context.putImageData(image, 0, 0);
  }

  function dab([x, y]) {
    for (let n = 0; n < ink.length; n++) {
      const distance = Math.hypot((n % SIDE) + 0.5 - x, Math.floor(n / SIDE) + 0.5 - y);
      ink[n] = Math.max(ink[n], Math.round(255 * Math.min(1, Math.max(0, RADIUS - distance))));
    }
  }

  function line([fromX, fromY], [toX, toY]) {
    const dabs = Math.max(1, Math.ceil(2 * Math.hypot(toX - fromX, toY - fromY)));
    for (let k = 0; k <= dabs; k++) {
      const share = k / dabs;
      dab([fromX + share * (toX - fromX), fromY + share * (toY - fromY)]);
    }
    paint();
    timer ??= setTimeout(send, PACE);
  }

  function send() {
    clearTimeout(timer);
    timer = null;
    model.set("ink", { revision, pixels: new DataView(ink.slice().buffer) });
    model.save_changes();
  }

  /** What the kernel gives, an example or an empty board: it ends what is being drawn. */
  function takeGiven() {
    clearTimeout(timer);
    [last, timer] = [null, null];
    revision = model.get("given").revision;
    put(model.get("given"));
  }

  /** What was drawn here before, or in another page. */
  function takeInk() {
    const isNewer = last !== null || timer !== null; // what is drawn here, on its way to the kernel
    if (!isNewer && model.get("ink").revision === revision) put(model.get("ink"));
  }

  function put({ pixels: { buffer, byteOffset, byteLength } }) {
    ink = new Uint8Array(buffer.slice(byteOffset, byteOffset + byteLength));
    paint();
  }

  function pointOf(event) {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    return [(SIDE * (event.clientX - left)) / width, (SIDE * (event.clientY - top)) / height];
  }

  function onDown(event) {
    if (event.button !== 0 || !event.isPrimary) return;
    canvas.setPointerCapture(event.pointerId);
    last = pointOf(event);
    mark.hidden = true;
    line(last, last);
  }

  function onMove(event) {
    if (last === null || !event.isPrimary) return;
    const point = pointOf(event);
    line(last, point);
    last = point;
  }

  function onUp() {
    if (last === null) return;
    last = null;
    send();
  }

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in MOVES) movePen(MOVES[event.key]);
    else if (event.key === " ") putPen(!isDown);
    else if (event.key === "Delete" || event.key === "Backspace") clear();
    else return;
    event.preventDefault();
    event.stopPropagation();
    showPen();
  }

  function movePen(by) {
    const next = pen.map((place, n) => Math.min(SIDE - 0.5, Math.max(0.5, place + by[n])));
    if (isDown) line(pen, next);
    pen = next;
  }

  function putPen(down) {
    isDown = down;
    if (isDown) line(pen, pen);
  }

  function clear() {
    ink.fill(0);
    isDown = false;
    paint();
    send();
  }

  function showPen() {
    const [column, row] = pen.map((place) => Math.floor(place) + 1);
    mark.hidden = false;
    mark.classList.toggle("lab-board-down", isDown);
    [mark.style.left, mark.style.top] = pen.map((place) => `${(100 * place) / SIDE}%`);
    status.textContent = `pen ${isDown ? "down" : "up"}, row ${row}, column ${column}`;
  }

  function onFocus() {
    if (canvas.matches(":focus-visible")) showPen();
  }

  function onBlur() {
    isDown = false;
    mark.hidden = true;
    status.textContent = "";
  }

  for (const [type, act] of Object.entries({
    pointerdown: onDown,
    pointermove: onMove,
    pointerup: onUp,
    pointercancel: onUp,
    keydown: onKey,
    focus: onFocus,
    blur: onBlur,
  })) {
    canvas.addEventListener(type, act);
  }
  model.on("change:given", takeGiven);
  model.on("change:ink", takeInk);
  takeGiven();
  takeInk();
  return () => {
    clearTimeout(timer);
    model.off("change:given", takeGiven);
    model.off("change:ink", takeInk);
  };
}

export default { render };
