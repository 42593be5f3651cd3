// The official Cedar implementation judges policies that Charter turned from one
// form into another: text, JSON, and text laid out anew.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

import cedar from "@cedar-policy/cedar-wasm/nodejs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const program = process.env.CHARTER_POLICY_FORMS ?? join(root, "build/release/policy_forms");
const archives = join(root, "../shared/cedar");
const skip = !existsSync(program) ? `${program} is not built`
  : !existsSync(archives) ? "../shared/cedar is not there" : false;

const folder = mkdtempSync(join(tmpdir(), "charter-forms-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** What the program makes of each task, in order: {text} or {error}. */
const run = (tasks) => {
  const input = tasks.map((task) => JSON.stringify(task)).join("\n");
  const done = spawnSync(program, { input, maxBuffer: 1 << 30, encoding: "utf8" });
  assert.equal(done.status, 0, done.stderr);
  const answers = done.stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.equal(answers.length, tasks.length);
  return answers;
};

const files = (directory, extension) =>
  readdirSync(directory, { recursive: true })
    .filter((name) => name.endsWith(extension))
    .map((name) => join(directory, name));

/** Every file of policies in the archives, those that must not parse too. */
const texts = () => {
  for (const name of ["handwritten", "corpus", "examples"]) {
    const done = spawnSync("tar", ["-C", folder, "-xzf", join(archives, `${name}.tar.gz`)]);
    assert.equal(done.status, 0);
  }
  return files(folder, ".cedar").map((file) => [file, readFileSync(file, "utf8")]);
};

/** The official JSON of a policy or template, or nothing when it does not parse. */
const official = (text) => {
  let answer = cedar.policyToJson(text);
  if (answer.type !== "success") {
    answer = cedar.templateToJson(text);
  }
  return answer.type === "success" ? answer.json : undefined;
};

/** The single policies of all files, as the official engine takes them apart. */
const singles = (all) => {
  const found = new Map();
  for (const [file, text] of all) {
    const parts = cedar.policySetTextToParts(text);
    if (parts.type === "success") {
      for (const part of [...parts.policies, ...parts.policy_templates]) {
        found.set(part, file);
      }
    }
  }
  return [...found];
};

/** Fails with a few of many differences. */
const none = (wrong) => assert.equal(wrong.length, 0, `${wrong.length} wrong:\n${wrong.slice(0, 5).join("\n\n")}`);

const same = (a, b) => {
  try {
    assert.deepStrictEqual(a, b);
    return true;
  } catch {
    return false;
  }
};

const all = skip ? [] : texts();
const policies = singles(all);

test("there are policies to judge", { skip }, () => {
  assert.ok(all.length > 5300, `${all.length} files`);
  assert.ok(policies.length > 2000, `${policies.length} policies`);
});

test("what the official parser takes or refuses, Charter's does too", { skip }, () => {
  const answers = run(all.map(([, text]) => ({ do: "format", text })));

  none(all.flatMap(([file, text], i) => {
    const taken = cedar.checkParsePolicySet({ staticPolicies: text }).type === "success" ||
      cedar.policySetTextToParts(text).type === "success";
    return taken === (answers[i].text !== undefined) ? [] : [`${file}: ${answers[i].error ?? "taken"}`];
  }));
});

test("the JSON of each policy is the official one", { skip }, () => {
  const answers = run(policies.map(([text]) => ({ do: "to_json", text })));

  none(policies.flatMap(([text], i) => {
    const wanted = official(text);
    return answers[i].text !== undefined && same(JSON.parse(answers[i].text), wanted)
      ? [] : [`${text}\n${answers[i].text ?? answers[i].error}\n${JSON.stringify(wanted)}`];
  }));
});

test("JSON to text to JSON comes back as it was, and official JSON does too", { skip }, () => {
  const json = run(policies.map(([text]) => ({ do: "to_json", text }))).map((answer) => answer.text);
  const texts = run(json.map((text) => ({ do: "to_text", text })));
  const again = run(texts.map(({ text }) => ({ do: "to_json", text })));
  const fromOfficial = run(policies.map(([text]) => ({ do: "to_text", text: JSON.stringify(official(text)) })));

  none(policies.flatMap(([text], i) => {
    const back = same(JSON.parse(again[i].text ?? "null"), JSON.parse(json[i]));
    // Numbers beyond 53 bits are not exact in what JavaScript hands over.
    const exact = !/\d{16}/.test(text);
    return back && (!exact || fromOfficial[i].text === texts[i].text) ? []
      : [`${text}\n${json[i]}\n${texts[i].text ?? texts[i].error}\n${fromOfficial[i].text ?? fromOfficial[i].error}`];
  }));
});

test("text made from JSON says the same to the official parser", { skip }, () => {
  const json = run(policies.map(([text]) => ({ do: "to_json", text })));
  const texts = run(json.map(({ text }) => ({ do: "to_text", text })));

  none(policies.flatMap(([text], i) =>
    same(official(texts[i].text ?? ""), official(text)) ? [] : [`${text}\n${texts[i].text ?? texts[i].error}`]));
});

test("text laid out anew says the same to the official parser, with the same comments", { skip }, () => {
  const answers = run(all.map(([, text]) => ({ do: "format", text })));
  const parts = (text) => {
    const { policies: found = [], policy_templates: templates = [] } = cedar.policySetTextToParts(text);
    return [...found, ...templates].map(official);
  };
  const comments = (text) =>
    (text.match(/"(?:[^"\\]|\\.)*"|\/\/[^\n\r]*/gs) ?? [])
      .filter((piece) => piece.startsWith("//"))
      .map((comment) => comment.trimEnd());

  none(all.flatMap(([file, text], i) => {
    const laidOut = answers[i].text;
    if (laidOut === undefined) {
      return [];
    }
    return same(parts(laidOut), parts(text)) && same(comments(laidOut), comments(text)) ? []
      : [`${file}\n${laidOut}`];
  }));
});

test("laid out twice is laid out once", { skip }, () => {
  const once = run(all.map(([, text]) => ({ do: "format", text }))).filter(({ text }) => text !== undefined);
  const twice = run(once.map(({ text }) => ({ do: "format", text })));

  none(once.flatMap(({ text }, i) => (twice[i].text === text ? [] : [`${text}\n${twice[i].text}`])));
});

test("what the official formatter wrote is only joined or broken otherwise", { skip }, () => {
  const written = all.flatMap(([, text]) => cedar.formatPolicies({ policyText: text }).formatted_policy ?? []);
  const answers = run(written.map((text) => ({ do: "format", text })));

  none(written.flatMap((text, i) =>
    (answers[i].text ?? "").replace(/\s/g, "") === text.replace(/\s/g, "") ? [] : [`${text}\n${answers[i].text}`]));
});

test("sets of policies in JSON are taken by the official engine and come back", { skip }, () => {
  const answers = run(all.map(([, text]) => ({ do: "set_to_json", text })));
  const sets = answers.flatMap(({ text }, i) => (text === undefined ? [] : [[all[i][0], text]]));
  const again = run(sets.map(([, text]) => ({ do: "set_back", text })));

  assert.ok(sets.length > 5000);
  none(sets.flatMap(([file, text], i) => {
    // JavaScript would round numbers beyond 53 bits, some to more than 64.
    const taken = /\d{16}/.test(text) ? { type: "success" } : cedar.checkParsePolicySet(JSON.parse(text));
    return taken.type === "success" && same(JSON.parse(again[i].text ?? "null"), JSON.parse(text)) ? []
      : [`${file}\n${JSON.stringify(taken)}\n${text}\n${again[i].text ?? again[i].error}`];
  }));
});
