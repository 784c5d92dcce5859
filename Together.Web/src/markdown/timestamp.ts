import type { TimestampStyle } from './nodes.ts';

const options: Record<Exclude<TimestampStyle, 'R'>, Intl.DateTimeFormatOptions> = {
  t: { timeStyle: 'short' },
  T: { timeStyle: 'medium' },
  d: { dateStyle: 'short' },
  D: { dateStyle: 'long' },
  f: { dateStyle: 'long', timeStyle: 'short' },
  F: { dateStyle: 'full', timeStyle: 'short' },
};

/** Seconds. */
const units: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365.25 * 86400],
  ['month', 30.4375 * 86400],
  ['day', 86400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
];

const formats = new Map<string, Intl.DateTimeFormat>();
let relative: Intl.RelativeTimeFormat | undefined;

/** In the reader's language and zone. @param now In milliseconds, for the style `R`. */
export function formatTimestamp(seconds: number, style: TimestampStyle, now: number): string {
  if (style === 'R') {
    relative ??= new Intl.RelativeTimeFormat();
    const [unit, length] = unitOf(seconds, now);
    return relative.format(Math.trunc((seconds - now / 1000) / length), unit);
  }
  let format = formats.get(style);
  if (!format) {
    format = new Intl.DateTimeFormat(undefined, options[style]);
    formats.set(style, format);
  }
  return format.format(seconds * 1000);
}

/** Milliseconds after which the style `R` may read otherwise: soon for what is near, and an hour at most. */
export function relativeLifetime(seconds: number, now: number): number {
  const [, length] = unitOf(seconds, now);
  return Math.min(length, 3600) * 1000;
}

function unitOf(seconds: number, now: number) {
  const distance = Math.abs(seconds - now / 1000);
  return units.find(([, length]) => distance >= length) ?? (['second', 1] as const);
}
