// Small pictures go to the server a few times a second, and hints come back. Nothing of them is kept.
const WIDTH = 240;

export class Looking {
  constructor(server, everyMs, tell) {
    this.server = server;
    this.everyMs = everyMs;
    this.tell = tell;
    this.canvas = document.createElement("canvas");
    this.run = 0;
  }

  // Looks at the video that is shown, until it is told to end; one picture at a time.
  async begin(video, task, fullWidth) {
    this.run += 1;
    const run = this.run;
    const needs = [task.hands_in_view ? "hands" : "", task.mouth_free ? "mouth" : ""].join(" ").trim();
    while (run === this.run) {
      const began = performance.now();
      const picture = await this.picture(video());
      if (run !== this.run) return;
      if (picture) {
        const answer = await this.server.send("POST", "look", picture, {
          "Content-Type": "image/jpeg", "X-Needs": needs, "X-Width": String(fullWidth),
        });
        if (run === this.run && answer.ok && answer.said.hints) this.tell(answer.said.hints);
      }
      await new Promise((resolve) => setTimeout(resolve, Math.max(this.everyMs - (performance.now() - began), 50)));
    }
  }

  end() {
    this.run += 1;
  }

  picture(video) {
    if (!video.videoWidth) return Promise.resolve(null);
    this.canvas.width = WIDTH;
    this.canvas.height = Math.round((WIDTH * video.videoHeight) / video.videoWidth);
    this.canvas.getContext("2d").drawImage(video, 0, 0, this.canvas.width, this.canvas.height);
    return new Promise((resolve) => this.canvas.toBlob(resolve, "image/jpeg", 0.7));
  }
}
