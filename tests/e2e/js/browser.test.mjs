// A pupil at the launcher, in Chromium. The stack, the tools and the pupils are those of
// test_in_a_browser.py, which says in SCENE where and who they are.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, afterEach, before, beforeEach, test } from "node:test";

import { chromium } from "playwright-core";

const scene = JSON.parse(process.env.SCENE);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PHONE = { width: 360, height: 740 };
const TABLET = { width: 810, height: 1080 };
let browser, context, page;

before(async () => {
  browser = await chromium.launch({ executablePath: scene.chromium });
});
after(() => browser.close());
beforeEach(async () => {
  context = await browser.newContext({ viewport: TABLET, locale: "ja-JP" });
  page = await context.newPage();
  page.setDefaultTimeout(60_000);
});
afterEach(() => context.close());

async function signIn(who) {
  await page.goto(scene.launcher);
  await page.getByRole("link", { name: "サインインする" }).click();
  await enter(who);
}

async function enter(who) {
  await page.locator("[name=loginfmt]").fill(who.account);
  await page.locator("[name=passwd]").fill(who.password);
  await page.getByRole("button").click();
  await page.getByRole("heading", { name: "きょうざいの ひろば" }).waitFor();
}

const tile = (name) => page.getByRole("listitem").getByRole("link", { name, exact: true });
const names = () => page.getByRole("listitem").getByRole("link").allInnerTexts();
const told = async (what) => page.getByRole("row", { name: what }).getByRole("cell").innerText();
const picture = (name) => page.screenshot({ path: `${scene.pictures}/${name}.png`, fullPage: true });

/** What axe finds wrong with the page, as one line for each kind. */
async function faults() {
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run());
  return found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html)}`);
}

/** The form that the launcher posts to a tool, as it went over the wire. */
function posted() {
  return page.waitForRequest((request) => (request.postData() ?? "").includes("id_token="));
}

test("a pupil signs in, starts a tool that believes the launch, comes back and leaves", async () => {
  await signIn(scene.pupil);
  await picture("launcher");
  await tile("見本の教材").click();
  await page.getByRole("heading", { name: "教材が ひらきました" }).waitFor();
  await picture("sample-tool");
  assert.equal(await told("ユーザー識別子"), scene.pupil.id);
  assert.equal(await told("学年"), "P3");
  assert.equal(await told("学校"), scene.pupil.deployment);
  assert.equal(await told("発行元"), scene.launcher);
  assert.match(await told("氏名"), /教えてもらっていません/);
  await page.getByText(`${scene.members.length} 人います`).waitFor();
  await page.getByRole("link", { name: "きょうざいの ひろばへ もどる" }).click();
  await page.getByRole("button", { name: "サインアウト" }).click();
  await page.getByRole("link", { name: "サインインする" }).waitFor();
  await page.goBack();
  assert.equal(await tile("見本の教材").count(), 0, "the page before is not shown again");
});

test("tiles are those of the pupil's grade, and names are told where the city lets them be", async () => {
  await signIn(scene.junior);
  await tile("中学生の見本").click();
  assert.equal(await told("氏名"), scene.junior.name);
  await page.goto(`${scene.launcher}/`);
  await page.getByRole("button", { name: "サインアウト" }).click();
  await signIn(scene.pupil);
  assert.equal(await tile("見本の教材").count(), 1);
  assert.equal(await tile("中学生の見本").count(), 0);
  const answer = await page.goto(`${scene.launcher}/launch/sample_junior`);
  assert.equal(answer.status(), 403);
  await page.getByRole("alert").waitFor();
  await picture("refused");
  assert.match(await page.locator("body").innerText(), /L203-/);
});

test("the keyboard is enough", async () => {
  await page.goto(scene.launcher);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.locator("[name=loginfmt]").focus();
  await page.keyboard.type(scene.pupil.account);
  await page.keyboard.press("Tab");
  await page.keyboard.type(scene.pupil.password);
  await page.keyboard.press("Enter");
  await tile("見本の教材").waitFor();
  const order = [];
  for (let i = 0; i < 6 && !/サインアウト/.test(order.at(-1) ?? ""); i += 1) {
    await page.keyboard.press("Tab");
    order.push(await page.evaluate(() => document.activeElement.innerText.replace(/\s+/g, " ")));
  }
  assert.match(order[0], /見本の教材/);
  assert.match(order[1], /なかみを えらぶ/);
  assert.match(order.at(-1), /サインアウト/, "it comes behind the tiles");
  for (const _ of order.slice(1)) await page.keyboard.press("Shift+Tab");
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.equal(outline, "solid", "one sees where one is");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "教材が ひらきました" }).waitFor();
});

test("every page is fit for a screen reader, and for a phone", async () => {
  await page.setViewportSize(PHONE);
  await page.goto(scene.launcher);
  const found = { "sign-in": await faults() };
  await picture("phone-sign-in");
  await signIn(scene.pupil);
  found.launcher = await faults();
  await picture("phone-launcher");
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= PHONE.width, `${width} pixels wide`);
  await page.goto(`${scene.launcher}/launch/nothing`);
  found.refused = await faults();
  await picture("phone-refused");
  assert.deepEqual(Object.values(found).flat(), []);
});

test("without script, buttons lead on", async () => {
  const plain = await browser.newContext({ javaScriptEnabled: false });
  page = await plain.newPage();
  await page.goto(scene.launcher);
  await page.getByRole("link", { name: "サインインする" }).click();
  await page.locator("[name=loginfmt]").fill(scene.pupil.account);
  await page.locator("[name=passwd]").fill(scene.pupil.password);
  await page.getByRole("button").click();
  await page.getByRole("button").click(); // Microsoft's own form needs it, too
  await tile("見本の教材").click();
  await page.getByRole("button", { name: /を ひらく/ }).click();
  await page.getByRole("heading", { name: "教材が ひらきました" }).waitFor();
  await plain.close();
});

test("across sites, a tool made with ltijs believes the launch and reads the class", async () => {
  // The tenant under another name is another site, as Microsoft is: our cookies do not come along.
  const begun = await context.request.get(`${scene.launcher}/sign-in`, { maxRedirects: 0 });
  await page.goto(begun.headers().location.replace("127.0.0.1", "localhost"));
  await enter(scene.pupil);
  await tile("図形パズル").click();
  await page.waitForURL(/ltik=/);
  const token = JSON.parse(await page.locator("body").innerText());
  assert.equal(token.user, scene.pupil.id);
  assert.equal(token.deploymentId, scene.pupil.deployment);
  assert.equal(token.platformContext.custom.grade, "P3");
  const ltik = new URL(page.url()).searchParams.get("ltik");
  const read = async (query) => {
    await page.goto(`${scene.ltijs}/members?ltik=${ltik}&${query}`);
    return JSON.parse(await page.locator("body").innerText());
  };
  const some = await read("limit=2");
  assert.equal(some.members.length, 2);
  assert.ok(some.next);
  const all = await read("limit=2&pages=all");
  assert.deepEqual(new Set(all.members.map((one) => one.user_id)), new Set(scene.members));
  assert.ok(all.differences);
});

for (const [name, button, title] of [
  ["見本の教材", "かけざん", "かけざん"],
  ["図形パズル", null, "ずけいの もんだい"],
]) {
  test(`what is chosen in ${name} becomes a tile that starts it`, async () => {
    await signIn(scene.pupil);
    await page.getByRole("link", { name: `${name}の なかみを えらぶ` }).click();
    if (button) await page.getByRole("button", { name: button, exact: true }).click();
    await tile(title).waitFor();
    await picture(`chosen-${title}`);
    await tile(title).click();
    await page.waitForURL(/launch$|ltik=/);
    assert.match(await page.locator("body").textContent(), /"content": ?"/);
  });
}

for (const name of ["見本の教材", "図形パズル"]) {
  test(`what was posted to ${name} is good once`, async () => {
    await signIn(scene.pupil);
    const [launch] = await Promise.all([posted(), tile(name).click()]);
    await page.waitForURL(/launch$|ltik=/);
    const again = await context.request.post(launch.url(), {
      data: launch.postData(),
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    assert.ok([401, 403].includes(again.status()), `${again.status()}`);
  });
}

test("a launch that somebody else has begun in this browser is refused to the next one", async () => {
  await signIn(scene.pupil);
  const begun = await context.request.get(`${scene.launcher}/launch/sample`, { maxRedirects: 0 });
  await page.getByRole("button", { name: "サインアウト" }).click();
  await signIn(scene.friend);
  await page.goto(begun.headers().location);
  assert.match(await page.getByRole("alert").innerText(), /べつの ひとが サインインして います/);
  assert.match(await page.locator("body").innerText(), /L206-/);
  await page.getByRole("link", { name: "はじめの がめんへ" }).click();
  await tile("見本の教材").click();
  assert.equal(await told("ユーザー識別子"), scene.friend.id);
});
