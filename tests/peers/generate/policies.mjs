// Random policies, templates and links for a world.
import { Expressions } from "./expressions.mjs";
import { quoted, uidText } from "./text.mjs";
import { strings } from "./world.mjs";

const notes = ["@note", '@reason("because")', '@if("a word of the language")'];

export class PolicyMaker {
  constructor(random, world, wild) {
    this.random = random;
    this.world = world;
    const { actions } = world.schema;
    this.environments = random.list(3, () => {
      const action = random.pick(actions.filter(({ group }) => !group));
      return { action, principal: random.pick(action.principals), resource: random.pick(action.resources) };
    });
    // One generator of expressions for each environment: the paths are found once.
    this.expressions = this.environments.map((environment) => new Expressions(random, world, environment, wild));
  }

  /** { policies: [{ id, text, slots }], links: [{ templateId, newId, values }] } */
  make(count) {
    const policies = [];
    const links = [];
    for (let index = 0; index < count; ++index) {
      const { text, slots } = this.#policy(index);
      policies.push({ id: text.startsWith('@id("') ? `named ${index}` : `policy${index}`, text, slots });
      for (let more = Object.keys(slots).length > 0 ? this.random.below(4) : 0; more > 0; --more) {
        const values = Object.fromEntries(Object.entries(slots).map(([slot, value]) => [slot, value()]));
        links.push({ templateId: policies.at(-1).id, newId: `link ${links.length}`, values });
      }
    }
    return { policies, links };
  }

  #policy(index) {
    const { random } = this;
    const number = random.below(this.environments.length);
    const environment = this.environments[number];
    const slots = {};
    const asTemplate = random.chance(15);
    const scope = [
      this.#scope("principal", environment.principal, slots, asTemplate),
      this.#action(environment.action),
      this.#scope("resource", environment.resource, slots, asTemplate),
    ];
    const annotations = [
      ...(random.chance(30) ? [`@id("named ${index}")`] : []),
      ...(random.chance(20) ? [random.chance(50) ? random.pick(notes) : `@text(${quoted(random.pick(strings))})`] : []),
    ];
    const conditions = random.list(random.pick([0, 1, 1, 1, 2]), () =>
      `${random.pick(["when", "when", "when", "unless"])} { ${this.expressions[number].condition(random.between(0, 3))} }`);
    const lines = [...annotations, `${random.chance(85) ? "permit" : "forbid"} (${scope.join(", ")})`, ...conditions];
    return { text: `${lines.join(random.chance(90) ? "\n" : " // a remark\n")};`, slots };
  }

  #scope(variable, type, slots, asTemplate) {
    const { random, world } = this;
    const { parents } = world.schema.entityTypes.get(type);
    const above = parents.length > 0 && random.chance(90) ? random.pick(parents) : type;
    const is = ` is ${random.chance(95) ? type : random.pick([...world.schema.entityTypes.keys()])}`;
    const form = random.below(100);
    const slot = asTemplate && random.chance(65) ? `?${variable}` : null;
    const entity = (of) => {
      if (slot) {
        slots[slot] = () => world.uid(random.chance(97) ? of : random.pick([...world.schema.entityTypes.keys()]));
        return slot;
      }
      return uidText(world.uid(of));
    };
    if (!slot && form < 40) {
      return variable + (form < 12 ? "" : is);
    }
    if (form < 55) {
      return `${variable} == ${entity(type)}`;
    }
    return `${variable}${form < 80 ? "" : is} in ${entity(above)}`;
  }

  #action(action) {
    const { random, world } = this;
    const all = world.schema.actions;
    switch (random.below(6)) {
      case 0: return "action";
      case 1: return `action in ${uidText(action.parents.length > 0 ? random.pick(action.parents) : random.pick(all))}`;
      case 2: return `action in [${[action, ...random.some(all)].map(uidText).join(", ")}]`;
      case 3: return `action in [${(random.chance(10) ? [] : random.some(all)).map(uidText).join(", ")}]`;
      default: return `action == ${uidText(action)}`;
    }
  }
}
