const minute = 60_000;

export type Lasts = 'kept' | 'never' | 'minutes30' | 'hour' | 'hours4' | 'today';

/** When a status ends, RFC 3339; null for never. @param before when the one before it would have ended */
export function statusEnd(lasts: Lasts, now: Date, before: string | null): string | null {
  switch (lasts) {
    case 'never':
      return null;
    case 'kept':
      return before;
    case 'minutes30':
      return new Date(now.getTime() + 30 * minute).toISOString();
    case 'hour':
      return new Date(now.getTime() + 60 * minute).toISOString();
    case 'hours4':
      return new Date(now.getTime() + 240 * minute).toISOString();
    case 'today':
      return new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1).toISOString();
  }
}
