/** The live part of the app: loaded only where a live server answers. */

import { useEffect, useState } from "preact/hooks";
import { isLive } from "./probe";

export type Live = typeof import("./entry");

/** The live part; `null` where there is none; `undefined` until that is known. */
export function useLive(): Live | null | undefined {
  const [live, setLive] = useState<Live | null | undefined>(undefined);
  useEffect(() => {
    isLive()
      .then((found) => (found ? import("./entry") : null))
      .then(setLive, () => setLive(null));
  }, []);
  return live;
}
