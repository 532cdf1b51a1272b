// Where a recording is, and what comes next: nothing here knows a page, a camera or a server.
export const PHASES = {
  ready: { go: "countdown", skip: "skipping", pause: "paused", lost: "lost" },
  countdown: { counted: "recording", pause: "paused", skip: "skipping", hidden: "interrupted", lost: "lost" },
  recording: { recorded: "done", pause: "paused", skip: "skipping", hidden: "interrupted", lost: "lost" },
  interrupted: { go: "countdown", skip: "skipping", pause: "paused", lost: "lost" },
  paused: { continue: "ready" },
  skipping: { skipped: "done", back: "ready" },
  lost: {},
  done: {},
};

// What follows from an event; an event that means nothing in a phase changes nothing.
export function step(phase, event) {
  return PHASES[phase][event] ?? phase;
}

// The first task that is neither recorded nor left out, nor waits on this phone to be sent; -1 if there is none.
export function nextTask(tasks, done, waiting) {
  return tasks.findIndex((task) => !(task.slug in done) && !waiting.has(task.slug));
}

// The numbers of the cues that are due and were not said yet.
export function dueNumbers(cues, seconds, said) {
  return cues.map((_, number) => number).filter((number) => cues[number].at_s <= seconds && !said.has(number));
}

// The task of which another take is to be suggested: each is suggested once, and only after its first take.
export function toRepeat(tasks, checks, suggested) {
  return tasks.find((task) => {
    const check = checks[task.slug];
    return check && check.state === "again" && check.take === 1 && !suggested.has(task.slug);
  });
}

const MOST_TAKES = 3;

// Whether somebody may record a task once more of which there are so many takes.
export function canRepeat(takes) {
  return takes > 0 && takes < MOST_TAKES;
}

export function isChecking(checks) {
  return Object.values(checks).some((check) => check.state === "waiting");
}

// How long to wait before the next try, in milliseconds: twice as long each time, up to half a minute.
export function waitBefore(tries) {
  return Math.min(1000 * 2 ** tries, 30000);
}

// Pieces of a clip that are still to be sent: [from, to) in bytes.
export function nextPiece(size, offset, pieceBytes) {
  return offset < size ? [offset, Math.min(offset + pieceBytes, size)] : null;
}

// When something was asked, in seconds since the clip's first picture.
export function onTimeLine(atMs, firstPictureMs) {
  return Math.round(atMs - firstPictureMs) / 1000;
}

// The first picture that the camera took once recording had begun stands at the clip's beginning.
export function firstPicture(captures, startedMs) {
  const first = captures.find((ms) => ms >= startedMs);
  return first === undefined ? startedMs : first;
}
