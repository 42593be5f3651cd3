// The official Cedar engine against our validator: conditions put together at random
// from pieces that are right, nearly right and wrong, in scopes of many kinds.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import cedar from "@cedar-policy/cedar-wasm/nodejs";

const program = join(process.env.CHARTER_BUILD ?? "", "cedar_validate");
const skip = existsSync(program) ? false : "CHARTER_BUILD has no cedar_validate";

const schema = `
  type Address = { street: String, zip?: Long };
  entity Group in [Group] { level: Long, owner?: User } tags Long;
  entity User in [Group] { name: String, age?: Long, manager?: User, address: Address, home?: Address,
    ok?: Bool, groups: Set<Group>, since: datetime, ttl?: duration, score: decimal } tags String;
  entity Robot { name?: String, owner: User };
  entity Doc in [Folder] { owner: User, public?: Bool, viewers: Set<User> } tags Set<String>;
  entity Folder in [Folder];
  entity Color enum ["red", "green"];
  action all; action data in [all];
  action read in [data] appliesTo { principal: [User, Robot], resource: [Doc, Folder], context: { ip: ipaddr, now?: datetime, who: User } };
  action write in [data] appliesTo { principal: User, resource: Doc, context: { name: String, ok?: Bool } };
  action paint appliesTo { principal: [User, Group], resource: Color };
  namespace N { entity T; action act appliesTo { principal: T, resource: T }; }`;

const scopes = [
  "principal is User, action == Action::\"read\", resource is Doc", "principal, action == Action::\"write\", resource",
  "principal is User, action in [Action::\"read\", Action::\"write\"], resource is Doc", "principal, action, resource",
  "principal in ?principal, action in Action::\"all\", resource == ?resource", "principal == User::\"u\", action, resource",
  "principal is User in Group::\"g\", action in Action::\"data\", resource in Folder::\"f\"",
  "principal is Robot, action == Action::\"write\", resource", "principal in Group::\"g\", action == Action::\"paint\", resource == Color::\"red\"",
  "principal, action in [Action::\"read\", N::Action::\"act\"], resource", "principal is N::T, action, resource",
];
const guarded = [
  ["principal has age", "principal.age > 1"], ["principal has home.zip", "principal.home.zip == 1"], ["principal has home", "principal.home == principal.address"],
  ["principal has manager", "principal.manager has age"], ["resource.owner has age", "resource.owner.age < 3"], ["principal has ok", "principal.ok"],
  ["principal has manager.manager.age", "principal.manager.manager.age - 1 >= 2"], ["resource has public", "resource[\"public\"]"],
  ["principal.hasTag(\"a\")", "principal.getTag(\"a\") like \"x*\""], ["resource.hasTag(principal.name)", "resource.getTag(principal.name).contains(\"x\")"],
  ["context has now", "context.now > principal.since"], ["principal has ttl", "principal.since.offset(principal.ttl) <= principal.since"],
  ["(if principal has age then principal else resource.owner) has age", "(if principal has age then principal else resource.owner).age == 1"],
];
const single = [
  "true", "false", "1 < 2", "1 == 2", "1 == \"a\"", "principal == resource", "principal is User", "principal is Robot", "resource is Doc in Folder::\"f\"",
  "principal in Group::\"g\"", "principal in Folder::\"f\"", "resource in [Folder::\"f\", Folder::\"g\"]", "principal in principal.groups", "principal in [Group::\"g\", principal]",
  "action == Action::\"read\"", "action in Action::\"all\"", "action in [Action::\"write\", action]", "action in Group::\"g\"", "action has name",
  "principal.name == \"a\"", "principal.name == 1", "principal.nope == 1", "resource.viewers.contains(principal)", "resource.viewers.contains(resource)",
  "resource.viewers.containsAny([resource.owner])", "principal.groups.containsAll([principal])", "[].isEmpty()", "[1, 2].contains(3)", "[1, \"a\"].isEmpty()",
  "[true, false].contains(1 < 2)", "{a: 1 < 2} == {a: true}", "{a: 1} == {a: 1, b: 2}", "principal.address == {street: \"a\", zip: 1}", "context.ip.isInRange(ip(\"10.0.0.0/8\"))",
  "context.ip == ip(\"300.0.0.1\")", "context.ip == ip(principal.name)", "principal.score.lessThan(decimal(\"1.5\"))", "principal.score < principal.score", "resource == Color::\"red\"",
  "context has nope.deep", "context.who has home.zip", "principal has name.length", "principal.since == datetime(\"2024-01-01\")", "principal.since.durationSince(context.now) == duration(\"1d\")",
  "principal != User::\"u\"", "(if principal.name == \"a\" then 1 else 2) > 1", "(if 1 < 2 then 1 else \"a\") == 1", "N::T::\"t\" == principal", "-1 == 0 - 1", "principal.level > 1",
];

let seed = 20261121;
const random = () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
};
const pick = (list) => list[Math.floor(random() * list.length)];

const condition = (depth) => {
  const inner = () => condition(depth - 1);
  if (depth === 0 || random() < 0.15) {
    const [test, use] = pick(guarded);
    return pick([test, `${test} && ${use}`, `${test} && ${use}`, use, pick(single), pick(single)]);
  }
  const [test, use] = pick(guarded);
  return pick([
    () => `(${inner()}) && (${inner()})`, () => `(${inner()}) || (${inner()})`, () => `!(${inner()})`, () => `if ${inner()} then ${inner()} else ${inner()}`,
    () => `(${test} || (${inner()})) && ${use}`, () => `(${test} && (${inner()})) && (${use} || (${inner()}))`,
    () => `if ${test} then ${use} else ${inner()}`, () => `(if ${inner()} then ${test} else ${pick(["false", test])}) && ${use}`,
  ])();
};
const policy = () =>
  `permit(${pick(scopes)}) ${pick(["when", "when", "unless"])} { ${condition(2)} }${random() < 0.3 ? ` when { ${condition(1)} }` : ""};`;

test("random policies are valid, and impossible, exactly when the official engine says so", { skip }, () => {
  const policies = Array.from({ length: 2000 }, policy);
  const input = policies.map((text) => `${JSON.stringify({ schema, policies: text })}\n`).join("");
  const { stdout } = spawnSync(program, { input, encoding: "utf8", maxBuffer: 2 ** 28 });
  const answers = stdout.trim().split("\n").map((line) => JSON.parse(line));
  assert.equal(answers.length, policies.length);
  let valid = 0;
  policies.forEach((text, i) => {
    const set = text.includes("?") ? { templates: { policy0: text } } : { staticPolicies: text };
    const official = cedar.validate({ schema, policies: set, validationSettings: { mode: "strict" } });
    assert.equal(official.type, "success", text);
    assert.equal(answers[i].errors?.length > 0, official.validationErrors.length > 0, `${text}\n${JSON.stringify(answers[i])}`);
    if (official.validationErrors.length > 0) return;
    assert.equal(answers[i].warnings.length, official.validationWarnings.length, text);
    valid += 1;
  });
  assert.ok(valid > 200 && valid < 1800, `${valid} of them are valid`);
});
