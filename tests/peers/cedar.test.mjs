// The official Cedar implementation judges the schema and the built-in policies
// that the server runs on.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import cedar from "@cedar-policy/cedar-wasm/nodejs";

const read = (name) => readFileSync(new URL(`../../schemas/cedar/${name}`, import.meta.url), "utf8");
const schema = read("charter.cedarschema");
const builtin = read("builtin.cedar");

const validate = (policies) =>
  cedar.validate({ schema, policies: { staticPolicies: policies }, validationSettings: { mode: "strict" } });

test("the schema parses", () => {
  const answer = cedar.checkParseSchema(schema);

  assert.equal(answer.type, "success", JSON.stringify(answer));
});

test("the built-in policies parse", () => {
  const answer = cedar.checkParsePolicySet({ staticPolicies: builtin });

  assert.equal(answer.type, "success", JSON.stringify(answer));
});

test("the built-in policies are strictly valid against the schema, without a warning", () => {
  const answer = validate(builtin);

  assert.equal(answer.type, "success", JSON.stringify(answer));
  assert.deepEqual(answer.validationErrors, []);
  assert.deepEqual(answer.validationWarnings, []);
  assert.deepEqual(answer.otherWarnings, []);
});

test("each built-in policy has its own @id", () => {
  const parts = cedar.policySetTextToParts(builtin);

  assert.equal(parts.type, "success", JSON.stringify(parts));
  const ids = parts.policies.map((text) => cedar.policyToJson(text).json.annotations?.id);
  assert.ok(ids.every((id) => typeof id === "string" && id.length > 0), JSON.stringify(ids));
  assert.equal(new Set(ids).size, ids.length, JSON.stringify(ids));
});

test("no built-in policy permits a use of data", () => {
  const parts = cedar.policySetTextToParts(builtin);
  const data = new Set(["data", "read", "read_masked", "write"]);

  for (const text of parts.policies) {
    const { effect, action } = cedar.policyToJson(text).json;
    const named = [action.entity, ...(action.entities ?? [])].filter(Boolean).map((uid) => uid.id);
    if (effect === "permit") {
      assert.notEqual(action.op, "All", text);
      assert.ok(!named.some((name) => data.has(name)), text);
    }
  }
});

test("the validator would notice an attribute that does not exist", () => {
  const answer = validate("permit (principal, action, resource is Port) when { resource.owner == principal };");

  assert.equal(answer.type, "success", JSON.stringify(answer));
  assert.ok(answer.validationErrors.length > 0);
});
