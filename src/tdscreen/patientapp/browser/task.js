// One task: hints, go, countdown, recording with its cues and its progress.
import { beQuiet, canRecord, canSpeak, keepAwake, speak } from "./differences.js";
import { clipOfFile } from "./camera.js";
import { button, heading, make, paragraph } from "./dom.js";
import { dueNumbers, step } from "./steps.js";

const REASONS = ["hurts", "cannot", "tired", "unclear", "unwell", "no_reason"];
const WELL_IN_A_ROW = 4;

export class TaskScreen {
  constructor(app, task, take, looking) {
    this.app = app;
    this.task = task;
    this.take = take;
    this.looking = looking;
    this.phase = "ready";
    this.ended = false;
    this.timers = new Set();
  }

  text(key, values) { return this.app.text(key, values); }

  open() {
    this.say(`task.${this.task.slug}.spoken`);
    this.drawPhase();
  }

  end() {
    this.ended = true;
    this.looking.end();
    this.forgetTimers();
    this.clip?.giveUp();
    this.awake?.release?.();
    beQuiet();
  }

  // An event of the person, the phone or the camera.
  happen(event) {
    const before = this.phase;
    this.phase = step(before, event);
    if (this.phase === before || this.ended) return;
    if (before === "countdown" || before === "recording") {
      this.forgetTimers();
      if (this.phase !== "recording" && this.phase !== "done") this.clip?.giveUp();
      if (this.phase !== "recording") this.clip = null;
    }
    if (this.phase === "lost") {
      this.looking.end();
      this.app.problem("error.unplugged", () => this.app.recordTask(this.task, this.take));
      return;
    }
    if (this.phase !== "done") this.drawPhase();
  }

  drawPhase() {
    switch (this.phase) {
      case "skipping": this.looking.end(); this.app.show(() => this.whySkip()); break;
      case "paused": this.looking.end(); beQuiet(); this.app.show(() => this.pausedScreen()); break;
      case "recording": this.record(); break;
      case "countdown": this.countdown(); break;
      default: this.app.show(() => this.readyScreen()); this.watch();
    }
  }

  progress() {
    const { tasks } = this.app;
    return this.text("recorder.progress", { number: tasks.indexOf(this.task) + 1, count: tasks.length });
  }

  readyScreen() {
    const { slug } = this.task;
    const parts = [
      paragraph(this.progress(), "small"), heading(this.text(`task.${slug}.title`)),
      ...(this.phase === "interrupted" ? [make("p", { role: "alert", text: this.text("recorder.interrupted") })] : []),
      ...(this.app.resumed ? [paragraph(this.text("recorder.resumed"), "small")] : []),
      paragraph(this.text(`task.${slug}.prompt`), "lead"), this.drawing(),
    ];
    this.app.resumed = false;
    if (canRecord()) {
      this.makeStage();
      this.go = button(this.text("recorder.anyway"), () => this.happen("go"), "primary");
      // Drawn anew in another language, it goes on as it is.
      this.go.hidden = this.phase === "countdown" || this.phase === "recording";
      this.bar.hidden = this.phase !== "recording";
      this.stage.classList.toggle("on", this.phase === "recording");
      this.state = paragraph(this.text(this.phase === "recording" ? "recorder.recording" : "recorder.privacy"), "small");
      parts.push(this.stage, this.go, this.state);
    } else {
      parts.push(paragraph(this.text("error.old_browser")), ...this.cameraApp());
    }
    return [...parts, this.app.noteLine(), this.controls()];
  }

  // Within the page, and not as an address of its own: its style stays behind the shadow root, and nothing is loaded.
  drawing() {
    const picture = make("div", { class: "drawing", role: "img", "aria-label": this.text(`drawing.${this.task.drawing}`) });
    const svg = new DOMParser().parseFromString(this.app.data.drawings[this.task.drawing], "image/svg+xml").documentElement;
    svg.setAttribute("aria-hidden", "true");
    picture.attachShadow({ mode: "open" }).append(svg);
    return picture;
  }

  // The picture, an oval for the face, and what is said of it.
  makeStage() {
    this.video = make("video", { playsinline: true, muted: true, autoplay: true, "aria-label": this.text("recorder.preview") });
    this.video.muted = true;
    this.video.srcObject = this.app.camera.stream;
    this.hint = make("p", { class: "hint", role: "status", text: this.text("hint.looking") });
    this.counter = make("p", { class: "counter", "aria-live": "assertive" });
    this.bar = make("progress", { max: "1", value: "0", hidden: true, "aria-label": this.text("recorder.recording") });
    this.stage = make("div", { class: "stage" }, make("div", { class: "picture" }, this.video, make("div", { class: "oval" }), this.counter), this.bar, this.hint);
  }

  // Without a recorder in the browser the phone's own camera app makes the clip, for the same route.
  cameraApp() {
    const input = make("input", {
      type: "file", accept: "video/*", capture: "user", class: "file", "aria-label": this.text("recorder.camera_app"),
      onchange: () => { if (input.files.length) this.app.recorded(this.task, this.take, clipOfFile(input.files[0])); },
    });
    return [
      paragraph(this.text("recorder.camera_app_how", { seconds: Math.round(this.task.seconds) })),
      make("label", { class: "button primary" }, make("span", { text: this.text("recorder.camera_app") }), input),
    ];
  }

  controls() {
    const voice = canSpeak() && button(this.text(this.app.quiet ? "recorder.voice_on" : "recorder.voice_off"), () => {
      this.app.quiet = !this.app.quiet;
      beQuiet();
      voice.textContent = this.text(this.app.quiet ? "recorder.voice_on" : "recorder.voice_off");
    });
    return make(
      "div", { class: "controls" },
      button(this.text("recorder.pause"), () => this.happen("pause")),
      ...this.wayRound(),
      button(this.text("recorder.stop"), () => this.app.stopHere()), voice || null,
    );
  }

  // Of what is done once more there is a video already: nothing is left out.
  wayRound() {
    if (this.take > 1) return [button(this.text("advice.go_on"), () => this.app.nextTask())];
    return [button(this.text("recorder.skip"), () => this.happen("skip")), this.app.onceMore()];
  }

  watch() {
    if (!canRecord()) return;
    this.well = 0;
    this.looking.begin(() => this.video, this.task, this.app.camera.width);
  }

  // While it waits, all being well begins the recording; while it records, a hint is only shown.
  hinted(hints) {
    if (this.ended || !this.hint) return;
    const [first] = hints;
    this.hint.textContent = this.text(`hint.${first ?? "all_well"}`);
    this.hint.classList.toggle("well", !first);
    this.well = first ? 0 : this.well + 1;
    if (this.phase === "ready" || this.phase === "interrupted") {
      this.go.textContent = this.text(first ? "recorder.anyway" : "recorder.ready");
      if (this.well >= WELL_IN_A_ROW && this.app.data.beginsByItself) this.happen("go");
    }
  }

  async countdown() {
    // Asked for anew each time: a phone that hid the page has taken it back.
    this.awake = await keepAwake();
    if (this.ended || this.phase !== "countdown") return;
    // Who pressed it by keyboard goes on from the heading, and not from the page's beginning.
    const root = this.go.getRootNode();
    if (root.activeElement === this.go) root.querySelector("h1")?.focus({ preventScroll: true });
    this.go.hidden = true;
    let left = this.app.data.countdownS;
    const tick = () => {
      if (left === 0) {
        this.counter.textContent = "";
        this.happen("counted");
        return;
      }
      this.counter.textContent = String(left);
      left -= 1;
      this.later(tick, 1000);
    };
    tick();
  }

  record() {
    const { task } = this;
    const clip = this.app.camera.record(this.video);
    this.clip = clip;
    let began = performance.now();
    const said = new Set();
    this.bar.hidden = false;
    this.stage.classList.add("on");
    this.state.textContent = this.text("recorder.recording");
    const tick = () => {
      const seconds = (performance.now() - began) / 1000;
      for (const number of dueNumbers(task.cues, seconds, said)) {
        said.add(number);
        const cue = task.cues[number].text;
        this.counter.textContent = this.text(cue);
        clip.ask(cue);
        this.say(cue);
      }
      this.bar.value = Math.min(seconds / task.seconds, 1);
      if (seconds >= task.seconds) {
        clip.end();
        return;
      }
      this.later(tick, 50);
    };
    clip.begun.then(() => {
      if (this.ended || this.clip !== clip) return;
      began = performance.now();
      tick();
    });
    clip.ended.then((made) => {
      if (this.ended || this.clip !== clip) return;
      if (made === null) {
        this.happen("hidden");
        return;
      }
      this.happen("recorded");
      this.say("cue.done");
      this.app.recorded(task, this.take, made);
    });
  }

  whySkip() {
    return [
      heading(this.text("skip.title")), paragraph(this.text(`task.${this.task.slug}.title`)),
      ...REASONS.map((reason) => button(this.text(`skip.${reason}`), () => { this.happen("skipped"); this.app.skipped(this.task, reason); })),
      button(this.text("frame.back"), () => this.happen("back")),
    ];
  }

  pausedScreen() {
    return [
      heading(this.text("recorder.pause")), paragraph(this.text("recorder.paused"), "lead"),
      button(this.text("recorder.continue"), () => this.happen("continue"), "primary"),
      button(this.text("recorder.stop"), () => this.app.stopHere()),
    ];
  }

  say(key) {
    if (!this.app.quiet) speak(this.text(key), this.app.words.language);
  }

  later(what, milliseconds) {
    const timer = setTimeout(() => { this.timers.delete(timer); what(); }, milliseconds);
    this.timers.add(timer);
  }

  forgetTimers() {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }
}
