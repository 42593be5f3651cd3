// Random cases, answered by the official engine and then by ours. A run says its
// seed; CHARTER_PEERS_SEED repeats it, CHARTER_PEERS_REQUESTS asks more or less.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const parts = 4;
// A red build should mean that something changed here, so its cases stay the same.
const fresh = process.env.CI ? 1 : Date.now() % 1_000_000_000;
const seed = Number(process.env.CHARTER_PEERS_SEED ?? fresh);
const requests = Number(process.env.CHARTER_PEERS_REQUESTS ?? 20_000) / parts;
const runner = join(process.env.CHARTER_BUILD ?? "", "cedar_corpus");
const skip = existsSync(runner) ? false : "CHARTER_BUILD has no cedar_corpus";
const generator = fileURLToPath(new URL("generate.mjs", import.meta.url));

/** What the program printed, whatever its exit code. */
async function output(program, ...rest) {
  try {
    return (await run(program, rest, { maxBuffer: 2 ** 28 })).stdout;
  } catch (error) {
    assert.equal(typeof error.code, "number", String(error));
    return error.stdout + error.stderr;
  }
}

test("both engines answer alike", { skip, concurrency: availableParallelism() }, async (all) => {
  all.diagnostic(`CHARTER_PEERS_SEED=${seed}`);
  await Promise.all(Array.from({ length: parts }, (_, part) => all.test(`random cases ${part + 1} of ${parts}`, async (one) => {
    const folder = mkdtempSync(join(tmpdir(), "charter-peers-"));
    const { stdout } = await run(process.execPath, [generator, folder, String(requests), String(seed + part)]);
    const total = JSON.parse(stdout);
    one.diagnostic(stdout.trim());

    const answer = await output(runner, folder);

    assert.match(answer, new RegExp(`^${total.requests} passed, 0 failed$`, "m"), `cases in ${folder}\n${answer.slice(0, 5000)}`);
    // Cases of one kind only would compare little.
    for (const kind of ["allowed", "denied", "erring"]) {
      assert.ok(total[kind] > total.requests / 20, `${kind}: ${total[kind]}`);
    }
    rmSync(folder, { recursive: true });
  })));
});
