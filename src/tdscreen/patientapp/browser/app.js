// The way of a recording, screen by screen. What can be known without a page stands in steps.js.
import { day, ending, honesty, lookBack, readAloud, safety, upset } from "./around.js";
import { Camera } from "./camera.js";
import { canRecord, isSecure, randomName, remember, remembered, whyNoCamera } from "./differences.js";
import { button, choice, heading, hours, list, make, paragraph } from "./dom.js";
import { keepUncovered } from "./frame.js";
import { Keeping } from "./keeping.js";
import { Looking } from "./looking.js";
import { Sending } from "./sending.js";
import { Server } from "./server.js";
import { isChecking, nextTask, toRepeat } from "./steps.js";
import { TaskScreen } from "./task.js";
import { chosen, Words } from "./words.js";

const WINDOW = "tdscreen-window";
const SUGGESTED = "tdscreen-suggested";

export async function start(root, data) {
  const app = new App(root, data);
  await app.begin();
  return app;
}

class App {
  constructor(root, data) {
    this.root = root;
    this.data = data;
    this.words = new Words(data.languages, chosen(navigator.languages ?? ["en"], data.languages));
    this.server = new Server(windowName());
    this.camera = new Camera(() => this.task?.happen("lost"));
    this.suggested = new Set();
    this.checks = {};
    this.task = null;
    this.draw = () => {};
    this.hidden = () => { if (document.hidden) this.task?.happen("hidden"); };
    document.addEventListener("visibilitychange", this.hidden);
    // Another link, opened where this page is open: the page is loaded for it.
    this.led = () => { if (window.location.hash.length > 1) window.location.reload(); };
    window.addEventListener("hashchange", this.led);
    this.letBeCovered = keepUncovered();
  }

  text(key, values) { return this.words.text(key, values); }

  stop() {
    document.removeEventListener("visibilitychange", this.hidden);
    window.removeEventListener("hashchange", this.led);
    this.letBeCovered();
    this.leaveTask();
    this.sending?.stop();
    this.camera.close();
  }

  leaveTask() {
    this.task?.end();
    this.task = null;
  }

  // Every screen begins here: what was there goes, and who listens hears the new heading.
  show(draw, { frame = true } = {}) {
    this.draw = () => this.show(draw, { frame });
    const { language, direction } = this.words;
    document.documentElement.lang = language;
    this.root.lang = language;
    this.root.dir = direction;
    const main = make("main", {}, ...draw());
    this.root.replaceChildren(...(frame ? [this.head()] : []), main);
    main.querySelector("h1")?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
    this.root.scrollIntoView({ block: "start" });
  }

  head() {
    const select = make("select", {
      "aria-label": this.text("frame.language"),
      onchange: (event) => { this.words.language = event.target.value; this.draw(); },
    });
    for (const [code, { name }] of Object.entries(this.words.languages)) {
      select.append(make("option", { value: code, text: name, selected: code === this.words.language }));
    }
    return make(
      "header", {}, paragraph(this.text("frame.research"), "small"), select, readAloud(this),
      this.isUnderWay ? button(this.text("frame.upsetting"), () => upset(this)) : null,
    );
  }

  problem(key, again = null) {
    this.leaveTask();
    this.show(() => [
      heading(this.text("error.title")), make("p", { text: this.text(key), role: "alert" }),
      again && button(this.text("error.again"), again, "primary"),
    ]);
  }

  async begin(takeOver = false) {
    if (!isSecure()) {
      this.problem("error.insecure");
      return;
    }
    // The link's word goes to our server once, and out of the address before anything else is done.
    const word = window.location.hash.slice(1);
    if (word) history.replaceState(null, "", window.location.pathname);
    this.word = word || this.word;
    const answer = await this.server.say("enter", { ...(this.word ? { word: this.word } : {}), take_over: takeOver });
    if (!answer.ok) {
      if (answer.said.problem === "error.second_tab") this.secondWindow();
      else if (answer.status === 0 || answer.status >= 500) this.problem(answer.said.problem, () => this.begin());
      else this.problem(answer.said.problem);
      return;
    }
    this.state = answer.said;
    this.keeping ??= await Keeping.open();
    await this.keeping.removeOthers(this.state.recording);
    this.sending ??= new Sending(this.server, this.keeping, this.data.pieceBytes, (told) => this.told(told));
    for (const clip of await this.keeping.all(this.state.recording)) {
      if (!this.sending.waiting.has(clip.slug)) this.sending.add(clip);
    }
    this.resumed = Object.keys(this.state.tasks).length > 0 || this.sending.waiting.size > 0;
    if (this.state.finished) {
      lookBack(this);
      return;
    }
    const [recording, ...suggested] = JSON.parse(remembered(SUGGESTED) ?? "[]");
    if (recording === this.state.recording) this.suggested = new Set(suggested);
    if (this.resumed) this.followChecks();
    this.next();
  }

  secondWindow() {
    this.show(() => [
      heading(this.text("error.title")), make("p", { text: this.text("error.second_tab"), role: "alert" }),
      button(this.text("error.here"), () => this.begin(true), "primary"),
    ]);
  }

  // Goes on with what is not done yet.
  next() {
    if (!this.state.consented) this.welcome();
    else if (!this.state.answered) this.questions();
    else this.nextTask();
  }

  // The way out and the way on are offered between consent and the end.
  get isUnderWay() { return Boolean(this.state?.consented && !this.state.finished); }

  // The most important on one screen.
  welcome() {
    this.show(() => [
      heading(this.text("start.title")), paragraph(this.text("start.what")),
      paragraph(this.text("start.how_long", { minutes: this.data.minutes.full + 5 })),
      heading(this.text("key.title"), 2),
      list(["choice", "measures", "person", "medicine", "urgent"].map((name) => this.text(`key.${name}`))),
      honesty(this), button(this.text("frame.go_on"), () => safety(this, () => this.whatIsNeeded()), "primary"),
    ]);
  }

  whatIsNeeded() {
    this.show(() => [
      heading(this.text("start.need_title")),
      list(["light", "chair", "stand", "alone", "mouth"].map((name) => this.text(`start.need_${name}`))),
      button(this.text("start.begin"), () => this.consent(), "primary"),
      button(this.text("frame.back"), () => this.welcome()),
    ]);
  }

  consent() {
    const { version, date, days, most } = this.data.consent;
    this.show(() => {
      const box = make("input", { type: "checkbox", id: "td-agree" });
      const missing = make("p", { role: "alert", class: "problem" });
      return [
        heading(this.text("consent.title")),
        ...["what", "who", "kept", "withdraw", "choice"].flatMap((name) => [
          heading(this.text(`consent.${name}_title`), 2), paragraph(this.text(`consent.${name}`, { days, most })),
        ]),
        paragraph(this.text("consent.version", { version, date: day(this, date) }), "small"),
        make("label", { class: "choice" }, box, make("span", { text: this.text("consent.check") })),
        missing,
        button(this.text("consent.agree"), async () => {
          if (!box.checked) {
            missing.textContent = this.text("consent.check_first");
            return;
          }
          if (await this.said("agree", { version, language: this.words.language })) {
            this.state.consented = true;
            this.next();
          }
        }, "primary"),
        button(this.text("consent.decline"), () => this.declined()),
      ];
    });
  }

  declined() {
    this.show(() => [
      heading(this.text("consent.title")), paragraph(this.text("consent.declined")),
      button(this.text("consent.changed_mind"), () => this.welcome()),
    ]);
  }

  questions() {
    this.given ??= {
      gum: null, dentures: null, hours_slept: null, hours_since_dose: null, aware: null, incapacitated: null,
      programme: "full",
    };
    const { given } = this;
    const keep = (name) => (value) => { given[name] = value; };
    const yesNo = (name) => choice(name, this.text(`questions.${name}`), [
      [true, this.text("frame.yes")], [false, this.text("frame.no")], [null, this.text("frame.no_answer")],
    ], given[name], keep(name));
    const scored = (name, words) => choice(name, this.text(`questions.${words}`), [
      ...[0, 1, 2, 3, 4].map((score) => [score, this.text(`questions.${words}_${score}`)]),
      [null, this.text("frame.no_answer")],
    ], given[name], keep(name));
    const empty = this.text("questions.leave_empty");
    this.show(() => [
      heading(this.text("questions.title")), paragraph(this.text("questions.why")),
      heading(this.text("questions.mouth"), 2), yesNo("gum"), paragraph(this.text("questions.gum_out"), "small"), yesNo("dentures"),
      heading(this.text("questions.sleep"), 2),
      hours(this.text("questions.hours_slept"), 24, given.hours_slept, keep("hours_slept"), empty),
      hours(this.text("questions.hours_since_dose"), 336, given.hours_since_dose, keep("hours_since_dose"), empty),
      heading(this.text("questions.movements"), 2), scored("aware", "noticed"), scored("incapacitated", "in_the_way"),
      choice("programme", this.text("start.length"), [
        ["full", this.text("start.full", { minutes: this.data.minutes.full })],
        ["short", this.text("start.short", { seconds: this.data.seconds.short })],
      ], given.programme, keep("programme")),
      button(this.text("frame.go_on"), async () => {
        if (await this.said("answers", given)) {
          Object.assign(this.state, { answered: true, programme: given.programme });
          this.next();
        }
      }, "primary"),
    ]);
  }

  get tasks() { return this.data.tasks[this.state.programme]; }

  async nextTask() {
    this.leaveTask();
    const again = toRepeat(this.tasks, this.checks, this.suggested);
    if (again) {
      this.suggest(again);
      return;
    }
    const number = nextTask(this.tasks, this.state.tasks, this.sending.waiting);
    if (number === -1) {
      this.closing();
      return;
    }
    await this.recordTask(this.tasks[number], 1);
  }

  async recordTask(task, take) {
    if (canRecord()) {
      try {
        if (!this.camera.isOpen) {
          this.show(() => [heading(this.text(`task.${task.slug}.title`)), paragraph(this.text("recorder.camera_ask"))]);
        }
        await this.camera.open();
      } catch (error) {
        this.problem(whyNoCamera(error), () => this.recordTask(task, take));
        return;
      }
    }
    const screen = new TaskScreen(this, task, take, new Looking(this.server, this.data.lookEveryMs, (hints) => screen.hinted(hints)));
    this.task = screen;
    screen.open();
  }

  // A clip is on this phone first, and on its way only then.
  async recorded(task, take, clip) {
    const { recording } = this.state;
    const kept = { key: `${recording}-${task.slug}-${take}`, recording, slug: task.slug, take, ...clip };
    await this.keeping.put(kept);
    this.sending.add(kept);
    this.nextTask();
  }

  async skipped(task, reason) {
    if (await this.said("skip", { slug: task.slug, reason })) {
      this.state.tasks[task.slug] ??= { status: "skipped", take: 0 };
      this.nextTask();
    }
  }

  told({ slug, state, problem, share }) {
    if (state === "stored") {
      this.state.tasks[slug] = { status: "done", take: 1 };
      this.followChecks();
    }
    if (state === "refused") this.refused = problem;
    if (problem === "error.second_tab") {
      this.leaveTask();
      this.secondWindow();
      return;
    }
    const words = { sending: "recorder.sending", stored: "recorder.sent", waiting: problem === "error.network" ? "recorder.waiting" : problem, refused: problem };
    this.note = this.text(words[state]);
    this.share = state === "sending" ? share : null;
    for (const place of this.root.querySelectorAll(".note")) if (place.textContent !== this.note) place.textContent = this.note;
    this.onSent?.();
  }

  noteLine() { return make("p", { class: "note small", role: "status", text: this.note ?? "" }); }

  async followChecks() {
    if (this.following) return;
    this.following = true;
    do {
      const answer = await this.server.ask("checks");
      if (answer.ok) this.checks = answer.said;
      this.onSent?.();
      await new Promise((resolve) => setTimeout(resolve, this.data.checkEveryMs));
    } while (isChecking(this.checks) && !this.sending.stopped);
    this.following = false;
    this.onSent?.();
  }

  suggest(task) {
    this.suggested.add(task.slug);
    remember(SUGGESTED, JSON.stringify([this.state.recording, ...this.suggested]));
    const { advice } = this.checks[task.slug];
    this.show(() => [
      heading(this.text("advice.title")), paragraph(this.text(`task.${task.slug}.title`), "lead"),
      list(advice.map((name) => this.text(`advice.${name}`))), paragraph(this.text("advice.ask")),
      button(this.text("advice.again"), () => this.recordTask(task, 2), "primary"),
      button(this.text("advice.go_on"), () => this.nextTask()),
    ]);
  }

  // All is recorded; it is finished once all has arrived, and the last check had its time.
  closing() {
    this.camera.close();
    let going = false;
    const look = async () => {
      const left = this.sending.waiting.size;
      if (going || left) return;
      if (nextTask(this.tasks, this.state.tasks, this.sending.waiting) !== -1 || toRepeat(this.tasks, this.checks, this.suggested)) {
        this.onSent = null;
        this.nextTask();
        return;
      }
      if (this.following && !this.hurry) {
        said.textContent = this.text("recorder.checking");
        rush.hidden = false;
        return;
      }
      going = true;
      this.onSent = null;
      await this.finish();
    };
    const said = make("p", { text: this.text("recorder.stay_open"), role: "status" });
    const rush = button(this.text("advice.go_on"), () => { this.hurry = true; look(); });
    rush.hidden = true;
    this.show(() => [heading(this.text("recorder.sending")), said, this.noteLine(), rush]);
    this.onSent = look;
    look();
  }

  // Stops here: what was recorded goes to the clinic.
  stopHere() {
    this.leaveTask();
    this.hurry = true;
    for (const task of this.tasks) this.state.tasks[task.slug] ??= { status: "stopped", take: 0 };
    this.closing();
  }

  async finish() {
    const answer = await this.server.say("finish", {});
    if (!answer.ok) {
      this.problem(answer.said.problem, () => this.finish());
      return;
    }
    this.state.finished = true;
    ending(this, Object.values(answer.said.tasks).filter((task) => task.status === "done").length, this.tasks.length);
  }

  // Nothing of a recording that was deleted stays on this phone.
  async forget() {
    this.leaveTask();
    this.camera.close();
    this.sending?.stop();
    await this.keeping?.removeOthers("");
    this.state = null;
  }

  // Says something to the server; if it is not taken, says why and lets it be tried again.
  async said(path, message) {
    const answer = await this.server.say(path, message);
    if (answer.ok) return true;
    if (answer.said.problem === "error.second_tab") {
      this.secondWindow();
      return false;
    }
    const again = this.draw;
    this.problem(answer.said.problem, again);
    return false;
  }
}

// A window keeps its name when it is loaded again; another has another.
function windowName() {
  const name = remembered(WINDOW) ?? randomName();
  remember(WINDOW, name);
  return name;
}
