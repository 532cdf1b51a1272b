// What is said to the server and what it answers.
export class Server {
  constructor(window_) {
    this.window = window_;
  }

  // An answer is {ok, status, said}; where nobody answers, status is 0.
  async send(method, path, body, headers = {}) {
    try {
      const answer = await fetch(`/recording/${path}`, {
        method, body, headers: { "X-Window": this.window, ...headers }, credentials: "same-origin", cache: "no-store",
        referrerPolicy: "no-referrer", redirect: "error",
      });
      const said = await answer.json().catch(() => ({ problem: "error.server" }));
      return { ok: answer.ok, status: answer.status, said: said ?? {} };
    } catch {
      return { ok: false, status: 0, said: { problem: "error.network" } };
    }
  }

  say(path, message) {
    return this.send("POST", path, JSON.stringify(message), { "Content-Type": "application/json" });
  }

  ask(path) {
    return this.send("GET", path);
  }
}
