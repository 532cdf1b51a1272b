// What comes before the first task: the most important, what is needed, consent and the questions.
import { day, honesty, safety } from "./around.js";
import { button, choice, heading, hours, list, make, paragraph } from "./dom.js";

// The most important on one screen.
export function welcome(app) {
  app.show(() => [
    heading(app.text("start.title")), paragraph(app.text("start.what")),
    paragraph(app.text("start.how_long", { minutes: app.data.minutes.full + 5 })),
    heading(app.text("key.title"), 2),
    list(["choice", "measures", "person", "medicine", "urgent"].map((name) => app.text(`key.${name}`))),
    honesty(app), button(app.text("frame.go_on"), () => safety(app, () => whatIsNeeded(app)), "primary"),
  ]);
}

function whatIsNeeded(app) {
  app.show(() => [
    heading(app.text("start.need_title")),
    list(["light", "chair", "stand", "alone", "mouth"].map((name) => app.text(`start.need_${name}`))),
    button(app.text("start.begin"), () => consent(app), "primary"),
    button(app.text("frame.back"), () => welcome(app)),
  ]);
}

function consent(app) {
  const { version, date, days, most } = app.data.consent;
  app.show(() => {
    const box = make("input", { type: "checkbox", id: "td-agree" });
    const missing = make("p", { role: "alert", class: "problem" });
    return [
      heading(app.text("consent.title")),
      ...["what", "who", "kept", "withdraw", "choice"].flatMap((name) => [
        heading(app.text(`consent.${name}_title`), 2), paragraph(app.text(`consent.${name}`, { days, most })),
      ]),
      paragraph(app.text("consent.version", { version, date: day(app, date) }), "small"),
      make("label", { class: "choice" }, box, make("span", { text: app.text("consent.check") })),
      missing,
      button(app.text("consent.agree"), async () => {
        if (!box.checked) {
          missing.textContent = app.text("consent.check_first");
          return;
        }
        const stays = app.stays();
        if (await app.said("agree", { version, language: app.words.language })) {
          app.state.consented = true;
          if (stays()) app.next();
        }
      }, "primary"),
      button(app.text("consent.decline"), () => declined(app)),
    ];
  });
}

function declined(app) {
  app.show(() => [
    heading(app.text("consent.title")), paragraph(app.text("consent.declined")),
    button(app.text("consent.changed_mind"), () => welcome(app)),
  ]);
}

export function questions(app) {
  app.given ??= {
    gum: null, dentures: null, hours_slept: null, hours_since_dose: null, aware: null, incapacitated: null,
    programme: "full",
  };
  const { given } = app;
  const keep = (name) => (value) => { given[name] = value; };
  const yesNo = (name) => choice(name, app.text(`questions.${name}`), [
    [true, app.text("frame.yes")], [false, app.text("frame.no")], [null, app.text("frame.no_answer")],
  ], given[name], keep(name));
  const scored = (name, words) => choice(name, app.text(`questions.${words}`), [
    ...[0, 1, 2, 3, 4].map((score) => [score, app.text(`questions.${words}_${score}`)]),
    [null, app.text("frame.no_answer")],
  ], given[name], keep(name));
  const upTo = (name, question, most) => hours(
    app.text(question), most, given[name], keep(name), app.text("questions.leave_empty"),
  );
  app.show(() => [
    heading(app.text("questions.title")), paragraph(app.text("questions.why")),
    heading(app.text("questions.mouth"), 2), yesNo("gum"), paragraph(app.text("questions.gum_out"), "small"), yesNo("dentures"),
    heading(app.text("questions.sleep"), 2),
    upTo("hours_slept", "questions.hours_slept", 24), upTo("hours_since_dose", "questions.hours_since_dose", 336),
    heading(app.text("questions.movements"), 2), scored("aware", "noticed"), scored("incapacitated", "in_the_way"),
    choice("programme", app.text("start.length"), [
      ["full", app.text("start.full", { minutes: app.data.minutes.full })],
      ["short", app.text("start.short", { seconds: app.data.seconds.short })],
    ], given.programme, keep("programme")),
    button(app.text("frame.go_on"), async () => {
      const { state } = app;
      const stays = app.stays();
      if (await app.said("answers", given)) {
        Object.assign(state, { answered: true, programme: given.programme });
        if (stays()) app.next();
      }
    }, "primary"),
  ]);
}
