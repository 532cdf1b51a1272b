// All in which browsers differ, and nothing else: what each can do is asked for here.
const FORMS = [
  // Where there is MP4 its length and its rate are right; WebM is what older Firefox has.
  "video/mp4;codecs=avc1.42E01F",
  "video/mp4",
  "video/webm;codecs=vp9",
  "video/webm;codecs=vp8",
  "video/webm",
];
const HOLD_MS = 1000;

export function isSecure() {
  return window.isSecureContext;
}

export function canRecord() {
  return Boolean(navigator.mediaDevices?.getUserMedia && window.MediaRecorder && recordedForm());
}

export function recordedForm() {
  return FORMS.find((form) => window.MediaRecorder.isTypeSupported(form));
}

// 720p at 30 pictures a second, or what the camera gives; sound is never asked for.
export function wish() {
  return {
    audio: false,
    video: { facingMode: "user", width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } },
  };
}

// The name of the sentence that says why there is no picture.
export function whyNoCamera(error) {
  switch (error?.name) {
    case "NotAllowedError":
    case "SecurityError":
      return "error.refused";
    case "NotReadableError":
    case "AbortError":
      return "error.busy";
    default:
      return "error.no_camera";
  }
}

// Tells the time at which each picture was taken, in milliseconds as performance.now() has them.
export function onPictures(video, tell) {
  if (!video.requestVideoFrameCallback) return () => {};
  let handle = 0;
  const look = (now, picture) => {
    tell(picture.captureTime ?? now);
    handle = video.requestVideoFrameCallback(look);
  };
  handle = video.requestVideoFrameCallback(look);
  return () => video.cancelVideoFrameCallback(handle);
}

// Keeps the screen on; where a browser cannot, the phone's own time has to do.
export async function keepAwake() {
  try {
    return (await navigator.wakeLock?.request("screen")) ?? null;
  } catch {
    return null;
  }
}

export function canSpeak() {
  return Boolean(window.speechSynthesis && window.SpeechSynthesisUtterance);
}

export function speak(text, language) {
  if (!canSpeak()) return;
  window.speechSynthesis.cancel();
  const said = new SpeechSynthesisUtterance(text);
  said.lang = language;
  window.speechSynthesis.speak(said);
}

// One sentence after the other: some browsers break off what takes longer than a quarter of a minute.
export function speakAll(texts, language, ended) {
  window.speechSynthesis.cancel();
  let said = null;
  for (const text of texts) {
    said = new SpeechSynthesisUtterance(text);
    said.lang = language;
    window.speechSynthesis.speak(said);
  }
  if (said) said.onend = ended;
}

// Older browsers do not know the names of countries.
export function countryName(code, language) {
  return window.Intl?.DisplayNames ? new Intl.DisplayNames([language], { type: "region" }).of(code) : code;
}

export function beQuiet() {
  if (canSpeak()) window.speechSynthesis.cancel();
}

// Some browsers have no database in a private window: then a clip lives as long as the page.
export function openDatabase(name, stores) {
  return new Promise((resolve) => {
    if (!window.indexedDB) {
      resolve(null);
      return;
    }
    const request = window.indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      for (const store of stores) request.result.createObjectStore(store, { keyPath: "key" });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => resolve(null);
  });
}

export function randomName() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Holds a name for as long as this page lives; false where another page holds it. A page that is loaded again waits a
// moment for the one before it to be gone. Older browsers hold nothing: there a copied window passes for the first.
export function holdName(name) {
  if (!navigator.locks) return Promise.resolve(true);
  const patience = new AbortController();
  setTimeout(() => patience.abort(), HOLD_MS);
  return new Promise((resolve) => {
    const held = () => { resolve(true); return new Promise(() => {}); };
    navigator.locks.request(name, { signal: patience.signal }, held).catch((error) => resolve(error.name !== "AbortError"));
  });
}

// What a window remembers when it is loaded again; some private windows remember nothing.
export function remember(name, text) {
  try {
    window.sessionStorage.setItem(name, text);
  } catch {
    // Then it is another window, the next time.
  }
}

export function remembered(name) {
  try {
    return window.sessionStorage.getItem(name);
  } catch {
    return null;
  }
}
