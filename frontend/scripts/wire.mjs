/**
 * `npm run wire`: writes src/wire/types.ts from the server's shapes (`manage.py wire`), and src/wire/languages.ts from
 * its languages (`manage.py languages`). With `--check` it only compares, and fails with the fix if one is stale.
 * The Python that runs manage.py is $PYTHON, or the checkout's own .venv.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compile } from "json-schema-to-typescript";

const checkout = fileURLToPath(new URL("../../", import.meta.url));
const python = process.env.PYTHON ?? `${checkout}.venv/bin/python`;

const schema = JSON.parse(printed("wire"));
// The compiler names types after titles.
for (const [name, definition] of Object.entries(schema.$defs)) {
  definition.title = name;
}
const types = await compile(bare({ ...schema, additionalProperties: false }), "Wire", {
  bannerComment: "/** Generated from ide/wire by `npm run wire`. Do not edit. */",
  unreachableDefinitions: true,
  ignoreMinAndMaxItems: true,
  style: { printWidth: 120 },
});
// The root only holds definitions: neither its own empty interface nor remarks on who refers to it say anything.
const text = types
  .replace(/export interface Wire \{\s*\}\n/, "")
  .replaceAll(
    /( \*\n)? \* This interface was referenced by `Wire`'s JSON-Schema\n \* via the `definition` "\w+"\.\n/g,
    "",
  )
  .replaceAll(/\/\*\*\n \*\/\n/g, "");

const languages = `/** Generated from ide/engines/languages.toml by \`npm run wire\`. Do not edit. */
import type { Language } from "./types";

export const LANGUAGES: readonly Language[] = ${printed("languages")};
`;
keep("types.ts", text);
keep("languages.ts", languages);

/** What a command of manage.py prints. */
function printed(command) {
  return execFileSync(python, ["manage.py", command], { cwd: checkout, encoding: "utf8", maxBuffer: 16_000_000 });
}

/** Writes a generated file, or only looks whether it is as it should be. */
function keep(name, wanted) {
  const target = fileURLToPath(new URL(`../src/wire/${name}`, import.meta.url));
  if (!process.argv.includes("--check")) {
    writeFileSync(target, wanted);
  } else if (!existsSync(target) || readFileSync(target, "utf8") !== wanted) {
    process.stderr.write(`src/wire/${name} is stale: run \`npm run wire\` in frontend/ and commit the result.\n`);
    process.exit(1);
  }
}

/** The schema without what stands beside a `$ref` (defaults): the compiler would name a second type for it. */
function bare(node) {
  if (Array.isArray(node)) {
    return node.map(bare);
  }
  if (node === null || typeof node !== "object") {
    return node;
  }
  return "$ref" in node
    ? { $ref: node.$ref }
    : Object.fromEntries(Object.entries(node).map(([key, value]) => [key, bare(value)]));
}
