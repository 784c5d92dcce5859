import type { ReactNode } from 'react';
import styles from './markdown.module.css';

/** [start, end) in UTF-16 units of the content. */
export type Range = readonly [start: number, end: number];

/** In order and without overlaps. */
export function disjoint(ranges: readonly Range[]): Range[] {
  const merged: [number, number][] = [];
  for (const [start, end] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else if (end > start) merged.push([start, end]);
  }
  return merged;
}

/** Text with the parts marked that lie in the ranges. @param start Where the text stands in the content. @param ranges Disjoint. */
export function highlighted(text: string, start: number, ranges: readonly Range[]): ReactNode {
  const parts: ReactNode[] = [];
  let done = 0;
  for (const [rangeStart, rangeEnd] of ranges) {
    const from = Math.max(rangeStart - start, done);
    const to = Math.min(rangeEnd - start, text.length);
    if (to <= from) continue;
    if (from > done) parts.push(text.slice(done, from));
    parts.push(
      <mark key={from} className={styles.mark}>
        {text.slice(from, to)}
      </mark>,
    );
    done = to;
  }
  if (parts.length === 0) return text;
  if (done < text.length) parts.push(text.slice(done));
  return parts;
}
