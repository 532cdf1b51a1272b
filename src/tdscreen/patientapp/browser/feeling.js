// The note that somebody felt bad, for the clinic: kept until the server has it, whatever becomes of network and page.
import { remember, remembered } from "./differences.js";
import { waitBefore } from "./steps.js";

const NOTED = "tdscreen-felt-bad";

export class Feeling {
  constructor(server, tell) {
    this.server = server;
    this.tell = tell;
    this.waiting = null;
    this.seen = false;
    this.tries = 0;
    this.running = false;
    this.stopped = false;
  }

  note(recording, slug) {
    remember(NOTED, JSON.stringify([recording, slug]));
    this.waiting = slug;
    this.seen = false;
    this.run();
  }

  // What a page that was loaded again did not come to say.
  resume(recording) {
    const [of, slug] = JSON.parse(remembered(NOTED) ?? "[]");
    if (of !== recording || !slug) return;
    this.waiting = slug;
    this.run();
  }

  // Tries once; gives the name of the sentence that says what is in the way, null where nothing is left to say.
  async say() {
    const slug = this.waiting;
    if (slug === null) return null;
    this.tries += 1;
    const answer = await this.server.say("skip", { slug, reason: "upset" });
    if (!answer.ok) return answer.said.problem;
    if (this.waiting === slug) {
      this.waiting = null;
      this.seen = true;
      remember(NOTED, "[]");
      this.tell();
    }
    return null;
  }

  async run() {
    if (this.running) return;
    this.running = true;
    for (let tries = 0; this.waiting !== null && !this.stopped; tries += 1) {
      if ((await this.say()) !== null) await new Promise((resolve) => setTimeout(resolve, waitBefore(tries)));
    }
    this.running = false;
  }

  stop() {
    this.stopped = true;
  }

  forget() {
    this.stop();
    remember(NOTED, "[]");
  }
}
