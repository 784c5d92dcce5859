import { sendFrame } from '@/gateway/connection';

export type Status = 'online' | 'away' | 'dnd' | 'invisible';

/** Says how one wants to be shown; false when there is no connection. The custom status stays. */
export function setStatus(status: Status): boolean {
  return sendFrame({ op: 'PRESENCE_UPDATE', d: { status } });
}
