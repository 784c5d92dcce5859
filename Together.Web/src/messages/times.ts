import { messages as strings } from '@/strings/messages';

// Made once: a formatter costs more than what it formats.
const formats = new Map<string, Intl.DateTimeFormat>();

function format(options: Intl.DateTimeFormatOptions, at: number): string {
  const key = JSON.stringify(options);
  let known = formats.get(key);
  if (!known) {
    known = new Intl.DateTimeFormat(undefined, options);
    formats.set(key, known);
  }
  return known.format(at);
}

/** All times in milliseconds since 1970, shown in the reader's zone and language. */
export const clock = (at: number) => format({ timeStyle: 'short' }, at);

export const fullDate = (at: number) => format({ dateStyle: 'full', timeStyle: 'short' }, at);

/** For what stands on its own: the day too, unless it is today. */
export function dateAndClock(at: number, now = Date.now()): string {
  const days = daysBetween(at, now);
  if (days === 0) return clock(at);
  return days === 1 ? `${strings.yesterday}, ${clock(at)}` : format({ dateStyle: 'medium', timeStyle: 'short' }, at);
}

export function dayName(day: number, now = Date.now()): string {
  const days = daysBetween(day, now);
  if (days === 0) return strings.today;
  return days === 1 ? strings.yesterday : format({ dateStyle: 'full' }, day);
}

/** Calendar days; those on which the clock changes are not 24 hours long. */
function daysBetween(at: number, now: number): number {
  return Math.round((new Date(now).setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 86_400_000);
}
