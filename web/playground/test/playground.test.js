// End-to-end tests of the page, in a browser that can only reach the server.

import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import puppeteer from "puppeteer-core";
import { start } from "./server.js";

const pictures = mkdtempSync(join(tmpdir(), "outlay-pictures-"));
let server, browser, context, page, complaints;

before(async () => {
  server = await start();
  browser = await puppeteer.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    // Chromium has no sandbox when it runs as root in a container.
    args: ["--no-sandbox"],
  });
  console.log(`screenshots are in ${pictures}`);
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

beforeEach(async () => {
  complaints = [];
  context = await browser.createBrowserContext();
  page = await context.newPage();
  await page.setViewport({ width: 1440, height: 900 });
  await page.setRequestInterception(true);
  page.on("request", (request) => {
    const url = request.url();
    if (url.startsWith(`${server.origin}/`) || url.startsWith("data:")) return request.continue();
    complaints.push(`a request to ${url}`);
    return request.abort();
  });
  page.on("console", (message) => {
    if (["error", "warn"].includes(message.type())) complaints.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`thrown: ${error}`));
  await page.goto(`${server.origin}/graphql`);
  await page.waitForSelector(".graphiql-query-editor .view-line");
});

afterEach(async () => {
  await context.close();
  assert.deepEqual(complaints, []);
});

test("the page opens with its examples as tabs", async () => {
  assert.equal(await page.title(), "Outlay");
  const tabs = await page.$$eval("[id^=graphiql-session-tab-]", (tabs) => tabs.map((tab) => tab.textContent));
  assert.deepEqual(tabs, ["SignIn", "Expenses", "CreateExpense", "Spending", "ExpenseChanged"]);
  await page.screenshot({ path: join(pictures, "opened.png") });
});

test("signing in sets the headers of every tab, and operations run", async () => {
  await signIn();
  const expenses = await run("Expenses");
  assert.equal(expenses.data.expenses.nodes.length, 10);
  await page.click("[data-name=headers]");
  await page.waitForFunction(() => document.querySelector("[aria-label=Headers]")?.textContent.includes("acme"));
  await page.screenshot({ path: join(pictures, "expenses.png") });

  const created = await run("CreateExpense");
  assert.equal(created.data.createExpense.expense.status, "DRAFT");

  const spending = await run("Spending");
  assert.ok(spending.data.spending.rows.length > 1);

  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "dark" }]);
  await page.reload();
  await page.waitForSelector("text/Ada Lovelace");
  await run("Spending");
  await page.click("[aria-label='Show Documentation Explorer']");
  await page.screenshot({ path: join(pictures, "dark.png") });
});

test("another organization can be picked", async () => {
  const input = `{ name: "Second Ltd", slug: "second", baseCurrency: "EUR" }`;
  await ask(`mutation { createOrganization(input: ${input}) { errors { message } } }`, await token("ada@acme.example"));
  await signIn();
  await page.select(".session select", "second");
  await page.click("[data-name=headers]");
  await page.waitForFunction(() => document.querySelector("[aria-label=Headers]")?.textContent.includes('"second"'));
  assert.equal((await run("Expenses")).data.expenses.totalCount, 0);
});

test("a subscription shows what happens", async (context) => {
  const { __schema } = await ask("{ __schema { subscriptionType { name } } }");
  if (!__schema.subscriptionType) return context.skip("the server has none");
  await signIn();
  await openTab("ExpenseChanged");
  await page.click(".graphiql-execute-button");
  // The page shows no event when the subscription has started.
  await sleep(1_000);
  const input = `{ amount: { amount: "1", currencyCode: "EUR" }, spentOn: "2026-01-31", merchant: "Subscribed Ltd" }`;
  await ask(`mutation { createExpense(input: ${input}) { errors { message } } }`, await token("ada@acme.example"));
  await page.waitForFunction(() => document.querySelector(".graphiql-response")?.textContent.includes("Subscribed"));
  await page.screenshot({ path: join(pictures, "subscription.png") });
});

test("a pasted token works, and nothing of it outlives the browser tab", async () => {
  await page.click(".session summary");
  await page.type(".session details input", `Bearer ${await token("mary@acme.example")}`);
  await page.click(".session details button");
  await page.waitForSelector("text/Mary Jackson");
  await page.screenshot({ path: join(pictures, "token.png") });
  assert.equal(await page.evaluate(() => localStorage.length), 0);
});

test("a wrong password is reported, and an expiring token is refreshed", async () => {
  await page.type(".session [name=email]", "ada@acme.example");
  await page.type(".session [name=password]", "wrong-password");
  await page.click(".session button[type=submit]");
  await page.waitForSelector(".session-problem");
  await page.screenshot({ path: join(pictures, "refused.png") });
  await page.reload();

  await signIn();
  const first = await stored();
  // Simulate a token that is about to expire.
  await page.evaluate(() => {
    const session = JSON.parse(sessionStorage.getItem("outlay:session"));
    sessionStorage.setItem("outlay:session", JSON.stringify({ ...session, expiresAt: new Date().toISOString() }));
  });
  await page.reload();
  assert.ok((await run("Expenses")).data.expenses);
  assert.notEqual((await stored()).refreshToken, first.refreshToken);

  await page.click("text/Sign out");
  await page.waitForSelector(".session [name=email]");
  assert.equal(await stored(), null);
});

const stored = () => page.evaluate(() => JSON.parse(sessionStorage.getItem("outlay:session")));

async function signIn() {
  await page.waitForSelector("text/Fill in the demo user");
  await page.click("text/Fill in the demo user");
  await page.click(".session button[type=submit]");
  await page.waitForSelector("text/Ada Lovelace");
}

async function openTab(name) {
  await page.waitForSelector(`[id^=graphiql-session-tab-][title=${name}]`);
  await page.click(`[id^=graphiql-session-tab-][title=${name}]`);
  const shown = (name) => document.querySelector(".graphiql-query-editor .view-lines")?.textContent.includes(name);
  await page.waitForFunction(shown, {}, name);
}

/** Opens a tab, runs its operation, and returns the response. */
async function run(name) {
  await openTab(name);
  const mine = (response) => response.request().postData()?.includes(`"operationName":"${name}"`);
  const [response] = await Promise.all([page.waitForResponse(mine), page.click(".graphiql-execute-button")]);
  await page.waitForSelector(".graphiql-response [class^=mtk]");
  return response.json();
}

/** Sends an operation to the server without the page. */
async function ask(query, token) {
  const headers = { "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) };
  const response = await fetch(`${server.origin}/graphql`, { method: "POST", headers, body: JSON.stringify({ query }) });
  return (await response.json()).data;
}

async function token(email) {
  const input = `{ email: "${email}", password: "outlay-demo", organization: "acme" }`;
  const { signIn } = await ask(`mutation { signIn(input: ${input}) { session { accessToken } } }`);
  return signIn.session.accessToken;
}
