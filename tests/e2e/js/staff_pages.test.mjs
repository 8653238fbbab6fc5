// Every page of the staff page in Chromium, with the policy that it is served with. The files are those of
// tests/browser/test_staff_pages.py, which says in SCENE where they lie.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";

import { chromium } from "playwright-core";

const scene = JSON.parse(process.env.SCENE);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const { policy, pages } = JSON.parse(readFileSync(`${scene.pages}/pages.json`, "utf8"));
const WAYS = {
  "a phone, by day": { viewport: { width: 390, height: 844 }, colorScheme: "light" },
  "a desktop, by night": { viewport: { width: 1280, height: 900 }, colorScheme: "dark" },
};
let browser;

before(async () => {
  browser = await chromium.launch({ executablePath: scene.chromium });
});
after(() => browser.close());

const body = (name) => readFileSync(`${scene.pages}/${name}.html`, "utf8");

// Whatever is asked for, the page called ``name`` answers; ``asked`` are the requests, ``wrong`` what was complained of.
async function open(name, options = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const asked = [];
  const wrong = [];
  page.on("console", (said) => said.type() === "error" && wrong.push(said.text()));
  page.on("pageerror", (error) => wrong.push(String(error)));
  await page.route("**/*", (route) => {
    asked.push(route.request());
    return route.fulfill({
      body: body(name),
      contentType: "text/html; charset=utf-8",
      headers: { "content-security-policy": policy },
    });
  });
  await page.goto(`https://staff.example.jp${pages[name]}`);
  return { page, asked, wrong, context };
}

for (const [way, options] of Object.entries(WAYS)) {
  for (const name of Object.keys(pages)) {
    test(`${name} on ${way}: nothing for axe to find, nothing sticks out, nothing is too small`, async () => {
      const { page, wrong, context } = await open(name, options);
      await page.evaluate(() => document.querySelectorAll("details").forEach((one) => (one.open = true)));
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0);
      const small = await page.evaluate(() =>
        [...document.querySelectorAll("button, a.button, nav a, select, summary, input:not([type=hidden], [type=checkbox])")]
          .filter((one) => one.getBoundingClientRect().height && one.getBoundingClientRect().height < 43.5)
          .map((one) => one.outerHTML),
      );
      assert.deepEqual(small, []);
      await page.evaluate(axe);
      const found = await page.evaluate(async () => (await axe.run()).violations.map((one) => [one.id, one.nodes[0].html]));
      assert.deepEqual(found, []);
      assert.deepEqual(wrong, []);
      await context.close();
    });
  }
}

test("a filter works without scripts: the form leads to its page", async () => {
  const { page, asked, context } = await open("approve", { javaScriptEnabled: false });
  await page.locator("#f-grade").selectOption("P1");
  await page.getByRole("button", { name: "絞り込む" }).click();
  assert.match(asked.at(-1).url(), /\?school=&grade=P1&what=$/);
  assert.equal(asked.at(-1).isNavigationRequest(), true);
  await context.close();
});

test("with scripts the filter changes the page without a reload", async () => {
  const { page, asked, context } = await open("approve");
  await page.evaluate(() => (window.same = true));
  await page.locator("#f-grade").selectOption("P1");
  await page.waitForFunction(() => document.querySelector("#f-grade").value === "");
  assert.match(asked.at(-1).url(), /grade=P1/);
  assert.equal(asked.at(-1).isNavigationRequest(), false);
  assert.equal(await page.evaluate(() => window.same), true);
  await context.close();
});

test("a form is sent once, however often it is clicked, also after a filter", async () => {
  const { page, asked, context } = await open("approve");
  await page.locator("#f-grade").selectOption("P1");
  await page.waitForFunction(() => document.querySelector("#f-grade").value === "");
  const before = asked.length;
  await page.evaluate(() => {
    const form = document.querySelector('form[action="/sign-out"]');
    form.requestSubmit();
    form.requestSubmit();
  });
  await page.waitForLoadState();
  await page.waitForTimeout(300);
  assert.deepEqual(asked.slice(before).map((one) => one.method()), ["POST"]);
  await context.close();
});

test("a running night is looked at again by itself", async () => {
  const { asked, page, context } = await open("running");
  await page.waitForTimeout(6500);
  assert.equal(asked.length, 2);
  await context.close();
});

test("what is typed into a search stands in no address", async () => {
  const { page, asked, context } = await open("search");
  await page.getByRole("searchbox").or(page.locator("#text")).fill("佐藤");
  await page.getByRole("button", { name: "探す" }).click();
  await page.waitForLoadState();
  assert.equal(asked.at(-1).method(), "POST");
  assert.doesNotMatch(decodeURIComponent(asked.at(-1).url()), /佐藤/);
  await context.close();
});

test("a limit that was not ticked, and a reason that was not given, keep the plan from going", async () => {
  const { page, asked, context } = await open("approve", { javaScriptEnabled: false });
  const before = asked.length;
  const approve = page.getByRole("button", { name: "承認する", exact: true });
  await approve.click();
  assert.equal(asked.length, before);
  for (const box of await page.locator("[name=accept]").all()) await box.check();
  await page.locator("#why-yes").fill("年度の切り替え");
  await approve.click();
  const sent = new URLSearchParams(asked.at(-1).postData());
  assert.equal(new URL(asked.at(-1).url()).pathname.endsWith("/yes"), true);
  assert.equal(sent.getAll("accept").length, 3);
  assert.equal(sent.get("csrf"), "c0ffee");
  await context.close();
});

test("the keyboard alone comes past the menu to the content", async () => {
  const { page, context } = await open("today");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("href")), "#main");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  await context.close();
});

test("eleven slips are two sheets of A4, and nothing but slips", async () => {
  const { page, context } = await open("slips");
  const pdf = (await page.pdf({ preferCSSPageSize: true })).toString("latin1");
  assert.equal(pdf.match(/\/Type\s*\/Page\b/g).length, 2);
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator("header").isVisible(), false);
  const tall = await page.locator(".slip").evaluateAll((all) => all.filter((one) => one.scrollHeight > one.clientHeight + 1).length);
  assert.equal(tall, 0);
  await context.close();
});
