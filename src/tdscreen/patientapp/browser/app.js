// The way of a recording, screen by screen. What can be known without a page stands in steps.js.
import { ending, lookBack, readAloud, upset } from "./around.js";
import { questions, welcome } from "./before.js";
import { Camera } from "./camera.js";
import { canRecord, isSecure, remember, remembered, whyNoCamera } from "./differences.js";
import { button, heading, list, make, paragraph } from "./dom.js";
import { Feeling } from "./feeling.js";
import { keepUncovered } from "./frame.js";
import { Keeping } from "./keeping.js";
import { Looking } from "./looking.js";
import { ENDS_ALL, Sending } from "./sending.js";
import { Server } from "./server.js";
import { canRepeat, isChecking, nextTask, toRepeat } from "./steps.js";
import { TaskScreen } from "./task.js";
import { windowName } from "./window.js";
import { chosen, Words } from "./words.js";

const SUGGESTED = "tdscreen-suggested";

export async function start(root, data) {
  const app = new App(root, data, new Server(await windowName()));
  await app.begin();
  return app;
}

class App {
  constructor(root, data, server) {
    this.root = root;
    this.data = data;
    this.words = new Words(data.languages, chosen(navigator.languages ?? ["en"], data.languages));
    this.server = server;
    this.feeling = new Feeling(this.server, () => {
      for (const place of this.root.querySelectorAll(".felt")) place.textContent = this.text("upset.seen");
    });
    this.camera = new Camera(() => this.task?.happen("lost"));
    this.suggested = new Set();
    this.checks = {};
    this.task = null;
    this.screens = 0;
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
    this.screens += 1;
    document.removeEventListener("visibilitychange", this.hidden);
    window.removeEventListener("hashchange", this.led);
    this.letBeCovered();
    this.leaveTask();
    this.sending?.stop();
    this.feeling.stop();
    this.camera.close();
  }

  leaveTask() {
    this.task?.end();
    this.task = null;
  }

  // Every screen begins here: what was there goes, and who listens hears the new heading.
  show(draw) {
    this.screens += 1;
    this.onSent = null;
    this.draw = () => this.put(draw);
    this.drawAgain = () => this.show(draw);
    this.draw();
  }

  // Asked later, the answer says if it is still the screen of now, in whatever language: whoever waited for the
  // server or the camera leads on only then.
  stays() {
    const { screens } = this;
    return () => screens === this.screens;
  }

  put(draw) {
    const { language, direction } = this.words;
    document.documentElement.lang = language;
    this.root.lang = language;
    this.root.dir = direction;
    const main = make("main", {}, ...draw());
    this.root.replaceChildren(this.head(), main);
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
    const stays = this.stays();
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
    if (this.state.finished) {
      // Nothing more is taken: what was not sent by then leaves this phone.
      await this.keeping.removeOthers("");
      lookBack(this);
      return;
    }
    for (const clip of await this.keeping.all(this.state.recording)) {
      if (!this.sending.clips.some(({ key }) => key === clip.key)) this.sending.add(clip);
    }
    // Another window may have gone on in between.
    this.sending.again();
    this.feeling.resume(this.state.recording);
    this.resumed = Object.keys(this.state.tasks).length > 0 || this.sending.waiting.size > 0;
    const [recording, ...suggested] = JSON.parse(remembered(SUGGESTED) ?? "[]");
    if (recording === this.state.recording) this.suggested = new Set(suggested);
    if (this.resumed) this.followChecks();
    if (!stays()) return;
    if (this.stopping) this.stopHere();
    else this.next();
  }

  // Another window goes on, or nothing more is taken: then it is said, and true comes back.
  isOut(problem) {
    if (problem === "error.second_tab") this.secondWindow();
    else if (ENDS_ALL.has(problem)) this.over(problem);
    else return false;
    return true;
  }

  secondWindow() {
    this.leaveTask();
    this.camera.close();
    this.show(() => [
      heading(this.text("error.title")), make("p", { text: this.text("error.second_tab"), role: "alert" }),
      button(this.text("error.here"), () => this.begin(true), "primary"),
    ]);
  }

  // Goes on with what is not done yet.
  next() {
    if (this.state.finished) this.thanks();
    else if (!this.state.consented) welcome(this);
    else if (!this.state.answered) questions(this);
    else this.nextTask();
  }

  // The way out and the way on are offered between consent and the end.
  get isUnderWay() { return Boolean(this.state?.consented && !this.state.finished); }

  // Before the questions are answered nobody has chosen how many there are.
  get tasks() { return this.data.tasks[this.state.programme || "full"]; }

  // Who stops is asked for nothing more, and who has done a task once more not for that one.
  toRepeat() {
    const once = this.tasks.filter((task) => this.takes(task) === 1);
    return this.stopping ? undefined : toRepeat(once, this.checks, this.suggested);
  }

  async nextTask() {
    this.leaveTask();
    const again = this.toRepeat();
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
      if (!this.camera.isOpen) {
        this.show(() => [heading(this.text(`task.${task.slug}.title`)), paragraph(this.text("recorder.camera_ask"))]);
      }
      const stays = this.stays();
      try {
        await this.camera.open();
      } catch (error) {
        if (stays()) this.problem(whyNoCamera(error), () => this.recordTask(task, take));
        return;
      }
      // Whatever else is shown by now has turned the camera off.
      if (!stays()) return;
    }
    const screen = new TaskScreen(this, task, take, new Looking(this.server, this.data.lookEveryMs, (hints) => screen.hinted(hints)));
    this.task = screen;
    screen.open();
  }

  // A clip is on this phone first, and on its way only then.
  async recorded(task, take, clip) {
    const { recording } = this.state;
    const stays = this.stays();
    const kept = { key: `${recording}-${task.slug}-${take}`, recording, slug: task.slug, take, ...clip };
    await this.keeping.put(kept);
    this.sending.add(kept);
    if (take === 1) this.last = task;
    if (stays()) this.nextTask();
  }

  // How often a task was recorded, whether it is on its way or there.
  takes({ slug }) {
    const there = this.state.tasks[slug];
    const coming = this.sending.clips.filter((clip) => clip.slug === slug).map((clip) => clip.take);
    return Math.max(there?.status === "done" ? there.take : 0, ...coming);
  }

  // Who did not do it as meant knows it before any check: the last task may be done once more. Null where there is none.
  onceMore() {
    const last = this.last ?? this.tasks.filter((task) => this.takes(task)).pop();
    if (!last || this.stopping || !canRepeat(this.takes(last))) return null;
    return button(this.text("recorder.repeat", { task: this.text(`task.${last.slug}.title`) }), () => {
      this.leaveTask();
      this.recordTask(last, this.takes(last) + 1);
    });
  }

  async skipped(task, reason) {
    const { state } = this;
    const stays = this.stays();
    if (await this.said("skip", { slug: task.slug, reason })) {
      state.tasks[task.slug] ??= { status: "skipped", take: 0 };
      if (stays()) this.nextTask();
    }
  }

  told({ slug, take, state, problem, share }) {
    if (state === "stored") {
      this.state.tasks[slug] = { status: "done", take };
      this.followChecks();
    }
    if (state === "refused") this.refused = problem;
    if (this.isOut(problem)) return;
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
      if (nextTask(this.tasks, this.state.tasks, this.sending.waiting) !== -1 || this.toRepeat()) {
        this.nextTask();
        return;
      }
      if (this.following && !this.hurry) {
        said.textContent = this.text("recorder.checking");
        rush.hidden = false;
        return;
      }
      going = true;
      once?.remove();
      await this.finish();
    };
    const said = make("p", { text: this.text("recorder.stay_open"), role: "status" });
    const rush = button(this.text("advice.go_on"), () => { this.hurry = true; look(); });
    rush.hidden = true;
    let once = null;
    this.show(() => {
      once = going ? null : this.onceMore();
      return [heading(this.text("recorder.sending")), said, this.noteLine(), rush, once];
    });
    this.onSent = look;
    look();
  }

  // Stops here: what was recorded goes to the clinic.
  stopHere() {
    this.leaveTask();
    if (this.state.finished) {
      this.thanks();
      return;
    }
    this.hurry = true;
    this.stopping = true;
    for (const task of this.tasks) this.state.tasks[task.slug] ??= { status: "stopped", take: 0 };
    this.closing();
  }

  async finish() {
    const { state } = this;
    const stays = this.stays();
    // Once it is finished nothing is taken any more: that somebody felt bad goes first.
    const unsaid = await this.feeling.say();
    if (!stays()) return;
    if (unsaid !== null) {
      if (!this.isOut(unsaid)) this.problem(unsaid, () => this.finish());
      return;
    }
    const answer = await this.server.say("finish", {});
    if (answer.ok) {
      state.finished = true;
      this.done = Object.values(answer.said.tasks).filter((task) => task.status === "done").length;
    }
    if (!stays()) return;
    if (answer.ok) this.thanks();
    else if (!this.isOut(answer.said.problem)) this.problem(answer.said.problem, () => this.finish());
  }

  thanks() { ending(this, this.done, this.tasks.length); }

  // It stands with the task that was on the screen; without one, where it stood before, with the last that was recorded
  // or the last of all.
  feltBad(task) {
    const recorded = this.tasks.filter(({ slug }) => this.state.tasks[slug]?.status === "done");
    this.feltBadAt = task ?? this.feltBadAt ?? recorded.pop() ?? this.tasks[this.tasks.length - 1];
    this.feeling.note(this.state.recording, this.feltBadAt.slug);
  }

  letGo() {
    this.leaveTask();
    this.camera.close();
    this.sending?.stop();
    this.feeling.stop();
    this.state = null;
  }

  // Nothing of a recording that was deleted stays on this phone.
  async forget() {
    this.letGo();
    this.feeling.forget();
    await this.keeping.removeOthers("");
  }

  // Nothing of it stays on this phone, unless the link can let it in once more.
  async over(problem) {
    this.letGo();
    this.problem(problem);
    if (problem === "error.no_link") return;
    this.feeling.forget();
    await this.keeping.removeOthers("");
  }

  // Says something to the server; if it is not taken, says why and lets it be tried again. Who has turned to another
  // screen meanwhile is not disturbed there, unless it is something that must not go unheard.
  async said(path, message, { always = false } = {}) {
    const stays = this.stays();
    const answer = await this.server.say(path, message);
    if (answer.ok) return true;
    if (!stays() && !always) return false;
    if (!this.isOut(answer.said.problem)) this.problem(answer.said.problem, this.drawAgain);
    return false;
  }
}
