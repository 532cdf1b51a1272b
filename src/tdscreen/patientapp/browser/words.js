// Sentences with their gaps filled.
export function fill(sentence, values = {}) {
  return sentence.replace(/\{(\w+)\}/g, (gap, name) => (name in values ? String(values[name]) : gap));
}

export function chosen(wanted, languages) {
  for (const one of wanted) {
    const code = one.toLowerCase().split("-")[0];
    if (code in languages) return code;
  }
  return Object.keys(languages)[0];
}

export class Words {
  constructor(languages, language) {
    this.languages = languages;
    this.language = language;
  }

  get direction() {
    return this.languages[this.language].direction;
  }

  text(key, values) {
    const sentence = this.languages[this.language].entries[key];
    if (sentence === undefined) throw new Error(`There are no words for ${key}.`);
    return fill(sentence, values);
  }
}
