/** A site with a server's API beside it, which is as at the beginning before each test. */

import { beforeEach } from "node:test";
import type { Locator, Page } from "playwright-core";
import { writeRich } from "../fixtures/rich";
import { FakeApi } from "./fake-api";
import { type Stage, stage } from "./sites";

interface LiveStage {
  api: FakeApi;
  on: Stage;
  at: (hash: string) => string;
  /** A job of the queue. */
  row: (page: Page, text: string) => Locator;
}

export function liveStage(): LiveStage {
  const api = new FakeApi();
  const on = stage(writeRich, api.handle);
  beforeEach(async () => {
    // A page that a failed test left open would go on asking.
    for (const context of on.browser?.contexts() ?? []) await context.close();
    api.reset();
  });
  return {
    api,
    on,
    at: (hash) => on.site.url + hash,
    row: (page, text) => page.locator(".queue-row, .running-job", { hasText: text }),
  };
}
