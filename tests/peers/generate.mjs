// node generate.mjs DIR [REQUESTS [SEED]]: random Cedar cases, answered by the
// official engine and written as the official corpus writes its cases.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";

import cedar from "@cedar-policy/cedar-wasm/nodejs";

import { addMistake } from "./generate/mistakes.mjs";
import { PolicyMaker } from "./generate/policies.mjs";
import { Random } from "./generate/random.mjs";
import { makeSchema } from "./generate/schema.mjs";
import { World } from "./generate/world.mjs";

// Node 20 dies in its optimiser ("unreachable code", DoComputeBuiltinContinuation)
// when it inlines calls of WebAssembly.
setFlagsFromString("--no-turbo-inline-js-wasm-calls");

const requestsPerCase = 20;

/** What the engine says, or an exception with its words: all that is generated must be understood. */
function accepted(answer, what) {
  if (answer.type !== "success") {
    throw new Error(`${what}: ${JSON.stringify(answer.errors)}`);
  }
  return answer;
}

function sizeOf(random) {
  const share = random.below(100);
  if (share < 10) {
    return 1;
  }
  return share < 70 ? random.between(2, 20) : share < 95 ? random.between(20, 80) : random.between(80, 300);
}

function makeCase(random) {
  const strict = random.chance(50);
  const schema = makeSchema(random);
  const world = new World(random, schema, strict);
  const maker = new PolicyMaker(random, world, strict ? 1 : 2);
  const made = maker.make(sizeOf(random));
  const requests = random.list(requestsPerCase, () => world.request(random.pick(maker.environments)));
  const entities = world.json();
  if (strict && random.chance(40)) {
    addMistake(random, entities, schema);
  }
  return { schema: schema.text, entities, ...made, requests };
}

function policySet({ policies, links }) {
  const texts = (wanted) => Object.fromEntries(policies.filter(wanted).map(({ id, text }) => [id, text]));
  return {
    staticPolicies: texts(({ slots }) => Object.keys(slots).length === 0),
    templates: texts(({ slots }) => Object.keys(slots).length > 0),
    templateLinks: links,
  };
}

/** The ids of the policies that are not strictly valid, sorted. */
function invalidOf(schema, policies) {
  const answer = accepted(cedar.validate({ schema, policies, validationSettings: { mode: "strict" } }), "validate");
  return [...new Set(answer.validationErrors.map(({ policyId }) => policyId))].sort();
}

/** Whether the schema admits the request. */
function isValid(request) {
  return cedar.statefulIsAuthorized({
    ...request, preparsedPolicySetId: "none", preparsedSchemaName: "case", entities: [], validateRequest: true,
  }).type === "success";
}

function answered(policySetId, entities, request) {
  const { response } = accepted(
    cedar.statefulIsAuthorized({ ...request, preparsedPolicySetId: policySetId, entities, validateRequest: false }), "request");
  const { reason, errors } = response.diagnostics;
  return { decision: response.decision, reason, errors: errors.map(({ policyId }) => policyId) };
}

/** Writes one case; returns how many there were of what. */
function writeCase(folder, name, made) {
  const policies = policySet(made);
  accepted(cedar.preparsePolicySet("case", policies), `${name}: policies`);
  const invalidPolicies = invalidOf(made.schema, policies);
  accepted(cedar.preparseSchema("case", made.schema), `${name}: schema`);
  const entitiesValid = cedar.checkParseEntities({ entities: made.entities, schema: made.schema }).type === "success";
  const requests = made.requests.map((request, index) => ({
    description: `Request ${index}`, ...request, requestValid: isValid(request), ...answered("case", made.entities, request),
  }));
  const write = (end, text) => writeFileSync(join(folder, name + end), text);
  write(".cedar", `${made.policies.map(({ text }) => text).join("\n\n")}\n`);
  write(".cedarschema", `${made.schema}\n`);
  write(".entities.json", JSON.stringify(made.entities, null, 1));
  write(".json", JSON.stringify({
    policies: `${name}.cedar`, entities: `${name}.entities.json`, schema: `${name}.cedarschema`,
    shouldValidate: invalidPolicies.length === 0, invalidPolicies, entitiesValid, templateLinks: made.links, requests,
  }, null, 1));
  return {
    requests: requests.length,
    policies: made.policies.length,
    links: made.links.length,
    invalid: invalidPolicies.length,
    entitiesInvalid: entitiesValid ? 0 : 1,
    requestsInvalid: requests.filter(({ requestValid }) => !requestValid).length,
    allowed: requests.filter(({ decision }) => decision === "allow").length,
    denied: requests.filter(({ decision, reason }) => decision === "deny" && reason.length > 0).length,
    erring: requests.filter(({ errors }) => errors.length > 0).length,
  };
}

/** Returns the sums of what was written. */
export function generate(folder, requests, seed) {
  const random = new Random(seed);
  accepted(cedar.preparsePolicySet("none", { staticPolicies: "" }), "no policies");
  const total = {};
  mkdirSync(folder, { recursive: true });
  for (let index = 0; (total.requests ?? 0) < requests; ++index) {
    const counts = writeCase(folder, `case${String(index).padStart(5, "0")}`, makeCase(random));
    for (const [what, count] of Object.entries(counts)) {
      total[what] = (total[what] ?? 0) + count;
    }
  }
  return total;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder, requests = "20000", seed = String(Date.now() % 2 ** 31)] = process.argv.slice(2);
  console.log(JSON.stringify({ seed: Number(seed), ...generate(folder, Number(requests), Number(seed)) }));
}
