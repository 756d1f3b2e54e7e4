/** What is compared: a run, a variant of a run, or the newest run of a commit. */

import type { Site } from "../data/site";
import type { Run } from "../data/types";
import { decodeParts, encodeParts } from "../route/params";
import type { Side } from "./judge";

export interface SideName {
  /** A run's id, or `commit:HASH`. */
  run: string;
  variant: string | null;
}

export function parseSide(raw: string | undefined): SideName | null {
  if (raw === undefined || raw === "") return null;
  const [run, variant] = decodeParts(raw);
  return { run, variant: variant === undefined || variant === "" ? null : variant };
}

export function formatSide(side: SideName | null): string {
  if (side === null) return "";
  return encodeParts(side.variant === null ? [side.run] : [side.run, side.variant]);
}

const COMMIT = "commit:";

/** Loads a side; what cannot be compared says why. */
export async function loadSide(site: Site, name: SideName): Promise<{ side: Side; run: Run }> {
  const hash = name.run.startsWith(COMMIT) ? name.run.slice(COMMIT.length) : null;
  const matches = (run: Run) =>
    hash === null
      ? run.id === name.run
      : run.data !== null && run.commit !== null && (run.commit.startsWith(hash) || hash.startsWith(run.commit));
  const run = await site.findRun(matches);
  if (run === null) {
    throw new Error(
      hash === null
        ? `There is no run ${name.run} on this site`
        : `No run of commit ${hash} has its samples on this site`,
    );
  }
  if (run.data === null) {
    throw new Error(
      `The samples of run ${run.id} are not on this site: publish them with kymo site build --samples N, or compare with kymo compare`,
    );
  }
  const file = await site.run(run.data);
  const variant = name.variant === null ? null : file.variants.indexOf(name.variant);
  if (variant === -1)
    throw new Error(`Run ${run.id} has no variant ${name.variant}: it has ${file.variants.join(", ")}`);
  return { side: { run: file, cells: await site.cells(file), variant }, run };
}
