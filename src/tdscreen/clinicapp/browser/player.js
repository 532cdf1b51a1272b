// Plays a clip slowly, in a loop, picture by picture and close up, with landmarks drawn over a stretch of it, or drawn
// alone where the video is gone. Streamlit calls the default export again whenever the page is drawn anew; only
// another clip or another stretch changes anything.
const PLAYERS = new WeakMap();
const USUAL_INTERVAL_S = 1 / 30;
const CLOSER = 1.5;
const CLOSEST = 8;
const ON_A_CLICK = 3;
const SHARES = 10000;

export default function (component) {
  const root = component.parentElement.querySelector(".player");
  let player = PLAYERS.get(root);
  if (!player) {
    player = new Player(root);
    PLAYERS.set(root, player);
  }
  player.show(component.data);
  return () => player.clip.pause();
}

// Stands in for a video that is gone: time passes from one end to the other.
class Clock {
  constructor(begin, end, changed, ended) {
    Object.assign(this, { begin, end, changed, ended, at: begin, paused: true, playbackRate: 1 });
  }

  get currentTime() { return this.at; }

  set currentTime(to) {
    this.at = Math.min(Math.max(to, this.begin), this.end);
    this.changed(this.at);
  }

  play() {
    if (!this.paused) return;
    this.paused = false;
    if (this.at >= this.end) this.at = this.begin;
    let before = performance.now();
    const tick = (now) => {
      if (this.paused) return;
      const to = this.at + ((now - before) / 1000) * this.playbackRate;
      before = now;
      if (to >= this.end) this.paused = true;
      this.currentTime = to;
      if (this.paused) this.ended();
      else requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
    this.changed(this.at);
  }

  pause() {
    this.paused = true;
    this.changed(this.at);
  }
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
    this.canvas = part("canvas");
    this.marksButton = part(".marks");
    this.clip = this.video;
    this.shows = null;
    this.drawing = null;
    this.marked = true;
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
    this.marksButton.addEventListener("click", () => this.setMarks(!this.marked));
    this.place.addEventListener("input", () => { this.clip.currentTime = Number(this.place.value); });
    this.speed.addEventListener("change", () => this.setSpeed());
    this.frame.addEventListener("keydown", (event) => this.key(event));
    for (const picture of [video, this.canvas]) picture.addEventListener("click", (event) => this.clicked(event));
    new ResizeObserver(() => this.drawMarks()).observe(this.frame);
    video.addEventListener("loadedmetadata", () => this.measured());
    for (const name of ["play", "pause", "seeked", "timeupdate"]) video.addEventListener(name, () => this.draw());
    video.addEventListener("ended", () => { if (this.looping) this.again(); });
    video.addEventListener("error", () => this.failed());
    if (video.requestVideoFrameCallback) video.requestVideoFrameCallback((_, shown) => this.pictureShown(shown.mediaTime));
  }

  show(data) {
    const shows = JSON.stringify([data.source, data.stretch]);
    if (this.shows === shows) return;
    const again = this.shows !== null && JSON.parse(this.shows)[0] === data.source;
    // Who has chosen other seconds wants to see them: on a phone the list is below.
    if (this.shows !== null && data.stretch) this.frame.scrollIntoView({ block: "nearest" });
    this.shows = shows;
    this.drawing = data.drawing;
    this.marksButton.hidden = !data.drawing || !data.source;
    this.spots = [["Whole picture", 0.5, 0.5, 1], ...data.spots];
    this.zooms.replaceChildren(...this.spots.map((spot) => this.zoomButton(spot)));
    this.zoom(0.5, 0.5, 1);
    this.clip.pause();
    if (data.source && again) {
      this.begin();
      return;
    }
    this.interval = USUAL_INTERVAL_S;
    this.shown = 0;
    this.problem.hidden = true;
    this.video.hidden = !data.source;
    this.canvas.classList.toggle("alone", !data.source);
    if (data.source) {
      this.clip = this.video;
      this.place.min = 0;
      this.video.src = data.source;
      this.setLoop(true);
      return;
    }
    this.video.removeAttribute("src");
    const [from, to] = data.stretch;
    this.clip = new Clock(from, to, (at) => this.clockAt(at), () => { if (this.looping) this.again(); });
    this.length = this.place.max = to;
    this.place.min = this.shown = from;
    const { width, height } = data.drawing;
    Object.assign(this.canvas.style, { aspectRatio: `${width} / ${height}`, height: "auto" });
    this.canvas.style.width = `min(100%, calc(62vh * ${width} / ${height}))`;
    this.setSpeed();
    this.begin();
  }

  // Stand where the stretch begins, and keep to it.
  begin() {
    this.setLoop(true);
    const stretch = JSON.parse(this.shows)[1];
    if (stretch) {
      [this.from, this.to] = stretch;
      this.clip.currentTime = this.from;
    }
    this.draw();
  }

  clockAt(at) {
    this.shown = at;
    this.draw();
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
    this.begin();
  }

  failed() {
    if (!this.video.error || this.clip !== this.video) return;
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
    this.clip.currentTime = this.from ?? 0;
    this.clip.play();
  }

  playOrPause() {
    if (this.clip.paused) this.clip.play(); else this.clip.pause();
  }

  step(direction) {
    this.clip.pause();
    // Into the middle of the picture before or after: its own time may be a hair beside what is asked for.
    const to = direction > 0 ? this.shown + 1.5 * this.interval : this.shown - 0.5 * this.interval;
    this.seek(to);
  }

  seek(to) {
    this.clip.currentTime = Math.min(Math.max(to, 0), this.length || 0);
  }

  setSpeed() {
    this.clip.playbackRate = Number(this.speed.value);
  }

  nextSpeed() {
    this.speed.selectedIndex = (this.speed.selectedIndex + 1) % this.speed.options.length;
    this.setSpeed();
  }

  loopFrom() {
    this.looping = true;
    this.from = this.clip.currentTime;
    if (this.to !== null && this.to <= this.from) this.to = null;
    this.draw();
  }

  loopTo() {
    this.looping = true;
    this.to = this.clip.currentTime;
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
    const box = event.currentTarget.getBoundingClientRect();
    this.zoom((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height, ON_A_CLICK);
  }

  zoom(x, y, factor) {
    [this.x, this.y, this.factor] = [x, y, Math.min(Math.max(factor, 1), CLOSEST)];
    // Move the chosen point to the middle, but no further than the picture's edge.
    const reach = (this.factor - 1) / 2;
    const shift = (at) => Math.min(Math.max((0.5 - at) * this.factor, -reach), reach) * 100;
    for (const { style } of [this.video, this.canvas]) {
      style.transform = this.factor === 1 ? "" : `translate(${shift(x)}%, ${shift(y)}%) scale(${this.factor})`;
      style.cursor = this.factor === 1 ? "zoom-in" : "zoom-out";
    }
    this.drawMarks();
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
      arrowleft: () => (event.shiftKey ? this.seek(this.clip.currentTime - 1) : this.step(-1)),
      arrowright: () => (event.shiftKey ? this.seek(this.clip.currentTime + 1) : this.step(1)),
      "0": () => this.zoom(0.5, 0.5, 1),
      "+": () => this.zoom(this.x, this.y, this.factor * CLOSER),
      "-": () => this.zoom(this.x, this.y, this.factor / CLOSER),
      s: () => this.nextSpeed(),
      a: () => this.loopFrom(),
      b: () => this.loopTo(),
      l: () => this.setLoop(!this.looping),
      m: () => this.setMarks(!this.marked),
    }[key];
    if (does) does();
    else if (key.length === 1 && ninth >= 0) this.zoom(((ninth % 3) + 0.5) / 3, (Math.floor(ninth / 3) + 0.5) / 3, ON_A_CLICK);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  setMarks(on) {
    this.marked = on;
    this.marksButton.setAttribute("aria-pressed", String(on));
    this.drawMarks();
  }

  drawMarks() {
    const { canvas, video, drawing } = this;
    const alone = this.clip !== video;
    canvas.hidden = !drawing || !(alone || (this.marked && video.videoWidth));
    if (canvas.hidden) return;
    if (!alone) {
      const { style } = canvas;
      [style.left, style.top] = [`${video.offsetLeft}px`, `${video.offsetTop}px`];
      [style.width, style.height] = [`${video.offsetWidth}px`, `${video.offsetHeight}px`];
    }
    const sharp = (window.devicePixelRatio || 1) * Math.min(this.factor, 3);
    [canvas.width, canvas.height] = [canvas.offsetWidth * sharp, canvas.offsetHeight * sharp];
    const at = this.clip.currentTime;
    const frame = drawing.frames.findLast((one) => one.time <= at + this.interval / 4);
    canvas.dataset.frame = "";
    // Beyond the stretch nothing is known of where the landmarks are.
    if (!frame || at - frame.time > 0.25) return;
    canvas.dataset.frame = frame.time;
    const pen = canvas.getContext("2d");
    const width = Math.max(canvas.width, canvas.height) / 450;
    for (const [part, chains] of Object.entries(drawing.chains)) {
      if (!frame[part]) continue;
      for (const [colour, places] of chains) {
        pen.beginPath();
        for (const place of places) {
          pen.lineTo((frame[part][2 * place] * canvas.width) / SHARES, (frame[part][2 * place + 1] * canvas.height) / SHARES);
        }
        // A dark edge, so that the line is seen on light and on dark skin.
        for (const [style, times] of [["rgba(17, 24, 31, 0.6)", 2.4], [colour, 1]]) {
          [pen.strokeStyle, pen.lineWidth] = [style, width * times];
          pen.stroke();
        }
      }
    }
  }

  draw() {
    const video = this.clip;
    this.drawMarks();
    this.playButton.textContent = video.paused ? "Play" : "Pause";
    this.playButton.setAttribute("aria-label", video.paused ? "Play" : "Pause");
    if (document.activeElement !== this.place) this.place.value = video.currentTime;
    const ends = this.looping && (this.from !== null || this.to !== null)
      ? ` (loop ${(this.from ?? 0).toFixed(2)} to ${(this.to ?? this.length ?? 0).toFixed(2)} s)` : "";
    this.time.textContent = `${video.currentTime.toFixed(2)} of ${(this.length ?? 0).toFixed(2)} s${ends}`;
    this.loopButton.setAttribute("aria-pressed", String(this.looping));
  }
}
