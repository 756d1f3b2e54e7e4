/** A list of many rows of which only the visible are in the page. Keys move in it as in any list of choices. */

import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

interface VirtualListProps {
  label: string;
  count: number;
  rowHeight: number;
  isSelected: (row: number) => boolean;
  onToggle: (row: number) => void;
  row: (row: number) => JSX.Element;
  /** Told which rows are seen. */
  onSeen?: (first: number, end: number) => void;
}

/** Rows kept above and below what is seen, so that scrolling shows no holes. */
const SPARE = 8;

export function VirtualList(props: VirtualListProps): JSX.Element {
  const { count, rowHeight } = props;
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(600);
  const [active, setActive] = useState(0);

  useEffect(() => {
    const element = box.current as HTMLDivElement;
    const observer = new ResizeObserver(() => setHeight(element.clientHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  // With the rows: later, it would undo the keys that were pressed since.
  useLayoutEffect(() => {
    setActive(0);
    if (box.current !== null) box.current.scrollTop = 0;
  }, [count]);

  const first = Math.max(Math.floor(top / rowHeight) - SPARE, 0);
  const end = Math.min(Math.ceil((top + height) / rowHeight) + SPARE, count);
  const move = (to: number) => {
    const row = Math.min(Math.max(to, 0), count - 1);
    setActive(row);
    const element = box.current as HTMLDivElement;
    if (row * rowHeight < element.scrollTop) element.scrollTop = row * rowHeight;
    const below = (row + 1) * rowHeight - element.clientHeight;
    if (below > element.scrollTop) element.scrollTop = below;
    setTop(element.scrollTop);
  };
  const page = Math.max(Math.floor(height / rowHeight) - 1, 1);
  const steps: Record<string, number> = {
    ArrowDown: 1,
    ArrowUp: -1,
    PageDown: page,
    PageUp: -page,
    Home: -count,
    End: count,
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || count === 0) return;
    if (event.key === "Enter" || event.key === " ") props.onToggle(active);
    else if (steps[event.key] !== undefined) move(active + steps[event.key]);
    else return;
    event.preventDefault();
  };
  const rows: JSX.Element[] = [];
  for (let row = first; row < end; row++) {
    const isSelected = props.isSelected(row);
    rows.push(
      // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus and names its active row
      // biome-ignore lint/a11y/useKeyWithClickEvents: as above
      <div
        key={row}
        id={`row-${row}`}
        class={`row${row === active ? " row-active" : ""}`}
        role="option"
        aria-selected={isSelected}
        aria-setsize={count}
        aria-posinset={row + 1}
        style={{ top: `${row * rowHeight}px`, height: `${rowHeight}px` }}
        onClick={() => {
          setActive(row);
          props.onToggle(row);
        }}
      >
        {props.row(row)}
      </div>,
    );
  }
  return (
    <div
      ref={box}
      class="virtual"
      role="listbox"
      aria-label={props.label}
      aria-multiselectable="true"
      aria-activedescendant={active >= first && active < end ? `row-${active}` : undefined}
      tabIndex={0}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      onKeyDown={pressed}
    >
      <div class="virtual-inner" role="presentation" style={{ height: `${count * rowHeight}px` }}>
        {rows}
      </div>
    </div>
  );
}
