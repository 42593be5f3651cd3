// The OpenAPI document against the official JSON Schema of OpenAPI 3.1.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Validator } from "@seriousme/openapi-schema-validator";

const text = readFileSync(new URL("../../schemas/openapi.yaml", import.meta.url), "utf8");

test("schemas/openapi.yaml is a valid OpenAPI 3.1 document", async () => {
  const validator = new Validator();

  const answer = await validator.validate(text);

  assert.ok(answer.valid, JSON.stringify(answer.errors, null, 2));
  assert.equal(validator.version, "3.1");
});

test("each reference in schemas/openapi.yaml leads somewhere", async () => {
  const validator = new Validator();
  await validator.validate(text);

  assert.doesNotThrow(() => validator.resolveRefs());
});

test("the validator would notice a response without a description", async () => {
  const broken = text.replace("Problem: {description: ", "Problem: {descripton: ");

  assert.notEqual(broken, text);
  assert.equal((await new Validator().validate(broken)).valid, false);
});
