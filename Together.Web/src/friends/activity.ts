const steps: readonly [unit: Intl.RelativeTimeFormatUnit, milliseconds: number][] = [
  ['year', 365 * 86_400_000],
  ['month', 30 * 86_400_000],
  ['week', 7 * 86_400_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

const format = new Intl.RelativeTimeFormat(undefined, { style: 'short', numeric: 'auto' });

/** How long ago something was, in its largest unit. @param at and @param now in milliseconds since 1970; a clock that is behind shows no future */
export function ago(at: number, now: number): string {
  const passed = Math.max(0, now - at);
  const [unit, length] = steps.find(([, milliseconds]) => passed >= milliseconds) ?? ['second', Number.POSITIVE_INFINITY];
  return format.format(-Math.floor(passed / length), unit);
}
