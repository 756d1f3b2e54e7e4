/** A job's log: its end, following it while the job runs. */

import type { JSX } from "preact";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { messageOf } from "../data/load";
import { quantity } from "../text/units";
import { LogTail, type LogText } from "./log-tail";
import { Pieces, plain } from "./plain";
import { Live, sentence } from "./trouble";
import { usePoll } from "./use-poll";

const EVERY_MS = 2000;
/** A log that has ended grows only if the job is tried again. */
const ENDED_EVERY_MS = 30_000;

/** Pixels from the end that still count as the end. */
const NEAR_PX = 24;

export function LogView({ job, isEnded, who }: { job: number; isEnded: boolean; who: string }): JSX.Element {
  const tail = useMemo(() => new LogTail(job), [job, who]);
  // What was loaded of before, until the next answer, which holds it, too.
  const [older, setOlder] = useState<{ log: LogText | null; over: LogText | null } | null>(null);
  const [said, setSaid] = useState("");
  const polled = usePoll<LogText>(
    (signal) => tail.grow(signal),
    () => (isEnded ? ENDED_EVERY_MS : EVERY_MS),
    [tail, isEnded],
  );
  const latest = useRef<LogText | null>(null);
  latest.current = polled.value;
  const more = async () => {
    try {
      const log = await tail.older();
      setOlder({ log, over: latest.current });
      setSaid("");
    } catch (error) {
      setSaid(sentence(plain(messageOf(error))));
    }
  };
  return (
    <section aria-labelledby="log-title">
      <h2 id="log-title">Log</h2>
      <Live of={polled} what="the log">
        {(text) => (
          <LogBox log={(older?.over === text ? older.log : null) ?? text} onOlder={more} job={job} isEnded={isEnded} />
        )}
      </Live>
      {said === "" ? null : (
        <p class="failure" role="alert">
          {said}
        </p>
      )}
    </section>
  );
}

interface LogBoxProps {
  log: LogText;
  job: number;
  isEnded: boolean;
  onOlder: () => void;
}

function LogBox({ log, job, isEnded, onOlder }: LogBoxProps): JSX.Element {
  const box = useRef<HTMLPreElement>(null);
  const [isFollowing, setFollowing] = useState(true);
  const height = useRef(0);
  const first = useRef(log.from);
  const toEnd = () => {
    if (box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  };
  useLayoutEffect(() => {
    const at = box.current;
    if (at === null) return;
    if (isFollowing) toEnd();
    // What came before pushes the rest down: the reader's line stays where it was.
    else if (log.from < first.current) at.scrollTop += at.scrollHeight - height.current;
    height.current = at.scrollHeight;
    first.current = log.from;
  }, [log.text, isFollowing]);
  if (log.total === 0) return <p class="blank">{isEnded ? "It wrote no log." : "Nothing is logged yet."}</p>;
  return (
    <>
      <p class="muted log-head">
        {log.from === 0 ? (
          <>{quantity(log.total, "B")}, from its beginning</>
        ) : (
          <>
            The last {quantity(log.total - log.from, "B")} of {quantity(log.total, "B")}{" "}
            <button type="button" class="quiet" onClick={onOlder}>
              Load what is before
            </button>
          </>
        )}
        {isFollowing ? (
          isEnded ? null : (
            <span>, following</span>
          )
        ) : (
          <button type="button" class="quiet" onClick={() => setFollowing(true)}>
            To the end
          </button>
        )}
      </p>
      <pre
        ref={box}
        class="log"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys
        tabIndex={0}
        role="region"
        aria-label={`Log of job ${job}`}
        onScroll={(event) => {
          const at = event.currentTarget;
          setFollowing(at.scrollHeight - at.scrollTop - at.clientHeight < NEAR_PX);
        }}
      >
        <Pieces text={log.text} isLog />
      </pre>
    </>
  );
}
