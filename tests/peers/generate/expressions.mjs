// Random expressions of a wanted type as Cedar text, for one environment. They
// are well typed apart from a few on purpose, and most reads stand behind a
// test that makes them safe; the others may err.
import { pathsOf } from "./paths.mjs";
import { pattern, quoted, uidText } from "./text.mjs";
import { constructorOf, extensionTexts, strings, toText } from "./world.mjs";

const simple = ["Bool", "Long", "String", "ipaddr", "decimal", "datetime", "duration"].map((kind) => ({ kind }));
const orders = ["<", "<=", ">", ">="];
const largest = "9223372036854775807";

const sameType = (a, b) =>
  a.kind === b.kind && a.name === b.name &&
  (a.kind !== "Set" || sameType(a.element, b.element)) &&
  (a.kind !== "Record" || JSON.stringify(a.attributes) === JSON.stringify(b.attributes));

export class Expressions {
  /** `wild`: percent of places that get what does not belong there. */
  constructor(random, world, environment, wild) {
    this.random = random;
    this.world = world;
    this.wild = wild;
    this.paths = pathsOf(world.schema, environment, random);
    this.guards = [];
  }

  /** A Boolean whose reads are guarded in most cases. */
  condition(depth) {
    const outer = this.guards;
    this.guards = [];
    const body = this.#boolean(depth);
    const guards = this.random.chance(85) ? [...new Set(this.guards)] : [];
    this.guards = outer;
    return guards.length > 0 ? `(${[...guards, body].join(" && ")})` : body;
  }

  of(type, depth) {
    const { random } = this;
    if (this.wild > 0 && random.below(1000) < this.wild * 10) {
      type = random.pick(simple);
    }
    if (random.chance(depth > 0 ? 45 : 60)) {
      const found = this.#path(type);
      if (found) {
        return found;
      }
    }
    if (depth > 0 && random.chance(8)) {
      return `(if ${this.condition(depth - 1)} then ${this.of(type, depth - 1)} else ${this.of(type, depth - 1)})`;
    }
    switch (type.kind) {
      case "Bool": return `(${this.#boolean(depth - 1)})`;
      case "Long": return this.#long(depth);
      case "Set": return `[${random.list(random.chance(5) ? 0 : random.between(1, 3), () => this.of(type.element, depth - 1)).join(", ")}]`;
      case "Record": return this.#record(type, depth);
      case "Entity": return uidText(this.world.uid(type.name));
      case "String": return toText(this.world.value(type), random);
      default: return this.#extension(type.kind, depth);
    }
  }

  #path(type) {
    const fitting = this.paths.filter((path) => sameType(path.type, type));
    if (fitting.length === 0) {
      return null;
    }
    const { text, guards } = this.random.pick(fitting);
    this.guards.push(...guards);
    return this.wild > 0 && this.random.below(1000) < this.wild * 5 ? `${text}.missing` : text;
  }

  /** The type of something that can be read here, or a simple one. */
  #type() {
    return this.random.chance(70) ? this.random.pick(this.paths).type : this.random.pick(simple);
  }

  #long(depth) {
    const { random } = this;
    const share = random.below(depth > 0 ? 10 : 5);
    if (share >= 6) {
      return this.#mostlyEnclosed(`${this.of({ kind: "Long" }, depth - 1)} ${random.pick(["+", "-", "*"])} ${this.of({ kind: "Long" }, depth - 1)}`);
    }
    if (share === 5) {
      const part = random.pick(["Milliseconds", "Seconds", "Minutes", "Hours", "Days"]);
      return `${this.of({ kind: "duration" }, depth - 1)}.to${part}()`;
    }
    if (share === 4) {
      return random.chance(30) ? `-(${this.of({ kind: "Long" }, depth - 1)})` : `-${random.below(10)}`;
    }
    return random.chance(6) ? random.pick([largest, `(-${largest} - 1)`]) : String(random.below(13));
  }

  /** Without parentheses the operators around it decide what belongs together. */
  #mostlyEnclosed(text) {
    return this.random.chance(75) ? `(${text})` : text;
  }

  #record(type, depth) {
    const members = Object.entries(type.attributes).filter(([, { required }]) => required || this.random.chance(50));
    return `{${members.map(([name, { type: of }]) => `${quoted(name)}: ${this.of(of, depth - 1)}`).join(", ")}}`;
  }

  #extension(kind, depth) {
    const { random } = this;
    if (depth > 0 && random.chance(30)) {
      const datetime = () => this.of({ kind: "datetime" }, depth - 1);
      if (kind === "datetime") {
        return random.chance(50) ? `${datetime()}.toDate()` : `${datetime()}.offset(${this.of({ kind: "duration" }, depth - 1)})`;
      }
      if (kind === "duration") {
        return random.chance(50) ? `${datetime()}.toTime()` : `${datetime()}.durationSince(${datetime()})`;
      }
    }
    const text = random.below(1000) < this.wild * 10 ? random.pick(["", "x", "1.23456", "10.0.0.256"]) : random.pick(extensionTexts(kind));
    return `${constructorOf(kind)}(${quoted(text)})`;
  }

  #boolean(depth) {
    const { random } = this;
    if (depth <= 0) {
      return this.#test(0);
    }
    switch (random.below(12)) {
      case 0: return this.#mostlyEnclosed(`${this.condition(depth - 1)} && ${this.condition(depth - 1)}`);
      case 1: return this.#mostlyEnclosed(`${this.condition(depth - 1)} || ${this.condition(depth - 1)}`);
      case 2: return `!${random.pick(["", "!"])}(${this.condition(depth - 1)})`;
      case 3: return `(if ${this.condition(depth - 1)} then ${this.condition(depth - 1)} else ${this.condition(depth - 1)})`;
      case 4: return `((${this.condition(depth - 1)}) == ${this.of({ kind: "Bool" }, depth - 1)})`;
      default: return this.#test(depth);
    }
  }

  #test(depth) {
    const { random } = this;
    const inner = depth - 1;
    const of = (kind) => this.of({ kind }, inner);
    switch (random.below(13)) {
      case 0: case 1: return `${of("Long")} ${random.pick(orders)} ${of("Long")}`;
      case 2: return `${of("String")} like ${this.#pattern()}`;
      case 3: case 4: return this.#hierarchy(inner);
      case 5: return this.#sets(inner);
      case 6: return `${of("ipaddr")}.${random.pick(["isIpv4()", "isIpv6()", "isLoopback()", "isMulticast()", `isInRange(${of("ipaddr")})`])}`;
      case 7: return `${of("decimal")}.${random.pick(["lessThan", "lessThanOrEqual", "greaterThan", "greaterThanOrEqual"])}(${of("decimal")})`;
      case 8: return `${of("datetime")} ${random.pick(orders)} ${of("datetime")}`;
      case 9: return `${of("duration")} ${random.pick(orders)} ${of("duration")}`;
      case 10: return this.#presence(inner);
      case 11: return random.chance(20) ? random.pick(["true", "false"]) : of("Bool");
      default: return this.#equality(inner);
    }
  }

  #equality(depth) {
    const type = this.#type();
    return `${this.of(type, depth)} ${this.random.pick(["==", "!="])} ${this.of(type, depth)}`;
  }

  #pattern() {
    const parts = this.random.list(this.random.between(0, 4), () => (this.random.chance(50) ? null : this.random.pick(strings)));
    return pattern(parts);
  }

  #sets(depth) {
    const { random } = this;
    const known = this.paths.map(({ type }) => type).filter(({ kind }) => kind === "Set");
    const type = known.length > 0 && random.chance(70) ? random.pick(known) : { kind: "Set", element: random.pick(simple) };
    const set = this.of(type, depth);
    switch (random.below(4)) {
      case 0: return `${set}.contains(${this.of(type.element, depth)})`;
      case 1: return `${set}.containsAll(${this.of(type, depth)})`;
      case 2: return `${set}.containsAny(${this.of(type, depth)})`;
      default: return `${set}.isEmpty()`;
    }
  }

  #hierarchy(depth) {
    const { random, world } = this;
    const { entityTypes, actions } = world.schema;
    if (random.chance(15)) {
      const some = random.some(actions).map(uidText);
      return random.chance(50) ? `action == ${some[0]}` : `action in [${some.join(", ")}]`;
    }
    const known = this.paths.filter(({ type }) => type.kind === "Entity");
    const { text, type, guards } = random.pick(random.chance(60) ? known.slice(0, 2) : known);
    this.guards.push(...guards);
    const parents = entityTypes.get(type.name).parents;
    const above = parents.length > 0 && random.chance(85) ? random.pick(parents) : random.pick([...entityTypes.keys()]);
    const one = () => this.of({ kind: "Entity", name: above }, depth);
    switch (random.below(5)) {
      case 0: return `${text} is ${random.chance(60) ? type.name : random.pick([...entityTypes.keys()])}`;
      case 1: return `${text} is ${type.name} in ${one()}`;
      case 2: return `${text} in [${one()}, ${one()}]`;
      case 3: return `${text} in ${this.of({ kind: "Set", element: { kind: "Entity", name: above } }, depth)}`;
      default: return `${text} in ${one()}`;
    }
  }

  #presence(depth) {
    const { random } = this;
    const guarded = this.paths.filter(({ guards }) => guards.length > 0);
    if (guarded.length === 0 || random.chance(20)) {
      return `${random.pick(["principal", "resource", "context"])} has ${random.pick(["a", "owner", "a.b", '"two words"'])}`;
    }
    const { guards } = random.pick(guarded);
    this.guards.push(...guards.slice(0, -1));
    const tagged = this.paths.filter(({ type }) => type.kind === "Entity" && this.world.schema.entityTypes.get(type.name).tags);
    if (tagged.length > 0 && random.chance(30)) {
      const { text, guards: before } = random.pick(tagged);
      this.guards.push(...before);
      return `${text}.hasTag(${this.of({ kind: "String" }, depth)})`;
    }
    return guards.at(-1);
  }
}
