import { type ReactElement, useRef } from 'react';
import { Virtualizer } from 'virtua';
import { cx } from '@/ui/cx';
import styles from './LongList.module.css';

interface LongListProps {
  label: string;
  /** What stands in the rows, with keys. */
  rows: readonly ReactElement[];
  className?: string;
}

/** Up to here all rows exist, so that the browser's own search finds them. */
const plainMax = 100;

/** A scrolling list; of a long one only what is on screen exists. */
export function LongList({ label, rows, className }: LongListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for controls
    <div ref={scroller} role="group" aria-label={label} className={cx(styles.scroller, className)}>
      {rows.length > plainMax ? (
        <Virtualizer scrollRef={scroller} as="ul" item="li">
          {[...rows]}
        </Virtualizer>
      ) : (
        <ul>
          {rows.map((row) => (
            <li key={row.key}>{row}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
