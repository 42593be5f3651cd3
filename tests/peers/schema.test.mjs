// The official Cedar engine against ours on schemas: whether one is accepted, what
// it becomes in the other form, and which entities and requests fit one.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import cedar from "@cedar-policy/cedar-wasm/nodejs";

const root = new URL("../../", import.meta.url).pathname;
const cases = JSON.parse(readFileSync(join(root, "tests/policy/schema_cases.json"), "utf8"));

const attempt = (call) => {
  try {
    return call();
  } catch (error) {
    return { type: "failure", errors: [{ message: String(error) }] };
  }
};
const succeeds = (call) => attempt(call).type === "success";

// Its text form writes Action::"a" for an action that JSON names without a type.
const withActionTypes = (schema) => {
  for (const { actions } of Object.values(schema)) {
    for (const { memberOf = [] } of Object.values(actions)) {
      for (const parent of memberOf) parent.type ??= "Action";
    }
  }
  return schema;
};

/** Its translation of a text, or of what it writes for JSON; nothing when it refuses. */
const translation = (form, schema) => {
  const text = form === "text" ? { text: schema } : attempt(() => cedar.schemaToText(JSON.parse(schema)));
  const json = text.text === undefined ? text : attempt(() => cedar.schemaToJson(text.text));
  return json.json;
};

test("the recorded answers about schemas are the official ones", () => {
  for (const { what, form, schema, accepted, json, refused_before } of cases.schemas) {
    if (refused_before) continue;
    const found = succeeds(() => cedar.checkParseSchema(form === "text" ? schema : JSON.parse(schema)));
    assert.equal(found, accepted, `${form} ${what}`);
    if (json) assert.deepEqual(translation(form, schema), json, `${form} ${what}`);
  }
});

test("the recorded answers about entities are the official ones", () => {
  const schema = cases.entities_schema;
  for (const { what, entities, accepted } of cases.entities) {
    assert.equal(succeeds(() => cedar.checkParseEntities({ schema, entities })), accepted, what);
  }
});

test("the recorded answers about requests are the official ones", () => {
  const policies = { staticPolicies: "permit (principal, action, resource);" };
  for (const { what, accepted, ...request } of cases.requests) {
    const call = { ...request, schema: cases.entities_schema, validateRequest: true, policies, entities: [] };
    assert.equal(succeeds(() => cedar.isAuthorized(call)), accepted, what);
  }
});

// --- every schema of the official corpus, where it and our program are ---

const builds = existsSync(join(root, "build")) ? readdirSync(join(root, "build")) : [];
const program = builds.map((kind) => join(root, "build", kind, "cedar_schema")).find(existsSync);
const archives = ["corpus", "examples", "handwritten"]
  .map((name) => join(root, `../shared/cedar/${name}.tar.gz`))
  .filter(existsSync);
const missing = !program ? "cedar_schema is not built" : archives.length === 0 ? "../shared/cedar is not there" : false;

const ours = (questions) =>
  execFileSync(program, { input: questions.map((q) => JSON.stringify(q) + "\n").join(""), maxBuffer: 2 ** 30 })
    .toString()
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

const filesBelow = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)],
  );

test("every schema of the corpus is accepted and translated as officially, both ways", { skip: missing }, () => {
  const folder = mkdtempSync(join(tmpdir(), "charter-schemas-"));
  try {
    for (const archive of archives) execFileSync("tar", ["-C", folder, "-xzf", archive]);
    const questions = filesBelow(folder)
      .filter((file) => /\.cedarschema(\.json)?$/.test(file))
      .map((file) => ({ file, form: file.endsWith(".json") ? "json" : "text", schema: readFileSync(file, "utf8") }));
    const answers = ours(questions);
    assert.ok(questions.length > 0);

    const texts = [];
    questions.forEach(({ file, form, schema }, i) => {
      const accepted = succeeds(() => cedar.checkParseSchema(form === "text" ? schema : JSON.parse(schema)));
      assert.equal(answers[i].error === undefined, accepted, `${file}: ${answers[i].error}`);
      if (!accepted) return;
      const json = form === "text" ? JSON.parse(answers[i].translated) : translation("text", answers[i].translated);
      assert.deepEqual(withActionTypes(json), withActionTypes(translation(form, schema)), file);
      if (form === "text") texts.push({ file, json: answers[i].translated });
    });

    const back = ours(texts.map(({ json }) => ({ form: "json", schema: json })));
    const again = ours(back.map(({ translated }) => ({ form: "text", schema: translated })));
    texts.forEach(({ file, json }, i) => {
      assert.deepEqual(JSON.parse(again[i].translated), JSON.parse(json), file);
      assert.deepEqual(withActionTypes(translation("text", back[i].translated)), withActionTypes(JSON.parse(json)), file);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
