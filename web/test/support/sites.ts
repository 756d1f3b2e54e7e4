/** Sites made once for a file of tests, in a folder of their own. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import type { Browser } from "playwright-core";
import { launch, WEB } from "./browser";
import { type ApiHandler, type StaticSite, serve } from "./server";

export interface Stage {
  browser: Browser;
  site: StaticSite;
  folder: string;
}

/** A browser and a server over what `write` wrote; both are gone after the tests of the file. */
export function stage(write: (folder: string) => void, api?: ApiHandler): Stage {
  const stage = {} as Stage;
  before(async () => {
    stage.folder = mkdtempSync(join(tmpdir(), "kymograph-web-"));
    write(stage.folder);
    stage.site = await serve(join(WEB, "dist"), stage.folder, true, api);
    stage.browser = await launch();
  });
  after(async () => {
    await stage.browser?.close();
    await stage.site?.close();
    rmSync(stage.folder, { recursive: true, force: true });
  });
  return stage;
}
