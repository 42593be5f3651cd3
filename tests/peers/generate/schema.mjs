// Random schemas, as objects for the generator and as text for the engines.
import { baseName, memberName, quoted, uidText } from "./text.mjs";

const namespaces = ["", "App", "App::Core"];
const attributeNames = ["a", "b", "count", "name", "owner", "level", "flags", "if", "two words", "é", "", "principal"];
const extensions = ["ipaddr", "decimal", "datetime", "duration"];
export const primitives = ["Bool", "Long", "String"];

const qualified = (namespace, name) => (namespace ? `${namespace}::${name}` : name);

class SchemaMaker {
  constructor(random) {
    this.random = random;
    this.namespaces = random.some(namespaces, 3);
    this.entityTypes = new Map();
    this.common = [];
    this.actions = [];
  }

  type(depth) {
    const { random } = this;
    const share = random.below(100);
    if (share < 50) {
      return { kind: random.pick(primitives) };
    }
    if (share < 65) {
      return { kind: "Entity", name: random.pick([...this.entityTypes.keys()]) };
    }
    if (share < 80 && depth > 0) {
      return { kind: "Set", element: this.type(depth - 1) };
    }
    if (share < 90 && depth > 0) {
      return this.shared(this.record(depth - 1, random.below(4)));
    }
    return { kind: random.pick(extensions) };
  }

  record(depth, count) {
    const attributes = {};
    for (let i = 0; i < count; ++i) {
      attributes[this.random.pick(attributeNames)] = { type: this.type(depth), required: this.random.chance(60) };
    }
    return { kind: "Record", attributes };
  }

  /** Some types get a name of their own. */
  shared(type) {
    if (this.random.chance(60)) {
      return type;
    }
    const name = qualified(this.random.pick(this.namespaces), `Shared${this.common.length}`);
    this.common.push({ name, type });
    return { ...type, alias: name };
  }

  declare(names, role) {
    return names.map((name) => {
      const full = qualified(this.random.pick(this.namespaces), name);
      this.entityTypes.set(full, { name: full, role, parents: [], attributes: {}, tags: null, ids: null });
      return full;
    });
  }

  makeEntityTypes() {
    const { random } = this;
    const count = (names, most) => names.slice(0, random.between(1, most));
    this.groups = this.declare(count(["Group", "Team"], 2), "group");
    this.subjects = this.declare(count(["User", "Bot", "Partner"], 3), "subject");
    this.containers = this.declare(count(["Folder", "Shelf"], 2), "container");
    this.objects = this.declare(count(["Document", "Table", "Port"], 3), "object");
    const enumerated = this.declare(random.chance(40) ? ["Color"] : [], "enumerated");

    for (const type of this.entityTypes.values()) {
      if (enumerated.includes(type.name)) {
        type.ids = random.some(["red", "green", "blue", ""], 4);
        continue;
      }
      type.attributes = this.record(2, random.below(6)).attributes;
      type.tags = random.chance(40) ? this.type(1) : null;
    }
    this.makeParents(this.groups, this.subjects);
    this.makeParents(this.containers, this.objects);
  }

  makeParents(outer, inner) {
    for (const name of outer) {
      this.entityTypes.get(name).parents = this.random.chance(85) ? [name] : [];
    }
    for (const name of inner) {
      this.entityTypes.get(name).parents = this.random.chance(90) ? this.random.some(outer) : [];
    }
  }

  /** Every action is in groups declared before it, so there is no cycle. */
  makeActions() {
    const { random } = this;
    const groups = random.between(0, 3);
    const names = ["all", "read group", "write", "view", "edit", "delete", "list it", "share"];
    for (let i = 0; i < groups + random.between(1, 4); ++i) {
      const isGroup = i < groups;
      const known = this.actions.filter(({ group }) => group || random.chance(10));
      this.actions.push({
        type: qualified(random.pick(this.namespaces), "Action"),
        id: names[i],
        group: isGroup,
        parents: known.length > 0 && random.chance(60) ? random.some(known, 2) : [],
        principals: isGroup ? [] : random.some(random.chance(85) ? this.subjects : [...this.subjects, ...this.groups]),
        resources: isGroup ? [] : random.some(random.chance(70) ? this.objects : [...this.objects, ...this.containers]),
        context: this.record(2, isGroup ? 0 : random.below(5)),
      });
    }
  }
}

class SchemaText {
  constructor(schema, random) {
    this.schema = schema;
    this.random = random;
  }

  /** The name alone where the namespace is the same. */
  name(full, namespace) {
    const base = baseName(full);
    return full === qualified(namespace, base) && this.random.chance(60) ? base : full;
  }

  type(type, namespace) {
    if (type.alias) {
      return this.name(type.alias, namespace);
    }
    switch (type.kind) {
      case "Entity": return this.name(type.name, namespace);
      case "Set": return `Set<${this.type(type.element, namespace)}>`;
      case "Record": return this.record(type, namespace);
      default: return (this.random.chance(10) ? "__cedar::" : "") + type.kind;
    }
  }

  record(type, namespace) {
    const members = Object.entries(type.attributes).map(
      ([name, { type: of, required }]) =>
        `${memberName(name, this.random)}${required ? "" : "?"}: ${this.type(of, namespace)}`);
    return `{ ${members.join(", ")} }`;
  }

  names(full, namespace) {
    const names = full.map((name) => this.name(name, namespace));
    return names.length === 1 && this.random.chance(50) ? names[0] : `[${names.join(", ")}]`;
  }

  entity(type, namespace) {
    const head = `entity ${baseName(type.name)}`;
    if (type.ids) {
      return `${head} enum [${type.ids.map(quoted).join(", ")}];`;
    }
    const parents = type.parents.length > 0 ? ` in ${this.names(type.parents, namespace)}` : "";
    const shape = this.record({ attributes: type.attributes }, namespace);
    const tags = type.tags ? ` tags ${this.type(type.tags, namespace)}` : "";
    return `${head}${parents} ${this.random.pick(["= ", ""])}${shape}${tags};`;
  }

  action(action, namespace) {
    const own = qualified(namespace, "Action");
    const parents = action.parents.map((parent) => (parent.type === own ? quoted(parent.id) : uidText(parent)));
    const head = `action ${memberName(action.id, this.random)}${parents.length > 0 ? ` in [${parents.join(", ")}]` : ""}`;
    return action.group
      ? `${head};`
      : `${head} appliesTo { principal: ${this.names(action.principals, namespace)}, resource: ${this.names(action.resources, namespace)}, context: ${this.record(action.context, namespace)} };`;
  }

  all() {
    const { entityTypes, common, actions } = this.schema;
    return this.schema.namespaces.map((namespace) => {
      const mine = (name) => name === qualified(namespace, baseName(name));
      const lines = [
        ...common.filter(({ name }) => mine(name)).map(({ name, type }) => `type ${baseName(name)} = ${this.type(type, namespace)};`),
        ...[...entityTypes.values()].filter(({ name }) => mine(name)).map((type) => this.entity(type, namespace)),
        ...actions.filter(({ type }) => mine(type)).map((action) => this.action(action, namespace)),
      ];
      return namespace ? `namespace ${namespace} {\n${lines.join("\n")}\n}` : lines.join("\n");
    }).join("\n\n");
  }
}

/** { namespaces, entityTypes, actions, …, text } */
export function makeSchema(random) {
  const schema = new SchemaMaker(random);
  schema.makeEntityTypes();
  schema.makeActions();
  schema.text = new SchemaText(schema, random).all();
  return schema;
}
