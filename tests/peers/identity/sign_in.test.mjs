// Web sign-in and tokens of services with a certified OpenID provider and a real browser.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { chromium } from "playwright-core";

import { newKey, startProvider } from "./provider.mjs";
import { freePort, startCharter } from "./server.mjs";

const ports = { charter: await freePort() };
const web = `http://127.0.0.1:${ports.charter}`;
const clients = {
  redirectUris: [`${web}/sign-in/corp/callback`],
  signOutUris: [`${web}/sign-in`],
};
const first = newKey("first");
let provider;
let charter;
let browser;

before(async () => {
  provider = await startProvider({ ...clients, keys: [first] });
  charter = await startCharter({
    port: ports.charter,
    files: { secret: "a secret with spaces & signs: 1+1\n" },
    config: `
issuers:
  - name: corp
    issuer: ${provider.url}
    audience: charter
    groups_claim: groups
    service_when: {claim: client_id, equals: etl-nightly}
    may_assert: {groups: ["data-*"]}
    sign_in: {client_id: charter-web, client_secret_file: DIRECTORY/secret, scopes: [openid, profile]}
`,
  });
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    // Root, in containers; the pages of the provider name a font of another host.
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
           "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"],
  });
});

after(async () => {
  await browser?.close();
  const status = await charter?.stop();
  await provider?.stop();
  assert.equal(status, 0);
});

/// A page of a browser of its own, without errors and refusals of its policy.
async function newPage() {
  const context = await browser.newContext({ viewport: { width: 900, height: 640 } });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  page.complaints = [];
  page.on("console", (message) => {
    if (message.type() === "error") page.complaints.push(message.text());
  });
  return page;
}

/// From the sign-in page through the provider's own pages and back.
async function signIn(page, name) {
  await page.goto(`${web}/sign-in?return_to=/version`);
  await page.getByRole("link", { name: "Sign in with corp" }).click();
  await page.locator("input[name=login]").fill(name);
  await page.locator("input[name=password]").fill("any");
  await page.locator("button[type=submit]").click();
  await page.getByRole("button", { name: "Continue" }).click();
  await page.waitForURL(`${web}/version`);
}

/// What is answered to a request with the cookies of the browser. Its pages allow no script yet
/// that could ask.
async function askWithCookies(page, path, { method = "GET", headers = {}, body } = {}) {
  const answer = await page.request.fetch(`${web}${path}`, { method, headers, data: body });
  const text = await answer.text();
  return { status: answer.status(), body: text && JSON.parse(text) };
}

test("somebody signs in at the provider and changes something by cookie", async () => {
  await charter.ask("PUT", "/groups/analysts", { body: { claimed: [{ issuer: "corp", group: "data-analysts" }] } });
  const page = await newPage();
  await signIn(page, "ana");

  const me = await askWithCookies(page, "/api/v1/me");
  assert.equal(me.body.principal, "user:ana");
  assert.deepEqual(me.body.groups, ["group:analysts"]);
  const shown = await charter.ask("GET", "/users/ana");
  assert.deepEqual(shown.body.identity, { issuer: "corp", subject: "ana" });

  const session = await askWithCookies(page, "/api/v1/session");
  const body = JSON.stringify({ principal: "user:ana", name: "my own" });
  const type = { "content-type": "application/json" };
  const without = await askWithCookies(page, "/api/v1/tokens", { method: "POST", headers: type, body });
  assert.equal(without.status, 403);
  const made = await askWithCookies(page, "/api/v1/tokens", {
    method: "POST", headers: { ...type, "x-csrf-token": session.body.csrf_token }, body,
  });
  assert.equal(made.status, 201);

  // The provider is on the same host, and has cookies of its own.
  const cookies = (await page.context().cookies(web)).filter((each) => !each.name.startsWith("_"));
  assert.deepEqual(cookies.map((each) => [each.name, each.httpOnly, each.sameSite]), [["charter", true, "Lax"]]);
  await page.goto(`${web}/sign-in`);
  assert.doesNotMatch(await page.evaluate(() => document.cookie), /charter/);
});

test("the page is drawn as its policy allows, and signs out", async () => {
  const page = await newPage();
  await page.goto(`${web}/sign-in`);
  const button = page.getByRole("button", { name: "Sign in with the token" });
  assert.equal(await button.evaluate((each) => getComputedStyle(each).cursor), "pointer", "the style counts");
  if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/sign-in.png` });

  await page.getByLabel("A token").fill("nothing");
  await button.click();
  await page.getByRole("alert").waitFor();
  assert.equal(await page.getByRole("alert").textContent(), "This token is not valid here.");
  if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/refused.png` });

  await signIn(page, "ana");
  await page.goto(`${web}/sign-in`);
  if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/signed-in.png` });
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await page.waitForURL(`${web}/sign-in`);
  assert.equal((await askWithCookies(page, "/api/v1/me")).status, 401);
  // The only complaints are of the two refusals above, and of the provider's font.
  assert.deepEqual(page.complaints.filter((each) => !/401|ERR_NAME_NOT_RESOLVED/.test(each)), []);
});

test("a form of another site changes nothing", async () => {
  const page = await newPage();
  await signIn(page, "ana");
  await page.goto(provider.url.replace("127.0.0.1", "localhost") + "/.well-known/openid-configuration");
  await page.evaluate((target) => {
    const form = document.createElement("form");
    form.method = "post";
    form.action = target;
    document.body.append(form);
    form.submit();
  }, `${web}/sign-out`);
  await page.waitForURL(`${web}/sign-out`);
  assert.match(await page.getByRole("alert").textContent(), /another site/);
  await page.goto(`${web}/version`);
  assert.equal((await askWithCookies(page, "/api/v1/me")).status, 200);
});

test("signing out leads on to the provider's own sign-out", async () => {
  const page = await newPage();
  await signIn(page, "ana");
  await page.goto(`${web}/sign-in`);
  await page.getByRole("button", { name: "Sign out at the provider too" }).click();
  await page.waitForURL((url) => url.href.startsWith(`${provider.url}/session/end`));
  await page.getByRole("button", { name: "Yes" }).click();
  await page.waitForURL((url) => url.href.startsWith(`${web}/sign-in`));
  assert.equal((await askWithCookies(page, "/api/v1/me")).status, 401);
});

test("who says no at the provider is told so", async () => {
  const page = await newPage();
  await page.goto(`${web}/sign-in`);
  await page.getByRole("link", { name: "Sign in with corp" }).click();
  await page.getByRole("link", { name: "Cancel" }).click();
  await page.waitForURL((url) => url.href.startsWith(`${web}/sign-in/corp/callback`));
  assert.match(await page.getByRole("alert").textContent(), /did not let you in, or you said no/);
});

test("a service comes with a token of its own", async () => {
  const token = await provider.serviceToken();
  const me = await charter.ask("GET", "/me", { token });
  assert.equal(me.status, 200, JSON.stringify(me.body));
  assert.match(me.body.principal, /^service:/);
  assert.equal((await charter.ask("GET", `/services/${me.body.principal.slice(8)}`)).body.identity.subject, "etl-nightly");
});

test("keys change while serving", async () => {
  const old = await provider.serviceToken();
  assert.equal((await charter.ask("GET", "/me", { token: old })).status, 200);
  const port = Number(new URL(provider.url).port);
  await provider.stop();
  provider = await startProvider({ ...clients, keys: [newKey("second")], port });

  const token = await provider.serviceToken();
  assert.equal((await charter.ask("GET", "/me", { token })).status, 200, "an unknown key is asked for");
  assert.equal((await charter.ask("GET", "/me", { token: old })).status, 401, "its key is gone");
  await signIn(await newPage(), "ana");
});
