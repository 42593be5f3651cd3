// Random values, the entities of a schema and requests about them. A value is
// { kind, value }; an entity { type, id, parents, attributes, tags }.
import { memberName, quoted, uidText } from "./text.mjs";

export const strings = ["a", "b", "ab", "", "*", "a*b", "é", 'x"y', "back\\slash", "line\nbreak", "\u0000", "日本"];
const ids = ["ana", "bo", "x y", "é", 'q"q', "back\\slash", "1", "tab\t", ""];
const addresses = ["10.1.2.3", "10.0.0.0/8", "127.0.0.1", "127.0.0.0/7", "::1", "ff02::1", "fe80::/10", "224.0.0.1", "0.0.0.0/0"];
const decimals = ["0.0", "1.5", "-0.0001", "922337203685477.5807", "-922337203685477.5808", "10.10"];
const moments = ["2024-06-01", "1970-01-01", "2024-02-29T23:59:59Z", "2024-06-01T12:30:00.123Z", "1969-12-31T23:59:59.999Z", "2024-06-01T00:00:00+0530"];
const durations = ["0ms", "1d", "-1d2h3m4s5ms", "36h", "90m", "1d12h", "-1ms"];
const spans = { ipaddr: addresses, decimal: decimals, datetime: moments, duration: durations };

/** The function that makes a value of an extension type. */
export const constructorOf = (kind) => (kind === "ipaddr" ? "ip" : kind);
export const extensionTexts = (kind) => spans[kind];

export function toJson({ kind, value }) {
  switch (kind) {
    case "Entity": return { __entity: { type: value.type, id: value.id } };
    case "Set": return value.map(toJson);
    case "Record": return Object.fromEntries(Object.entries(value).map(([name, of]) => [name, toJson(of)]));
    case "Bool": case "Long": case "String": return value;
    default: return { __extn: { fn: constructorOf(kind), arg: value } };
  }
}

export function toText({ kind, value }, random) {
  switch (kind) {
    case "Entity": return uidText(value);
    case "Set": return `[${value.map((one) => toText(one, random)).join(", ")}]`;
    case "Record": return `{${Object.entries(value).map(([name, of]) => `${memberName(name, random)}: ${toText(of, random)}`).join(", ")}}`;
    case "String": return quoted(value);
    case "Bool": case "Long": return String(value);
    default: return `${constructorOf(kind)}(${quoted(value)})`;
  }
}

export class World {
  /** `strict`: entities and requests are what the schema says. */
  constructor(random, schema, strict) {
    this.random = random;
    this.schema = schema;
    this.strict = strict;
    this.entities = [];
    this.byType = new Map([...schema.entityTypes.keys()].map((name) => [name, []]));
    for (const type of schema.entityTypes.values()) {
      this.#place(type);
    }
    for (const entity of this.entities) {
      const type = schema.entityTypes.get(entity.type);
      entity.attributes = this.#record(type.attributes);
      entity.tags = type.tags ? this.#tags(type.tags) : {};
    }
  }

  #add(type, id, parents) {
    const entity = { type, id, parents, attributes: {}, tags: {} };
    this.byType.get(type).push(entity);
    if (this.random.chance(95) || this.strict) {
      this.entities.push(entity);  // the others are only named
    }
    return entity;
  }

  // Containers nest up to six deep in their own type; what they hold hangs anywhere.
  #place(type) {
    const { random } = this;
    if (type.ids) {
      type.ids.forEach((id) => this.#add(type.name, id, []));
      return;
    }
    const outer = type.parents.flatMap((name) => this.byType.get(name));
    if (type.parents.includes(type.name)) {
      let above = [];
      for (let level = random.between(1, 6), i = 0; i < level; ++i) {
        above = random.list(random.between(1, 3), (n) =>
          this.#add(type.name, `${i}.${n}${random.pick(["", "", " é"])}`, above.length > 0 && random.chance(90) ? random.some(above, 2) : []));
      }
      return;
    }
    for (const id of new Set(random.list(random.between(2, 7), () => random.pick(ids)))) {
      this.#add(type.name, id, outer.length > 0 && random.chance(85) ? random.some(outer) : []);
    }
  }

  #record(attributes) {
    const { random } = this;
    const value = {};
    for (const [name, { type, required }] of Object.entries(attributes)) {
      if (required ? this.strict || random.chance(90) : random.chance(65)) {
        value[name] = this.value(!this.strict && random.chance(4) ? { kind: random.pick(["Long", "String", "Bool"]) } : type);
      }
    }
    return value;
  }

  #tags(type) {
    return Object.fromEntries(["k1", "k2", "a"].filter(() => this.random.chance(60)).map((name) => [name, this.value(type)]));
  }

  /** A uid of that type, mostly of an entity that exists. */
  uid(name) {
    const known = this.byType.get(name);
    const { ids: only } = this.schema.entityTypes.get(name);
    if (only || (known.length > 0 && this.random.chance(95))) {
      const { type, id } = this.random.pick(known);
      return { type, id };
    }
    return { type: name, id: "nobody" };
  }

  value(type) {
    const { random } = this;
    switch (type.kind) {
      case "Bool": return { kind: "Bool", value: random.chance(50) };
      case "Long": return { kind: "Long", value: this.long() };
      case "String": return { kind: "String", value: random.pick(random.chance(70) ? strings.slice(0, 3) : strings) };
      case "Entity": return { kind: "Entity", value: this.uid(type.name) };
      case "Set": return { kind: "Set", value: random.list(random.below(4), () => this.value(type.element)) };
      case "Record": return { kind: "Record", value: this.#record(type.attributes) };
      default: return { kind: type.kind, value: random.pick(spans[type.kind]) };
    }
  }

  // JSON numbers are exact up to here in JavaScript.
  long() {
    const large = Number.MAX_SAFE_INTEGER;
    return this.random.chance(90) ? this.random.between(-3, 12) : this.random.pick([large, -large]);
  }

  request({ principal, action, resource }) {
    const other = () => this.uid(this.random.pick([...this.schema.entityTypes.keys()]));
    const strange = !this.strict && this.random.chance(5);
    return {
      principal: strange ? other() : this.uid(principal),
      action: { type: action.type, id: !this.strict && this.random.chance(2) ? "unknown" : action.id },
      resource: strange ? other() : this.uid(resource),
      context: toJson({ kind: "Record", value: this.#record(action.context.attributes) }),
    };
  }

  /** The entities as the engines read them, actions included. */
  json() {
    const uid = ({ type, id }) => ({ type, id });
    const record = (value) => toJson({ kind: "Record", value });
    const entities = this.entities.map((entity) => ({
      uid: uid(entity), attrs: record(entity.attributes), parents: entity.parents.map(uid),
      ...(Object.keys(entity.tags).length > 0 ? { tags: record(entity.tags) } : {}),
    }));
    const actions = this.schema.actions.map((action) => ({ uid: uid(action), attrs: {}, parents: action.parents.map(uid) }));
    return [...entities, ...actions];
  }
}
