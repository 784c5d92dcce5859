import type { Presence as Known } from '@/contracts';
import type { Presence } from '@/ui/PresenceDot';
import { isThere } from './groups';

/** How somebody is shown. Who is invisible, oneself, is offline to all others. */
export function presenceOf(known: Known | undefined): Presence {
  if (!known || !isThere(known)) return 'offline';
  return known.status === 'away' || known.status === 'dnd' ? known.status : 'online';
}

/** What somebody says of themselves; null for nothing. */
export function customStatusOf(known: Known | undefined): string | null {
  const custom = known?.custom_status;
  return custom && isThere(known) ? [custom.emoji, custom.text].filter(Boolean).join(' ') || null : null;
}
