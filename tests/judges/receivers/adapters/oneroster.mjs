// @longsightgroup/oneroster (TypeScript, built) on one of our packages: node oneroster.mjs ZIP DIALECT
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

const { parseAndValidateOneRosterCsvFullZip: parse } = await import(resolve("dist/index.js"));
const [, , zip, dialect] = process.argv;
if (dialect.includes("1_1")) process.exit(3);
const answer = parse(new Uint8Array(readFileSync(zip)));
if (answer._tag !== "ok") {
  const { code, fileName = "", columnName = "" } = answer.error[0];
  console.log(`${code} ${fileName} ${columnName}`.trim());
  process.exit(1);
}
