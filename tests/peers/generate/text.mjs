// How names, strings and types are written in Cedar text.

const reserved = new Set(["true", "false", "if", "then", "else", "in", "is", "like", "has", "__cedar"]);

const escapes = { '"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0" };

/** A string literal with its quotes. */
export const quoted = (text) =>
  `"${[...text].map((one) => escapes[one] ?? (one < " " ? `\\u{${one.codePointAt(0).toString(16)}}` : one)).join("")}"`;

/** A pattern of `like`: the star stands for anything, `\*` for itself. */
export const pattern = (parts) =>
  `"${parts.map((part) => (part === null ? "*" : quoted(part).slice(1, -1).replaceAll("*", "\\*"))).join("")}"`;

export const isPlain = (name) => /^[A-Za-z_]\w*$/.test(name) && !reserved.has(name);

export const uidText = ({ type, id }) => `${type}::${quoted(id)}`;

export const access = (base, name, random) =>
  isPlain(name) && !random.chance(10) ? `${base}.${name}` : `${base}[${quoted(name)}]`;

export const memberName = (name, random) =>
  isPlain(name) && !random.chance(20) ? name : quoted(name);

/** The part of a full name after its namespace. */
export const baseName = (name) => name.slice(name.lastIndexOf(":") + 1);
