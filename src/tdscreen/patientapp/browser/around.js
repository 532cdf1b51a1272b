// What stands around the recording: help, honesty, a way out, what happens next, and what became of it.
import { beQuiet, canSpeak, countryName, speakAll } from "./differences.js";
import { button, heading, list, make, paragraph } from "./dom.js";

const KINDS = ["emergency", "crisis", "advice"];

// A day as the language writes it, from 2026-11-27.
export function day(app, iso) {
  const [year, month, date] = iso.split("-").map(Number);
  return app.text("date.day", { day: date, month: app.text(`date.month_${month}`), year });
}

// Reads the screen that is shown, sentence by sentence; pressed again, it stops.
export function readAloud(app) {
  if (!canSpeak()) return null;
  let reading = false;
  const ended = () => { reading = false; control.textContent = app.text("frame.read_aloud"); };
  const control = button(app.text("frame.read_aloud"), () => {
    if (reading) {
      beQuiet();
      ended();
      return;
    }
    reading = true;
    control.textContent = app.text("frame.stop_reading");
    const parts = app.root.querySelectorAll("main :is(h1, h2, p, li, legend, label > span, summary)");
    const seen = Array.from(parts).filter((part) => part.checkVisibility?.() ?? true);
    speakAll(seen.map((part) => part.textContent), app.words.language, ended);
  });
  return control;
}

// What the program is not, and does not see: closed to begin with, since the most important stands above it.
export function honesty(app) {
  const { version, date, clinic } = app.data.around;
  return make(
    "details", {}, make("summary", { text: app.text("honesty.title") }),
    list([
      app.text("honesty.regulator"), app.text("honesty.not_seen"), app.text("honesty.not_you"), app.text("honesty.wrong"),
      clinic.reviewedBy ? app.text("honesty.reviewed", { name: clinic.reviewedBy }) : app.text("honesty.not_reviewed"),
      app.text("honesty.version", { version, date: day(app, date) }),
    ]),
  );
}

// Signs that cannot wait, and whom to call. onward leads on from here, under the words of onwardKey.
export function safety(app, onward, onwardKey = "safety.ok") {
  app.leaveTask();
  app.show(() => {
    const { numbers, signs } = app.data.around;
    const told = make("div", { role: "status" });
    const select = make("select", {
      onchange: (event) => { app.country = event.target.value; told.replaceChildren(...numbersOf(app)); },
    });
    const names = Object.keys(numbers).map((code) => [code, countryName(code, app.words.language)]);
    names.sort((one, other) => one[1].localeCompare(other[1], app.words.language));
    app.country ??= firstCountry(app);
    for (const [code, name] of [...names, ["", app.text("safety.other")]]) {
      select.append(make("option", { value: code, text: name, selected: code === app.country }));
    }
    told.append(...numbersOf(app));
    return [
      heading(app.text("safety.title")), paragraph(app.text("safety.intro")), list(signs.map((key) => app.text(key))),
      make("label", { class: "country" }, make("span", { text: app.text("safety.country") }), select), told,
      paragraph(app.text("safety.new")), button(app.text(onwardKey), onward, "primary"),
    ];
  });
}

// The clinic's country, or that of the browser's language, or another.
function firstCountry(app) {
  const { clinic, numbers } = app.data.around;
  const regions = (navigator.languages ?? []).map((language) => language.split("-")[1]?.toUpperCase());
  return clinic.country || regions.find((region) => region in numbers) || "";
}

function numbersOf(app) {
  const { clinic, numbers } = app.data.around;
  const known = numbers[app.country] ?? {};
  const lines = KINDS.filter((kind) => known[kind]).flatMap((kind) => {
    const { number, source, date } = known[kind];
    return [
      call(app.text(`safety.${kind}`, { number }), number),
      paragraph(app.text("safety.source", { source, date: day(app, date) }), "small"),
    ];
  });
  if (!known.emergency) lines.unshift(paragraph(app.text("safety.no_number")));
  else if (!known.crisis) lines.push(paragraph(app.text("safety.crisis_left")));
  lines.push(clinic.phone ? call(app.text("safety.clinic", { number: clinic.phone }), clinic.phone) : paragraph(app.text("safety.no_clinic")));
  return lines;
}

function call(text, number) {
  return make("p", {}, make("a", { class: "button", href: `tel:${number.replace(/[^+\d]/g, "")}`, text }));
}

// The way out: nothing is recorded any more, and whatever is chosen is right.
export function upset(app) {
  const task = app.task?.task;
  app.leaveTask();
  app.camera.close();
  app.feltBad(task);
  letOut(app);
}

function letOut(app) {
  app.show(() => [
    heading(app.text("upset.title")), paragraph(app.text("upset.said"), "lead"), paragraph(app.text("upset.breathe")),
    paragraph(app.text("upset.someone")), paragraph(app.text("upset.stopped"), "small"),
    // Said once it is true.
    make("p", { class: "felt small", role: "status", text: app.feeling.seen ? app.text("upset.seen") : "" }),
    button(app.text("upset.urgent"), () => safety(app, () => letOut(app), "frame.back")),
    button(app.text("upset.pause"), () => app.next()),
    button(app.text("upset.finish"), () => app.stopHere()),
    button(app.text("upset.delete"), () => withdrawal(app, () => letOut(app))),
  ]);
}

// Thanks, what happens next and when, and who will look.
export function ending(app, done, count) {
  app.show(() => [
    heading(app.text("finish.title")),
    paragraph(arrived(app, done, count)),
    ...(done > 0 ? whatHappensNext(app) : []),
    paragraph(app.text("key.medicine")), paragraph(app.text("key.urgent")),
    button(app.text("upset.urgent"), () => safety(app, () => ending(app, done, count), "frame.back")),
    app.word ? button(app.text("access.title"), () => lookBack(app)) : null,
    honesty(app), paragraph(app.text("finish.link_stays")), paragraph(app.text("finish.close")),
  ]);
}

// Of videos: without any, none of it comes.
function whatHappensNext(app) {
  const { clinic } = app.data.around;
  return [
    heading(app.text("finish.next_title"), 2),
    list([
      app.text("finish.next_program"),
      clinic.lookedAtBy ? app.text("finish.next_person", { name: clinic.lookedAtBy }) : app.text("finish.next_nobody"),
      clinic.answerDays ? app.text("finish.next_when", { days: clinic.answerDays }) : app.text("finish.next_unknown"),
    ]),
  ];
}

function arrived(app, done, count) {
  if (done >= count) return app.text("finish.said");
  return done > 0 ? app.text("finish.said_some", { done, count }) : app.text("finish.said_none");
}

// What became of a recording: the summary, if it was let out, who has looked, and the way to have it deleted.
export async function lookBack(app) {
  const { language } = app.words;
  const stays = app.stays();
  // Who has finished is let in anew, by the link.
  if (app.word) await app.server.say("enter", { word: app.word, take_over: true });
  const [looks, summary] = await Promise.all([app.server.ask("looks"), app.server.say("summary", { language })]);
  if (!stays()) return;
  if (!looks.ok || !summary.ok) {
    app.problem((looks.ok ? summary : looks).said.problem, () => lookBack(app));
    return;
  }
  app.show(() => {
    // Another language was chosen meanwhile: the summary is written anew.
    if (app.words.language !== language) lookBack(app);
    return [
      heading(app.text("access.title")), ...summaryOf(app, summary.said.parts),
      heading(app.text("access.who_title"), 2),
      looks.said.length ? list(looks.said.map((look) => lookOf(app, look))) : paragraph(app.text("access.nobody")),
      heading(app.text("access.delete_title"), 2), paragraph(app.text("access.delete_said")),
      paragraph(app.text("access.delete_kept"), "small"),
      button(app.text("access.delete"), () => withdrawal(app, () => lookBack(app))),
      button(app.text("upset.urgent"), () => safety(app, () => lookBack(app), "frame.back")), honesty(app),
    ];
  });
}

function summaryOf(app, parts) {
  if (!parts.length) return [paragraph(app.text("summary.nothing_yet"))];
  return parts.flatMap(({ heading: title, paragraphs }) => [title && heading(title, 2), ...paragraphs.map((text) => paragraph(text))]);
}

function lookOf(app, { date, role }) {
  return app.text("access.looked", { date: day(app, date), who: app.text(`access.${role}`) });
}

function withdrawal(app, back) {
  app.show(() => [
    heading(app.text("access.delete_sure")), paragraph(app.text("access.delete_said")),
    button(app.text("access.delete_no"), back, "primary"),
    button(app.text("access.delete_yes"), async () => {
      // What was finished a moment ago is let in anew, by the link.
      if (app.state.finished && app.word) await app.server.say("enter", { word: app.word, take_over: true });
      if (!(await app.said("withdraw", {}, { always: true }))) return;
      await app.forget();
      const today = new Date().toISOString().slice(0, 10);
      app.show(() => [
        heading(app.text("access.delete_title")), paragraph(app.text("access.deleted", { date: day(app, today) })),
        paragraph(app.text("finish.close")),
      ]);
    }),
  ]);
}
