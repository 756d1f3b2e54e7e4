import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

/** Files that servers send as they are, compressed here once and at the highest level. */
const COMPRESSED = /\.(html|js|css|svg|txt)$/;

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}

/** Writes `.br` and `.gz` beside each file that is worth it. */
function precompress(): Plugin {
  return {
    name: "precompress",
    apply: "build",
    closeBundle() {
      for (const path of filesBelow("dist").filter((file) => COMPRESSED.test(file))) {
        const content = readFileSync(path);
        const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
        writeFileSync(`${path}.br`, brotliCompressSync(content, { params }));
        writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  // Relative, so that a site works below any path of any host.
  base: "./",
  // A preload would be a second request path. Only `src/live` is split off: a folder of files never loads it.
  build: { modulePreload: false, assetsInlineLimit: 0, target: "es2023", cssCodeSplit: false },
  plugins: [precompress()],
});
