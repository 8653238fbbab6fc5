// A week at the staff page, in Chromium: nothing but a browser, from the mail's link to April. The stack, the files and
// the people are those of test_a_clerk.py, which says in SCENE where and who they are.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { chromium } from "playwright-core";

const scene = JSON.parse(process.env.SCENE);
const KEY = "ひみつの合言葉-2026";
const NIGHT = 240_000; // milliseconds until a run has ended
const desks = {};
const approved = new Set(); // addresses of nights
let browser;

before(async () => {
  browser = await chromium.launch({ executablePath: scene.chromium });
});
after(() => browser.close());

// Somebody's own browser, signed in on the way to ``path``, in the city of this test.
async function at(who, path) {
  desks[who] ??= await (await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "ja-JP" })).newPage();
  const page = desks[who];
  page.setDefaultTimeout(60_000);
  await page.goto(scene.site + path);
  if (await page.locator("[name=loginfmt]").count()) {
    await page.locator("[name=loginfmt]").fill(scene[who]);
    await page.locator("[name=passwd]").fill(scene.password);
    await page.getByRole("button").click();
    await page.locator("main").waitFor();
  }
  assert.equal(await page.getByText("できませんでした").count(), 0, `${path}: ${await page.locator("main").innerText()}`);
  const city = page.locator("select#city");
  if ((await city.count()) && (await city.inputValue()) !== scene.city) {
    await city.selectOption(scene.city);
    await page.getByRole("button", { name: "切り替える" }).click();
    await page.locator("main").waitFor();
    await page.goto(scene.site + path);
  }
  return page;
}

const said = (page) => page.getByRole("status").innerText();

// The newest runs of the list: address and verdict, "途中" for one under way.
async function nights(page) {
  await page.goto(`${scene.site}/nights`);
  return page.locator("tbody tr").evaluateAll((rows) =>
    rows.map((row) => ({ run: row.querySelector("a").getAttribute("href"), told: row.querySelector(".badge")?.textContent.trim() })));
}

// What the run that follows those of ``before`` ended as; a plan that waits is approved on the way.
async function ended(before) {
  const known = new Set(before.map((one) => one.run));
  const page = await at("approver", "/nights");
  for (const until = Date.now() + NIGHT; Date.now() < until; ) {
    const found = (await nights(page)).find((one) => !known.has(one.run));
    const waits = found && /確認待ち/.test(found.told);
    if (waits && !approved.has(found.run)) await approve(found.run.replace("/nights/", "/approve/"));
    else if (found && !waits && !/途中/.test(found.told)) return found;
    await page.waitForTimeout(1500);
  }
  throw new Error(`no run has ended: ${JSON.stringify(await nights(page))}`);
}

async function approve(path) {
  const page = await at("approver", path);
  const form = page.locator("form[action$='/yes']");
  if (!(await form.count())) return; // it is under way
  for (const box of await form.getByRole("checkbox").all()) await box.check();
  await form.getByLabel("承認する理由").fill("異動と合っていることを確かめた");
  await form.getByRole("button", { name: "承認する" }).click();
  assert.match(await said(page), /承認しました/);
  approved.add(path.replace("/approve/", "/nights/"));
}

// A file, by the form that S3 has signed, and what was found in it.
async function send(page, name) {
  await page.locator("form[data-upload] input[type=file]").setInputFiles(scene.files[name]);
  await page.locator("form[data-upload] button").click();
  await page.getByRole("heading", { name: "送ったファイルを調べました" }).waitFor();
}

async function find(page, name) {
  await page.goto(`${scene.site}/child`);
  await page.locator("#text").fill(name);
  await page.getByRole("button", { name: "探す" }).click();
  await page.locator("#found").waitFor();
  await page.locator("table a[href^='/child/']").first().click();
  await page.getByRole("heading", { name: "あったこと" }).waitFor();
  return page.locator("main").innerText();
}

test("a plan is approved from the mail's link: sign in, tick, approve", async () => {
  const before = (await nights(await at("approver", "/today"))).filter((one) => !one.run.endsWith(scene.run));
  await approve(`/approve/${scene.run}`);
  assert.match((await ended(before)).told, /完了/);
});

test("transfers: the roster is sent by hand, looked at, and taken in", async () => {
  const before = await nights(await at("approver", "/nights"));
  const page = await at("decider", "/arrived");
  await send(page, "transfers");
  assert.match(await page.locator("main").innerText(), /users\.csv/);
  await page.getByRole("button", { name: "これで始める" }).click();
  assert.match(await said(page), /始めました/);
  assert.match((await ended(before)).told, /完了|変更なし/);
  assert.match(await find(page, scene.moved), /学校|書き換え/);
  assert.match(await find(page, scene.renamed), /姓|書き換え/);
});

test("who has left is suspended by name, and an answer is taken back in time", async () => {
  const page = await at("decider", "/decide?about=GONE");
  for (const turn of ["first", "again"]) {
    await page.locator("select[name^='d-']").first().selectOption("suspend");
    await page.getByRole("button", { name: "選んだ答えを書き込む" }).click();
    assert.match(await said(page), /記録しました/, turn);
    if (turn === "first") {
      await page.getByRole("button", { name: "取り消す" }).first().click();
      assert.match(await said(page), /取り消しました/);
    }
  }
});

const answer = (page, who) => page.locator(`select[name='d-${who}']`);

async function writeDown(page) {
  await page.getByRole("button", { name: "選んだ答えを書き込む" }).click();
  assert.match(await said(page), /記録しました/);
}

// Nothing stands beside the page, on a phone as on a desk.
async function pictures(page, name) {
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    const beyond = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(beyond, 0, `${name} at ${width}`);
    await page.screenshot({ path: `${scene.pictures}/${name}-${width}.png`, fullPage: true });
  }
}

test("a teacher whose post is over is suspended by one person, a head by two who sign in", async () => {
  const first = await at("decider", "/staff");
  await answer(first, scene.teacher).selectOption("suspend");
  await answer(first, scene.head).selectOption("suspend");
  await pictures(first, "staff-asked");
  await writeDown(first);
  assert.match(await first.locator("main").innerText(), /もう一人を待っています/);
  assert.equal(await answer(first, scene.head).count(), 0, "the second is somebody else");
  await pictures(first, "staff-half");
  const second = await at("second", "/staff");
  assert.equal(await answer(second, scene.teacher).count(), 0, "one was enough");
  await answer(second, scene.head).selectOption("suspend");
  await writeDown(second);
  assert.doesNotMatch(await second.locator("main").innerText(), /もう一人を待っています/);
  await pictures(second, "staff-decided");
});

test("who is new gets a password, on paper and by a school's list, and what was decided is done", async () => {
  const before = await nights(await at("approver", "/nights"));
  const page = await at("operator", "/passwords");
  if (scene.files.passwords) {
    await send(page, "passwords");
    await page.getByRole("button", { name: "これで始める" }).click();
    assert.match(await said(page), /始めました/);
  }
  assert.match((await ended(before)).told, /完了/);
  const decider = await at("decider", "/child");
  assert.match(await find(decider, scene.came), /アカウントを作りました/);
  assert.match(await find(decider, scene.left), /サインインを止めました/);
  for (const who of [scene.teacher, scene.head]) {
    await decider.goto(`${scene.site}/staff/${who}`);
    assert.match(await decider.locator("main").innerText(), /停止/, who);
  }
  await decider.goto(`${scene.site}/staff`);
  await pictures(decider, "staff-done");
  assert.equal(await decider.locator("select[name^='d-']").count(), 0, "nobody is asked about any more");
});

test("a night is run again, with a reason", async () => {
  const page = await at("approver", "/nights");
  const before = await nights(page);
  await page.getByLabel("理由").fill("学校が C4th を直した");
  await page.getByRole("button", { name: "もう一度実行する" }).click();
  assert.match(await said(page), /始めました/);
  assert.match((await ended(before)).told, /変更なし|完了/);
});

test("April is rehearsed: the file, the day, the plan beside today's", async () => {
  const page = await at("approver", "/rehearsal");
  await page.locator("[name=as_of]").fill(scene.april);
  await page.getByRole("button", { name: "次へ" }).click();
  await send2(page);
  await page.getByRole("button", { name: /として予行する/ }).click();
  assert.match(await said(page), /始めました/);
  for (const until = Date.now() + NIGHT; Date.now() < until; await page.waitForTimeout(1500)) {
    await page.goto(`${scene.site}/rehearsal`);
    const past = page.locator("a[href^='/rehearsal/']");
    if (await past.count()) {
      await past.first().click();
      assert.match(await page.locator("main").innerText(), /予行・今日・本番/);
      return;
    }
  }
  throw new Error("no rehearsal");
});

async function send2(page) {
  await page.locator("form[data-upload] input[type=file]").setInputFiles(scene.files.april);
  await page.locator("form[data-upload] button").click();
  await page.getByText("を調べました").waitFor();
}

test("what was done stands in the record, with who did it", async () => {
  const page = await at("approver", "/record");
  const told = await page.locator("main").innerText();
  for (const what of ["承認", "名簿の投入", "判断の取り消し", "学校のパスワードの送付", "予行"]) assert.match(told, new RegExp(what), what);
});
