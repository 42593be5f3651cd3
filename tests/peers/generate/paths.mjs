// What a condition can read in one environment (principal type, action,
// resource type): every attribute and tag, with the test that makes it safe.
import { access, isPlain, quoted } from "./text.mjs";

const most = 80;

/** [{ text, type, guards }]; guards are in the order in which they must stand. */
export function pathsOf(schema, { principal, action, resource }, random) {
  const entity = (name) => ({ kind: "Entity", name });
  const paths = [
    { text: "principal", type: entity(principal), guards: [] },
    { text: "resource", type: entity(resource), guards: [] },
    { text: "context", type: action.context, guards: [] },
  ];
  for (let i = 0; i < paths.length && paths.length < most; ++i) {
    const base = paths[i];
    if (base.guards.length + base.text.length > 60) {
      continue;
    }
    const isEntity = base.type.kind === "Entity";
    const declared = isEntity ? schema.entityTypes.get(base.type.name) : base.type;
    for (const [name, { type, required }] of Object.entries(declared.attributes ?? {})) {
      const guard = `${base.text} has ${isPlain(name) ? name : quoted(name)}`;
      paths.push({ text: access(base.text, name, random), type, guards: guarded(base, guard, required, random) });
    }
    if (isEntity && declared.tags) {
      const key = random.pick(["k1", "k2"]);
      const guard = `${base.text}.hasTag("${key}")`;
      paths.push({ text: `${base.text}.getTag("${key}")`, type: declared.tags, guards: guarded(base, guard, false, random) });
    }
  }
  return paths;
}

function guarded(base, guard, required, random) {
  return required && random.chance(80) ? base.guards : [...base.guards, guard];
}
