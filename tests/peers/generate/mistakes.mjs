// One mistake in entities that were as the schema wants them. Read without a
// schema they must still be good, so no cycle and no entity twice.

const values = [1, "text", true, [], {}, [1, "text"], { __entity: { type: "Nothing", id: "x" } }, { __extn: { fn: "decimal", arg: "1.0" } }];

/** Changes one value somewhere inside. */
function spoil(random, record) {
  const names = Object.keys(record);
  if (names.length === 0 || random.chance(20)) {
    record.surplus = random.pick(values);
    return;
  }
  const name = random.pick(names);
  const value = record[name];
  if (Array.isArray(value) && random.chance(60)) {
    value.push(random.pick(values));
  } else if (typeof value === "object" && !Array.isArray(value) && !value.__entity && !value.__extn && random.chance(70)) {
    spoil(random, value);
  } else if (value.__entity && random.chance(60)) {
    value.__entity.id = "mauve";  // good, unless its type is enumerated
  } else if (random.chance(40)) {
    delete record[name];
  } else {
    record[name] = random.pick(values);
  }
}

const isAction = ({ uid }) => /(^|::)Action$/.test(uid.type);

export function addMistake(random, entities, schema) {
  const types = [...schema.entityTypes.values()];
  const entity = random.pick(entities);
  const alone = (type, id) => entities.push({ uid: { type, id }, attrs: {}, parents: [] });
  switch (random.below(8)) {
    case 0: entity.parents.push({ type: isAction(entity) ? entity.uid.type : random.pick(types).name, id: "new parent" }); break;
    case 1: entity.tags = { ...entity.tags, k1: random.pick(values) }; break;
    case 2: alone(random.pick(["Nothing", random.pick(types).name]), "alone"); break;
    case 3: alone(random.pick(schema.actions).type, "unknown"); break;
    case 4: entities.at(-1).parents = random.chance(50) ? [] : [{ type: random.pick(schema.actions).type, id: "unknown" }]; break;
    default: spoil(random, entity.attrs);
  }
}
