/** Whether a live server stands behind this page, or a static host. The only part of `live` that every reader loads. */

/** Where a live server answers, relative to the page, so that it works below any path. */
export const API = "api/v1";

/** Asks once. A static host answers that there is no such file, or with a page of its own: neither is an error. */
export async function isLive(): Promise<boolean> {
  try {
    const response = await fetch(API, { headers: { accept: "application/json" }, cache: "no-store" });
    if (!response.ok || !/json/.test(response.headers.get("content-type") ?? "")) return false;
    const found = (await response.json()) as { name?: unknown } | null;
    return found?.name === "kymograph";
  } catch {
    return false;
  }
}
