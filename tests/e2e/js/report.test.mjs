// The morning report of bad nights and of a good one, in Chromium, without a network. The files are those of
// tests/browser/test_report.py, which says in SCENE where they lie.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

import { chromium } from "playwright-core";

const scene = JSON.parse(process.env.SCENE);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const NIGHTS = ["refused", "awaiting", "applied"];
const A4 = { width: 688, height: 1017 }; // in CSS pixels, within margins of 14 mm
const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 900 } };
let browser;

before(async () => {
  browser = await chromium.launch({ executablePath: scene.chromium });
});
after(() => browser.close());

async function open(night, size = SIZES.desktop) {
  const context = await browser.newContext({ viewport: size, offline: true });
  const page = await context.newPage();
  await page.goto(pathToFileURL(`${scene.nights}/${night}/report.html`).href);
  return page;
}

const verdict = (page) => page.getByRole("heading", { level: 1 }).innerText();

test("the verdict is the first thing said", async () => {
  assert.match(await verdict(await open("refused")), /停止/);
  assert.match(await verdict(await open("awaiting")), /確認待ち/);
  assert.match(await verdict(await open("applied")), /完了/);
});

test("a refused night says what to type, and its link leads to the reason", async () => {
  const page = await open("refused");
  await page.getByText("kakehashi rerun --city demo", { exact: true }).waitFor();
  await page.getByRole("link", { name: "下の指摘" }).click();
  assert.equal(new URL(page.url()).hash, "#findings");
  const heading = page.getByRole("heading", { name: "指摘と、C4th で直すこと" });
  const box = await heading.boundingBox();
  assert.ok(box.y >= 0 && box.y < SIZES.desktop.height, "the findings are in sight");
});

test("every link leads somewhere: a section of the page, or a file beside it", async () => {
  for (const night of NIGHTS) {
    const page = await open(night);
    const links = await page.locator("a").evaluateAll((all) => all.map((one) => one.href));
    assert.ok(links.length > 1);
    for (const link of links.map((one) => new URL(one))) {
      if (link.hash) assert.equal(await page.locator(link.hash).count(), 1, link.hash);
      else assert.ok(existsSync(fileURLToPath(link)), link.pathname);
    }
  }
});

test("a click on a school's file hands over its workbook", async () => {
  const page = await open("awaiting");
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.locator('a[href^="schools/"]').first().click(),
  ]);
  assert.match(file.suggestedFilename(), /^[A-Z0-9]+\.xlsx$/);
});

test("the switch turns the whole page into English, and back", async () => {
  const page = await open("awaiting");
  await page.getByRole("radio", { name: "English" }).check();
  assert.match(await verdict(page), /Waiting for approval/);
  const seen = await page.locator("main h2").allInnerTexts();
  assert.deepEqual(seen.filter((text) => /[\u3040-\u30ff\u4e00-\u9fff]/.test(text)), []);
  await page.getByRole("radio", { name: "日本語" }).check();
  assert.match(await verdict(page), /確認待ち/);
});

for (const [name, size] of Object.entries(SIZES)) {
  test(`axe finds nothing wrong, and nothing sticks out, on a ${name}`, async () => {
    for (const night of NIGHTS) {
      const page = await open(night, size);
      await page.evaluate(axe);
      const found = await page.evaluate(() => window.axe.run());
      assert.deepEqual(found.violations.map((one) => [one.id, one.nodes.map((n) => n.html)]), []);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= size.width, `${night}: ${wide} wide`);
    }
  });
}

test("on a phone the reason and what to do or decide are in sight before anybody scrolls", async () => {
  const first = {
    refused: [".reason", "#decide ~ .do"],
    awaiting: ["#decide ~ .scroll tbody tr", "b:has-text(\"合っていれば承認し\")"],
  };
  for (const [night, places] of Object.entries(first)) {
    const page = await open(night, SIZES.phone);
    assert.equal(await page.locator("main h2").first().getAttribute("id"), "decide", night);
    for (const place of places) {
      const box = await page.locator(place).first().boundingBox();
      assert.ok(box && box.y + Math.min(box.height, 40) <= SIZES.phone.height, `${night}: ${place}`);
    }
  }
});

test("on A4 nothing sticks out and nothing is hidden behind a scroll bar", async () => {
  for (const night of NIGHTS) {
    const page = await open(night, A4);
    await page.emulateMedia({ media: "print" });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= A4.width, `${night}: ${wide} wide`);
    const cut = await page.locator("table, pre").evaluateAll((all) =>
      all.filter((one) => one.getBoundingClientRect().right > innerWidth).length,
    );
    assert.equal(cut, 0, night);
  }
});
