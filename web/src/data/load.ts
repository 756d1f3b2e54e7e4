/** Fetching a file of the site: gzip or bare, with errors that say which file and what is wrong with it. */

/** A file that could not be had; the message is for people. */
export class LoadError extends Error {
  constructor(
    readonly file: string,
    readonly reason: string,
  ) {
    super(`${file}: ${reason}`);
    this.name = "LoadError";
  }
}

/** Where the data lies, relative to the page, so that a site works below any path. */
const DATA = "data/";

async function fetchBytes(file: string, fresh: boolean): Promise<Uint8Array> {
  let response: Response;
  try {
    response = await fetch(DATA + file, { cache: fresh ? "no-cache" : "default" });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LoadError(DATA + file, `it could not be fetched (${reason})`);
  }
  if (response.status === 404) throw new LoadError(DATA + file, "the file is missing (404)");
  if (!response.ok) throw new LoadError(DATA + file, `the host answered ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** The content of a `.kz` file: gunzipped, or as it is where the host already did that. */
export async function inflate(bytes: Uint8Array): Promise<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const stream = new Blob([bytes as BlobPart]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** The bytes of a content-named file, which may be cached for ever. */
export async function loadBytes(reference: string): Promise<Uint8Array> {
  const file = `${reference}.kz`;
  const bytes = await fetchBytes(file, false);
  try {
    return await inflate(bytes);
  } catch {
    throw new LoadError(DATA + file, "the file is damaged (it cannot be decompressed)");
  }
}

/** The JSON of a content-named file. */
export async function loadJson<T>(reference: string): Promise<T> {
  return parse<T>(`${reference}.kz`, await loadBytes(reference));
}

/** The JSON of a file that changes, looked at anew each time. */
export async function loadFreshJson<T>(file: string): Promise<T> {
  return parse<T>(file, await fetchBytes(file, true));
}

function parse<T>(file: string, bytes: Uint8Array): T {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as T;
  } catch {
    throw new LoadError(DATA + file, "the file is damaged (it is no JSON)");
  }
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
