// Texts with a few tokens or characters changed: most must be refused, some still parse.

const tokens = /"(?:\\.|[^"\\])*"|[A-Za-z_]\w*|\d+|::|[<>=!]=|&&|\|\||\/\/[^\n]*|\s+|./gsu;

const others = [
  "permit", "forbid", "when", "unless", "principal", "action", "resource", "context", "in", "is", "has", "like", "if",
  "then", "else", "true", "false", "(", ")", "{", "}", "[", "]", ",", ";", ":", "::", ".", "==", "!=", "<", "<=", "=",
  "+", "-", "*", "/", "%", "!", "&&", "||", "@", "@id", "?principal", "?resource", "?other", "__cedar", "ip", "decimal",
  "User", "User::", '"a"', '"*"', '"\\*"', '"\\u{41}"', '"\\u{110000}"', '"\\x41"', '"\\q"', "'a'", "0", "-1", "007",
  "9223372036854775807", "9223372036854775808", "1.5", "// remark\n", "/* remark */", "é", "\u00a0", "&", "|", "#", "_",
  "entity", "type", "namespace", "appliesTo", "tags", "enum", "Set", "<", ">", "?", "Long", "Bool", "{}", "[]", "Action",
];

const changes = [
  (random, list, at) => list.splice(at, 1),
  (random, list, at) => list.splice(at, 0, list[at]),
  (random, list, at) => list.splice(at, 1, random.pick(others)),
  (random, list, at) => list.splice(at, 0, random.pick(others)),
  (random, list, at) => list.splice(at, 0, " ", random.pick(others), " "),
  (random, list, at) => list.splice(at, 1, list[random.below(list.length)]),
  (random, list, at) => list.splice(at, 2, ...list.slice(at, at + 2).reverse()),
  (random, list, at) => list.splice(at, 1, list[at].slice(1)),
];

export function damaged(random, text) {
  const list = text.match(tokens);
  for (let more = random.pick([1, 1, 1, 2]); more > 0 && list.length > 1; --more) {
    random.pick(changes)(random, list, random.below(list.length - 1));
  }
  return list.join("");
}
