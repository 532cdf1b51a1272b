// Plays a clip slowly, in a loop, picture by picture and close up. Streamlit calls the default export again whenever
// the page is drawn anew; only another clip changes anything.
const PLAYERS = new WeakMap();
const USUAL_INTERVAL_S = 1 / 30;
const CLOSER = 1.5;
const CLOSEST = 8;
const ON_A_CLICK = 3;

export default function (component) {
  const root = component.parentElement.querySelector(".player");
  let player = PLAYERS.get(root);
  if (!player) {
    player = new Player(root);
    PLAYERS.set(root, player);
  }
  player.show(component.data);
  return () => player.video.pause();
}

class Player {
  constructor(root) {
    const part = (name) => root.querySelector(name);
    this.frame = part(".frame");
    this.video = part("video");
    this.problem = part(".problem");
    this.playButton = part(".play");
    this.place = part(".place");
    this.time = part(".time");
    this.speed = part(".speed");
    this.loopButton = part(".loop");
    this.zooms = part(".zooms");
    this.source = null;
    this.listen(part);
  }

  listen(part) {
    const video = this.video;
    this.playButton.addEventListener("click", () => this.playOrPause());
    part(".back").addEventListener("click", () => this.step(-1));
    part(".on").addEventListener("click", () => this.step(1));
    part(".from").addEventListener("click", () => this.loopFrom());
    part(".to").addEventListener("click", () => this.loopTo());
    this.loopButton.addEventListener("click", () => this.setLoop(!this.looping));
    this.place.addEventListener("input", () => { video.currentTime = Number(this.place.value); });
    this.speed.addEventListener("change", () => this.setSpeed());
    this.frame.addEventListener("keydown", (event) => this.key(event));
    video.addEventListener("click", (event) => this.clicked(event));
    video.addEventListener("loadedmetadata", () => this.measured());
    for (const name of ["play", "pause", "seeked", "timeupdate"]) video.addEventListener(name, () => this.draw());
    video.addEventListener("ended", () => { if (this.looping) this.again(); });
    video.addEventListener("error", () => this.failed());
    if (video.requestVideoFrameCallback) video.requestVideoFrameCallback((_, shown) => this.pictureShown(shown.mediaTime));
  }

  show(data) {
    if (this.source === data.source) return;
    this.source = data.source;
    this.interval = USUAL_INTERVAL_S;
    this.shown = 0;
    this.problem.hidden = true;
    this.video.hidden = false;
    this.video.src = data.source;
    this.setLoop(true);
    this.spots = [["Whole picture", 0.5, 0.5, 1], ...data.spots];
    this.zooms.replaceChildren(...this.spots.map((spot) => this.zoomButton(spot)));
    this.zoom(0.5, 0.5, 1);
  }

  zoomButton([name, x, y, factor]) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = name;
    button.addEventListener("click", () => this.zoom(x, y, factor));
    return button;
  }

  measured() {
    this.length = Number.isFinite(this.video.duration) ? this.video.duration : 0;
    this.place.max = this.length || 1;
    this.setSpeed();
    this.draw();
  }

  failed() {
    if (!this.video.error) return;
    this.video.hidden = true;
    this.problem.hidden = false;
    this.problem.textContent =
      "This browser cannot show this clip. Its format may be one that it does not know, as HEVC of some phones is to many browsers; " +
      "or the page has been open for long: load it again.";
  }

  pictureShown(mediaTime) {
    const passed = mediaTime - this.shown;
    if (!this.video.paused && passed > 0.002 && passed < this.interval) this.interval = passed;
    this.shown = mediaTime;
    if (this.looping && this.to !== null && mediaTime >= this.to && !this.video.paused) this.again();
    this.draw();
    this.video.requestVideoFrameCallback((_, shown) => this.pictureShown(shown.mediaTime));
  }

  again() {
    this.video.currentTime = this.from ?? 0;
    this.video.play();
  }

  playOrPause() {
    if (this.video.paused) this.video.play(); else this.video.pause();
  }

  step(direction) {
    this.video.pause();
    // Into the middle of the picture before or after: its own time may be a hair beside what is asked for.
    const to = direction > 0 ? this.shown + 1.5 * this.interval : this.shown - 0.5 * this.interval;
    this.seek(to);
  }

  seek(to) {
    this.video.currentTime = Math.min(Math.max(to, 0), this.length || 0);
  }

  setSpeed() {
    this.video.playbackRate = Number(this.speed.value);
  }

  nextSpeed() {
    this.speed.selectedIndex = (this.speed.selectedIndex + 1) % this.speed.options.length;
    this.setSpeed();
  }

  loopFrom() {
    this.looping = true;
    this.from = this.video.currentTime;
    if (this.to !== null && this.to <= this.from) this.to = null;
    this.draw();
  }

  loopTo() {
    this.looping = true;
    this.to = this.video.currentTime;
    if (this.from !== null && this.to <= this.from) this.from = null;
    this.draw();
  }

  setLoop(on) {
    this.looping = on;
    this.from = this.to = null;
    this.draw();
  }

  clicked(event) {
    if (this.factor > 1) {
      this.zoom(0.5, 0.5, 1);
      return;
    }
    const box = this.video.getBoundingClientRect();
    this.zoom((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height, ON_A_CLICK);
  }

  zoom(x, y, factor) {
    [this.x, this.y, this.factor] = [x, y, Math.min(Math.max(factor, 1), CLOSEST)];
    // Move the chosen point to the middle, but no further than the picture's edge.
    const reach = (this.factor - 1) / 2;
    const shift = (at) => Math.min(Math.max((0.5 - at) * this.factor, -reach), reach) * 100;
    this.video.style.transform = this.factor === 1 ? "" : `translate(${shift(x)}%, ${shift(y)}%) scale(${this.factor})`;
    this.video.style.cursor = this.factor === 1 ? "zoom-in" : "zoom-out";
    this.spots.forEach(([, sx, sy, sf], index) => {
      const chosen = sf === this.factor && (sf === 1 || (sx === x && sy === y));
      this.zooms.children[index].setAttribute("aria-pressed", String(chosen));
    });
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key.toLowerCase();
    const ninth = "789456123".indexOf(key);
    const does = {
      " ": () => this.playOrPause(),
      arrowleft: () => (event.shiftKey ? this.seek(this.video.currentTime - 1) : this.step(-1)),
      arrowright: () => (event.shiftKey ? this.seek(this.video.currentTime + 1) : this.step(1)),
      "0": () => this.zoom(0.5, 0.5, 1),
      "+": () => this.zoom(this.x, this.y, this.factor * CLOSER),
      "-": () => this.zoom(this.x, this.y, this.factor / CLOSER),
      s: () => this.nextSpeed(),
      a: () => this.loopFrom(),
      b: () => this.loopTo(),
      l: () => this.setLoop(!this.looping),
    }[key];
    if (does) does();
    else if (key.length === 1 && ninth >= 0) this.zoom(((ninth % 3) + 0.5) / 3, (Math.floor(ninth / 3) + 0.5) / 3, ON_A_CLICK);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  draw() {
    const video = this.video;
    this.playButton.textContent = video.paused ? "Play" : "Pause";
    this.playButton.setAttribute("aria-label", video.paused ? "Play" : "Pause");
    if (document.activeElement !== this.place) this.place.value = video.currentTime;
    const ends = this.looping && (this.from !== null || this.to !== null)
      ? ` (loop ${(this.from ?? 0).toFixed(2)} to ${(this.to ?? this.length ?? 0).toFixed(2)} s)` : "";
    this.time.textContent = `${video.currentTime.toFixed(2)} of ${(this.length ?? 0).toFixed(2)} s${ends}`;
    this.loopButton.setAttribute("aria-pressed", String(this.looping));
  }
}
