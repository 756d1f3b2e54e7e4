// Bundles the tests of the named folders, since node does not read TypeScript with imports without endings, and runs
// them with node's own runner.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const web = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(web);
// A folder of its own: two runs at once must not take each other's files away.
const out = join(web, "node_modules/.cache/kymograph-tests", String(process.pid));
const folders = process.argv.slice(2).filter((one) => !one.startsWith("-"));
const only = process.argv.slice(2).filter((one) => one.startsWith("--test-name-pattern"));

const input = {};
for (const folder of folders) {
  for (const file of readdirSync(join("test", folder)).filter((name) => /\.test\.tsx?$/.test(name))) {
    input[`${folder}-${file.replace(/\.test\.tsx?$/, "")}.test`] = join(web, "test", folder, file);
  }
}
if (folders.some((folder) => folder !== "unit") && !existsSync("dist/index.html")) {
  console.error("test: dist/ is missing: run npm run build first");
  process.exit(1);
}
await build({
  configFile: false,
  logLevel: "warn",
  ssr: { noExternal: ["preact"] },
  build: {
    ssr: true,
    outDir: out,
    emptyOutDir: true,
    minify: false,
    target: "node20",
    rollupOptions: { input, output: { entryFileNames: "[name].mjs" } },
  },
});
const files = Object.keys(input).map((name) => join(out, `${name}.mjs`));
const args = ["--test", "--test-concurrency=1", "--test-reporter=spec", "--enable-source-maps", ...only, ...files];
const { status } = spawnSync(process.execPath, args, { stdio: "inherit", env: { ...process.env, KYMO_WEB: web } });
rmSync(out, { recursive: true, force: true });
process.exit(status ?? 1);
