import { forEver } from '@/actions/servers';

export const muteChoices = ['15m', '1h', '8h', '24h', 'forever'] as const;
export type MuteChoice = (typeof muteChoices)[number];

const minute = 60_000;
const lasting: Record<Exclude<MuteChoice, 'forever'>, number> = { '15m': 15 * minute, '1h': 60 * minute, '8h': 480 * minute, '24h': 1440 * minute };

/** @param now milliseconds since 1970 */
export function muteUntil(choice: MuteChoice, now: number): string {
  return choice === 'forever' ? forEver : new Date(now + lasting[choice]).toISOString();
}

/** Until when something is silent, in milliseconds; infinity until it is turned on, null when it is not. */
export function mutedTo(until: string | null | undefined, now: number): number | null {
  const end = until ? Date.parse(until) : Number.NaN;
  if (!(end > now)) return null;
  return end >= Date.parse(forEver) ? Number.POSITIVE_INFINITY : end;
}
