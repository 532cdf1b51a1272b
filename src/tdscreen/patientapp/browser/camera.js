// The camera: its picture, and a clip of so many seconds.
import { onPictures, recordedForm, wish } from "./differences.js";
import { firstPicture, onTimeLine } from "./steps.js";

const FIRST_PICTURE_MS = 3000;

export class Camera {
  constructor(onLost) {
    this.onLost = onLost;
    this.stream = null;
    this.recorder = null;
    this.closings = 0;
  }

  // A camera that comes after it was closed, as of whoever was asked and wanted out, is turned off at once.
  async open() {
    if (this.isOpen) return;
    this.close();
    const { closings } = this;
    const stream = await navigator.mediaDevices.getUserMedia(wish());
    if (closings !== this.closings) {
      for (const track of stream.getTracks()) track.stop();
      return;
    }
    this.stream = stream;
    const [track] = stream.getVideoTracks();
    // Unplugged, or taken away by a call or by the person.
    track.addEventListener("ended", () => this.onLost());
  }

  get isOpen() {
    return this.stream?.getVideoTracks()[0]?.readyState === "live";
  }

  get width() {
    return this.stream?.getVideoTracks()[0]?.getSettings().width ?? 0;
  }

  close() {
    this.closings += 1;
    this.giveUp();
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
  }

  // Begins a clip. What comes back ends it: with the clip, or with nothing if it is given up.
  record(video) {
    const recorder = new MediaRecorder(this.stream, { mimeType: recordedForm(), videoBitsPerSecond: 4_000_000 });
    const parts = [];
    const captures = [];
    const asked = [];
    const startedAt = new Date().toISOString();
    const startedMs = performance.now();
    let givenUp = false;
    let sawFirst;
    // Nothing is asked before the clip has a picture; a browser that tells of none is not waited for.
    const begun = new Promise((resolve) => { sawFirst = resolve; setTimeout(resolve, FIRST_PICTURE_MS); });
    const stopLooking = onPictures(video, (ms) => {
      captures.push(ms);
      if (ms >= startedMs) sawFirst();
    });
    const ended = new Promise((resolve) => {
      recorder.addEventListener("dataavailable", (event) => { if (event.data.size) parts.push(event.data); });
      recorder.addEventListener("error", () => { givenUp = true; });
      recorder.addEventListener("stop", () => {
        stopLooking();
        this.recorder = null;
        resolve(givenUp || !parts.length ? null : this.clip(parts, recorder.mimeType, startedAt, asked, firstPicture(captures, startedMs)));
      });
    });
    recorder.start();
    this.recorder = {
      ask: (cue) => asked.push([cue, performance.now()]),
      end: () => { if (recorder.state !== "inactive") recorder.stop(); },
      giveUp: () => { givenUp = true; if (recorder.state !== "inactive") recorder.stop(); },
    };
    return { ...this.recorder, begun, ended };
  }

  giveUp() {
    this.recorder?.giveUp();
  }

  clip(parts, mimeType, startedAt, asked, firstMs) {
    const settings = this.stream?.getVideoTracks()[0]?.getSettings() ?? {};
    return {
      blob: new Blob(parts, { type: mimeType }),
      started_at: startedAt,
      // The page shows a mirror, the camera's own stream is none.
      mirrored: false,
      prompts: asked.map(([cue, ms]) => [cue, onTimeLine(ms, firstMs)]),
      camera: {
        width: settings.width ?? 0, height: settings.height ?? 0, frameRate: settings.frameRate ?? 0,
        facingMode: settings.facingMode ?? "", mimeType, source: "page",
      },
    };
  }
}

// A clip that the phone's own camera app has made.
export function clipOfFile(file) {
  return {
    blob: file, started_at: new Date().toISOString(), mirrored: false, prompts: [],
    camera: { mimeType: file.type.slice(0, 79), source: "file" },
  };
}
