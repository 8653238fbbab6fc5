// What others say of our state machines. In on stdin, out on stdout, both JSON:
//   { machines: {name: YAML}, expressions: [text], evaluations: [{text, states}] }
//   { refused: {name: [sentence]}, parsed: [{error} | {bare, calls}], values: [{value} | {code}] }
import { readFileSync } from "node:fs";
import validate from "asl-validator";
import service from "amazon-states-language-service";
import jsonata from "jsonata";
import { TextDocument } from "vscode-languageserver-textdocument";
import { parse } from "yaml";

async function refused(text) {
  const community = validate(parse(text)).errors.map((e) => `asl-validator: ${e.Message}`);
  return [...community, ...(await languageService("yaml", text)),
    ...(await languageService("json", JSON.stringify(parse(text), null, 1)))];
}

async function languageService(kind, text) {
  const make = { yaml: service.getYamlLanguageService, json: service.getLanguageService }[kind];
  const language = make({ aslOptions: { ignoreColonOffset: false } });
  const document = TextDocument.create(`file:///machine.asl.${kind}`, kind, 1, text);
  const found = await language.doValidation(document, language.parseJSONDocument(document), {});
  return found.map((d) => `language service, ${kind}: line ${d.range.start.line + 1}: ${d.message}`);
}

// Names that would be looked up in a root context, of which Step Functions has none, and functions.
function parsed(text) {
  const seen = { bare: [], calls: [] };
  try {
    walk(jsonata(text).ast(), seen);
  } catch (e) {
    return { error: `${e.code}: ${e.message}` };
  }
  return seen;
}

function walk(node, seen, rooted = true) {
  if (Array.isArray(node)) return node.forEach((one) => walk(one, seen, rooted));
  if (node === null || typeof node !== "object") return;
  if (node.type === "path") return walkPath(node, seen, rooted);
  if (node.type === "name" && rooted) seen.bare.push(node.value);
  if (node.type === "variable" && ["", "$"].includes(node.value) && rooted) seen.bare.push("$");
  if (node.type === "function" && node.procedure.type === "variable")
    seen.calls.push(node.procedure.value);
  for (const [key, part] of Object.entries(node)) {
    if (key === "procedure") continue;
    const within = ["predicate", "stages", "group"].includes(key); // there an item is the context
    walk(part, seen, rooted && !within);
  }
}

function walkPath(node, seen, rooted) {
  node.steps.forEach((step, n) => walk(step, seen, rooted && n === 0));
  if (node.group) walk(node.group, seen, false);
}

async function value({ text, states }) {
  const expression = jsonata(text);
  try {
    const found = await expression.evaluate(undefined, { states });
    return found === undefined ? { code: "" } : { value: found }; // "": it found nothing
  } catch (e) {
    return { code: e.code };
  }
}

const asked = JSON.parse(readFileSync(0, "utf8"));
const answer = { refused: {}, parsed: asked.expressions.map(parsed), values: [] };
for (const [name, text] of Object.entries(asked.machines)) answer.refused[name] = await refused(text);
for (const one of asked.evaluations) answer.values.push(await value(one));
process.stdout.write(JSON.stringify(answer));
