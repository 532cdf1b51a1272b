// Elements of the page, made of names, properties and children.
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "text") element.textContent = value;
    else if (name === "class") element.className = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export const heading = (text, level = 1) => make(`h${level}`, { text, tabindex: level === 1 ? "-1" : null });
export const paragraph = (text, kind) => make("p", { text, class: kind });
export const list = (texts) => make("ul", {}, ...texts.map((text) => make("li", { text })));

export function button(text, onclick, kind = "") {
  return make("button", { type: "button", class: kind, text, onclick });
}

// A question with one answer of several.
export function choice(name, question, answers, now, onchange) {
  return make(
    "fieldset", {}, make("legend", { text: question }),
    ...answers.map(([value, text]) => make(
      "label", { class: "choice" },
      make("input", { type: "radio", name, value: String(value), checked: value === now, onchange: () => onchange(value) }),
      make("span", { text }),
    )),
  );
}

export function hours(question, most, now, onchange, hint) {
  return make(
    "label", { class: "hours" }, make("span", { text: question }),
    make("input", {
      type: "number", min: "0", max: String(most), step: "0.5", inputmode: "decimal", value: now ?? null,
      onchange: (event) => onchange(event.target.value === "" ? null : Math.min(Math.max(Number(event.target.value), 0), most)),
    }),
    paragraph(hint, "small"),
  );
}
