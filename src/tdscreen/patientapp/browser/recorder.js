// Streamlit calls the default export again whenever the page is drawn anew: what runs lives with its element.
const RUNNING = new WeakMap();

export default function (component) {
  const root = component.parentElement.querySelector(".recorder");
  if (!RUNNING.has(root)) RUNNING.set(root, begin(root, component.data));
  return () => {
    const running = RUNNING.get(root);
    RUNNING.delete(root);
    if (running) running.then((app) => app.stop());
  };
}

async function begin(root, data) {
  // This script comes out of the page's memory, which has no folder: the others are named in full.
  const { start } = await import(`${window.location.origin}/recording/browser/app.js`);
  return start(root, data);
}
