// node build.js MODULES SOURCE WIT OUT: makes a component of JavaScript. MODULES is the folder that npm installed into.
import { readFile, writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

const [modules, source, wit, out] = process.argv.slice(2);
const tool = pathToFileURL(`${modules}/@bytecodealliance/componentize-js/src/componentize.js`);
const { componentize } = await import(tool);
const { component } = await componentize(await readFile(source, "utf8"), {
  witPath: wit,
  worldName: "smallest",
  // The handler is an export of the program's own. What else the runtime asks its host for, it needs.
  disableFeatures: ["fetch-event"],
});
await writeFile(out, component);
