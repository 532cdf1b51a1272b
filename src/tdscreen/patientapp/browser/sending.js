// Sends clips in the background, one after the other and piece by piece, until the server has said that each is stored.
import { nextPiece, waitBefore } from "./steps.js";

// What the server says of a clip that it will refuse again: that it is none, or too large, or not told of as it must be.
const REFUSED = new Set([400, 413, 422]);
// What the server says of a recording of which it takes nothing more.
export const ENDS_ALL = new Set(["error.used", "error.expired", "error.unknown", "error.no_link", "error.deleted"]);

export class Sending {
  constructor(server, keeping, pieceBytes, tell) {
    this.server = server;
    this.keeping = keeping;
    this.pieceBytes = pieceBytes;
    this.tell = tell;
    this.clips = [];
    this.running = false;
    this.stopped = false;
    this.wake = () => {};
    this.online = () => this.again();
    window.addEventListener("online", this.online);
  }

  // The slugs that are not stored yet.
  get waiting() {
    return new Set(this.clips.map((clip) => clip.slug));
  }

  add(clip) {
    this.clips.push(clip);
    this.run();
  }

  stop() {
    this.stopped = true;
    window.removeEventListener("online", this.online);
    this.wake();
  }

  // Goes on at once: the network is back, or another window had gone on in between.
  again() {
    this.wake();
    this.run();
  }

  async run() {
    if (this.running) return;
    this.running = true;
    try {
      await this.sendAll();
    } finally {
      this.running = false;
    }
  }

  async sendAll() {
    let tries = 0;
    while (this.clips.length && !this.stopped) {
      const [clip] = this.clips;
      const { problem, refused } = await this.sendAndRemove(clip);
      if (this.stopped) return;
      if (problem === null || refused) {
        this.clips.shift();
        tries = 0;
        this.tell({ slug: clip.slug, take: clip.take, state: problem === null ? "stored" : "refused", problem });
      } else {
        this.tell({ slug: clip.slug, state: "waiting", problem });
        if (problem === "error.second_tab" || ENDS_ALL.has(problem)) return;
        await this.pause(waitBefore(tries));
        tries += 1;
      }
    }
  }

  // Whatever fails on the phone itself, as its memory now and then does, is tried again like a lost network.
  async sendAndRemove(clip) {
    try {
      const answer = await this.sendOne(clip);
      if (answer.problem === null || answer.refused) await this.keeping.remove(clip.key);
      return answer;
    } catch {
      return { problem: "recorder.sending" };
    }
  }

  // The name of the sentence that says what is in the way, null once it is stored; and whether to try again is in vain.
  async sendOne(clip) {
    clip.sha256 ??= await sha256(clip.blob);
    const { slug, take, started_at, mirrored, prompts, camera } = clip;
    let answer = await this.server.say("announce", {
      slug, take, started_at, mirrored, prompts, camera, sha256: clip.sha256, bytes: clip.blob.size,
    });
    while (answer.ok && !answer.said.stored) {
      const piece = nextPiece(clip.blob.size, answer.said.offset, this.pieceBytes);
      if (piece === null || this.stopped) return { problem: "error.not_stored" };
      this.tell({ slug, state: "sending", share: piece[0] / clip.blob.size });
      answer = await this.server.send("PUT", "piece", clip.blob.slice(...piece), { "X-Offset": String(piece[0]) });
    }
    if (answer.ok) return { problem: null };
    // A clip that did not arrive as it was sent may arrive the next time.
    const { problem } = answer.said;
    return { problem, refused: REFUSED.has(answer.status) && !(answer.status === 422 && problem === "error.not_stored") };
  }

  pause(milliseconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.wake = () => { clearTimeout(timer); resolve(); };
    });
  }
}

async function sha256(blob) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
