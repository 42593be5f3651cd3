// Damaged policies and schemas: both engines must refuse the same texts. A run says
// its seed; CHARTER_PEERS_SEED repeats it.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import cedar from "@cedar-policy/cedar-wasm/nodejs";

import { damaged } from "./generate/damage.mjs";
import { PolicyMaker } from "./generate/policies.mjs";
import { Random } from "./generate/random.mjs";
import { makeSchema } from "./generate/schema.mjs";
import { World } from "./generate/world.mjs";

const fresh = process.env.CI ? 1 : Date.now() % 1_000_000_000;
const seed = Number(process.env.CHARTER_PEERS_SEED ?? fresh);
const worlds = 100;
const program = join(process.env.CHARTER_BUILD ?? "", "cedar_validate");
const skip = existsSync(program) ? false : "CHARTER_BUILD has no cedar_validate";

/** Damaged texts of each kind, at random. */
function makeTexts(random) {
  const policies = [];
  const schemas = [];
  for (let i = 0; i < worlds; ++i) {
    const schema = makeSchema(random);
    const maker = new PolicyMaker(random, new World(random, schema, true), 2);
    policies.push(...maker.make(80).policies.map(({ text }) => damaged(random, text)));
    schemas.push(...random.list(20, () => damaged(random, schema.text)));
  }
  return { policies, schemas };
}

/** Why ours refuses each question, or null. */
function refusals(questions) {
  const input = questions.map((question) => `${JSON.stringify(question)}\n`).join("");
  const { stdout, status } = spawnSync(program, { input, encoding: "utf8", maxBuffer: 2 ** 28 });
  assert.equal(status, 0);
  return stdout.trim().split("\n").map((line) => JSON.parse(line).refused ?? null);
}

function compare(one, texts, official, question) {
  const ours = refusals(texts.map(question));
  const found = texts.map((text, index) => ({ text, theirs: official(text), ours: ours[index] }));
  const different = found.filter(({ theirs, ours: why }) => (theirs === null) !== (why === null));
  const refused = found.filter(({ theirs }) => theirs !== null).length;

  one.diagnostic(`CHARTER_PEERS_SEED=${seed}: ${texts.length} texts, ${refused} refused`);
  assert.deepEqual(different.slice(0, 5), [], `${different.length} differ`);
  assert.ok(refused > texts.length / 5 && refused < texts.length, "texts of one kind only compare little");
}

const { policies, schemas } = makeTexts(new Random(seed));
const errors = (answer) => (answer.type === "success" ? null : answer.errors.map(({ message }) => message).join("; "));

test("damaged policies are refused alike", { skip }, (one) => {
  compare(one, policies, (text) => errors(cedar.policySetTextToParts(text)), (text) => ({ schema: "", policies: text }));
});

test("damaged schemas are refused alike", { skip }, (one) => {
  compare(one, schemas, (text) => errors(cedar.checkParseSchema(text)), (text) => ({ schema: text, policies: "" }));
});
