// Clips on this phone, until the server has said that each is stored. A page that is loaded again finds them.
import { openDatabase } from "./differences.js";

const NAME = "tdscreen-recording";
const STORE = "clips";

export class Keeping {
  static async open() {
    return new Keeping(await openDatabase(NAME, [STORE]));
  }

  constructor(database) {
    this.database = database;
    this.memory = new Map();
  }

  async put(clip) {
    if (!this.database) {
      this.memory.set(clip.key, clip);
      return;
    }
    try {
      await this.do("readwrite", (store) => store.put(clip));
    } catch {
      // The phone has no room: it is kept as long as the page is.
      this.memory.set(clip.key, clip);
    }
  }

  async all(recording) {
    const kept = this.database ? await this.do("readonly", (store) => store.getAll()) : [];
    return [...kept, ...this.memory.values()].filter((clip) => clip.recording === recording);
  }

  async remove(key) {
    this.memory.delete(key);
    if (this.database) await this.do("readwrite", (store) => store.delete(key));
  }

  // Nothing of another recording stays on a phone that somebody else may use next.
  async removeOthers(recording) {
    const kept = this.database ? await this.do("readonly", (store) => store.getAll()) : [];
    for (const clip of kept) if (clip.recording !== recording) await this.remove(clip.key);
  }

  // Some phones lose the database under an open page: then it is opened anew.
  async do(mode, what) {
    try {
      return await this.ask(mode, what);
    } catch {
      this.database = (await openDatabase(NAME, [STORE])) ?? this.database;
      return this.ask(mode, what);
    }
  }

  ask(mode, what) {
    return new Promise((resolve, reject) => {
      const request = what(this.database.transaction(STORE, mode).objectStore(STORE));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  }
}
