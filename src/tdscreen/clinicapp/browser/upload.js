// Sends clips one after the other, each with a ticket of its own. Streamlit calls the default export again whenever the
// page is drawn anew, also while clips are under way: what is chosen and sent lives with the element.
const UNDER_WAY = new WeakMap();
const MOST_HASHED_BYTES = 256 * 1024 * 1024; // The browser can only hash what it holds as a whole.

export default function (component) {
  const root = component.parentElement.querySelector(".upload");
  let upload = UNDER_WAY.get(root);
  if (!upload) {
    upload = begin(root);
    UNDER_WAY.set(root, upload);
  }
  upload.data = component.data;
  upload.tickets = component.data.tickets.filter((ticket) => !upload.used.has(ticket));
  upload.arrived = (clip) => component.setTriggerValue("arrived", clip);
  draw(upload);
}

function begin(root) {
  const part = (name) => root.querySelector(name);
  const upload = {
    list: part(".files"), keep: part(".keep"), keepVideo: part(".keep-video"), send: part(".send"),
    button: part(".send button"), told: part(".told"), clips: [], used: new Set(), sending: false,
  };
  const input = part("input[type=file]");
  input.addEventListener("change", () => {
    for (const file of input.files) upload.clips.push({ file, task: "", problem: "", share: null, row: null });
    input.value = "";
    draw(upload);
  });
  upload.button.addEventListener("click", () => sendAll(upload));
  return upload;
}

function draw(upload) {
  for (const clip of upload.clips) {
    if (!clip.row) upload.list.append(makeRow(upload, clip));
    clip.row.bar.hidden = clip.share === null;
    clip.row.bar.value = clip.share ?? 0;
    clip.row.problem.textContent = clip.problem;
    clip.row.select.disabled = clip.row.remove.disabled = clip.share !== null;
  }
  const waiting = upload.clips.length;
  upload.keep.hidden = upload.send.hidden = waiting === 0;
  upload.button.textContent = waiting === 1 ? "Send the clip" : `Send ${waiting} clips`;
  upload.button.disabled = upload.sending || upload.clips.some((clip) => !clip.task);
}

function makeRow(upload, clip) {
  const item = make("li");
  const name = make("span", "name", clip.file.name);
  const size = make("span", "size", `${(clip.file.size / 1e6).toFixed(1)} MB`);
  const select = make("select");
  select.setAttribute("aria-label", `Task of ${clip.file.name}`);
  select.append(new Option("Name the task", ""));
  for (const [value, label] of upload.data.tasks) select.append(new Option(label, value));
  select.addEventListener("change", () => { clip.task = select.value; draw(upload); });
  const remove = make("button", "", "Remove");
  remove.type = "button";
  remove.setAttribute("aria-label", `Remove ${clip.file.name}`);
  remove.addEventListener("click", () => { drop(upload, clip); draw(upload); });
  const bar = make("progress");
  bar.setAttribute("aria-label", `Sent of ${clip.file.name}`);
  const problem = make("span", "problem");
  item.append(name, size, select, remove, bar, problem);
  clip.row = { item, select, remove, bar, problem };
  return item;
}

function make(tag, className = "", text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

function drop(upload, clip) {
  upload.clips = upload.clips.filter((other) => other !== clip);
  clip.row.item.remove();
}

async function sendAll(upload) {
  upload.sending = true;
  for (const clip of [...upload.clips]) {
    clip.share = 0;
    clip.problem = "";
    upload.told.textContent = `Sending ${clip.file.name}.`;
    draw(upload);
    const answer = await sendOne(upload, clip);
    clip.share = null;
    if (answer.clip) {
      drop(upload, clip);
      upload.told.textContent = `${clip.file.name} is kept.`;
      upload.arrived(answer.clip);
    } else {
      clip.problem = answer.problem;
      upload.told.textContent = `${clip.file.name} was not taken. ${answer.problem}`;
    }
    draw(upload);
  }
  upload.sending = false;
  draw(upload);
}

async function sendOne(upload, clip) {
  const ticket = upload.tickets.shift();
  if (!ticket) return { problem: "Too many clips at once. Load the page again and send the rest." };
  upload.used.add(ticket);
  if (clip.file.size > upload.data.mostBytes) {
    return { problem: `It has more than the ${Math.round(upload.data.mostBytes / 1e6)} MB that are taken. Cut it, or film at a lower resolution.` };
  }
  let digest = null;
  try {
    digest = await sha256(clip.file);
  } catch {
    return { problem: "The browser could not read the file. Choose it again." };
  }
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("PUT", `/clinic/upload/${ticket}`);
    request.setRequestHeader("X-Clip-Name", encodeURIComponent(clip.file.name));
    request.setRequestHeader("X-Clip-Task", clip.task);
    request.setRequestHeader("X-Keep-Video", upload.keepVideo.checked ? "1" : "0");
    if (digest) request.setRequestHeader("Repr-Digest", `sha-256=:${digest}:`);
    request.upload.addEventListener("progress", (event) => {
      clip.share = event.loaded / event.total;
      draw(upload);
    });
    request.addEventListener("load", () => {
      try {
        resolve(JSON.parse(request.responseText));
      } catch {
        resolve({ problem: "The server gave no answer that can be read. Try again." });
      }
    });
    request.addEventListener("error", () => resolve({ problem: "The connection was lost. Send it again." }));
    request.send(clip.file);
  });
}

async function sha256(file) {
  // Browsers hash only on pages that nobody can have changed on the way: https, or this machine.
  if (!globalThis.crypto?.subtle || file.size > MOST_HASHED_BYTES) return null;
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  return btoa(String.fromCharCode(...hash));
}
