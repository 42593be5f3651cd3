// A Charter server in a process of its own.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/// The program of the build that ./dev made.
function program() {
  const build = process.env.CHARTER_BUILD ?? new URL("../../../build/release", import.meta.url).pathname;
  return join(build, "charter");
}

/// A port that was free a moment ago: the provider has to know it before Charter listens.
export function freePort() {
  return new Promise((found) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => found(port));
    });
  });
}

export async function startCharter({ port, config, files = {} }) {
  const directory = mkdtempSync(join(tmpdir(), "charter-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  writeFileSync(join(directory, "charter.yaml"), config.replaceAll("DIRECTORY", directory));
  // Its own settings alone count.
  const around = Object.entries(process.env).filter(([name]) => !name.startsWith("CHARTER_"));
  const env = { ...Object.fromEntries(around), CHARTER_OUTGOING_ALLOW: "127.0.0.1/32", CHARTER_OUTGOING_HTTP: "true" };
  const server = spawn(
    program(),
    ["serve", "--listen", `127.0.0.1:${port}`, "--data", join(directory, "data"),
     "--config", join(directory, "charter.yaml")],
    { stdio: ["ignore", "ignore", "pipe"], env },
  );
  let log = "";
  await new Promise((listens, failed) => {
    server.stderr.on("data", (text) => {
      log += text;
      if (log.includes("listening on")) listens();
    });
    server.on("exit", (status) => failed(new Error(`charter ended with ${status}: ${log}`)));
  });
  const url = `http://127.0.0.1:${port}`;
  const adminToken = readFileSync(join(directory, "data/admin.token"), "utf8").trim();
  return {
    url,
    log: () => log,
    /// {status, body} of a request to the API.
    async ask(method, path, { token = adminToken, body } = {}) {
      const answer = await fetch(`${url}/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, ...(body ? { "content-type": "application/json" } : {}) },
        body: body && JSON.stringify(body),
      });
      const text = await answer.text();
      return { status: answer.status, body: text && JSON.parse(text) };
    },
    async stop() {
      server.removeAllListeners("exit");
      const ended = new Promise((done) => server.on("exit", done));
      server.kill("SIGTERM");
      const status = await ended;
      rmSync(directory, { recursive: true });
      return status;
    },
  };
}
