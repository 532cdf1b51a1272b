// The name of this window, by which the server knows which one goes on.
import { holdName, randomName, remember, remembered } from "./differences.js";

const WINDOW = "tdscreen-window";
let named = null;

// One for the page, however often what it shows begins anew.
export function windowName() {
  named ??= find();
  return named;
}

// A window keeps its name when it is loaded again. One that was copied has the other's memory, and draws a new name.
async function find() {
  let name = remembered(WINDOW) ?? randomName();
  while (!(await holdName(`${WINDOW}-${name}`))) name = randomName();
  remember(WINDOW, name);
  return name;
}
