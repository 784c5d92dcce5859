import type { CustomStatus } from '@/contracts';
import { sendFrame, whenReady } from '@/gateway/connection';
import { store } from '@/state/store';

export type Status = 'online' | 'away' | 'dnd' | 'invisible';

/** Says how one wants to be shown; false when there is no connection. The custom status stays. */
export function setStatus(status: Status): boolean {
  return sendFrame({ op: 'PRESENCE_UPDATE', d: { status } });
}

let waiting: CustomStatus | null | undefined;

/** Says something of oneself, null for nothing. @returns false when there is no connection: it is said as soon as there is one */
export function setCustomStatus(customStatus: CustomStatus | null): boolean {
  waiting = customStatus;
  return sayWaiting();
}

function sayWaiting(): boolean {
  if (waiting === undefined) return true;
  const { status } = store.getState().ownStatus;
  const isSaid = sendFrame({ op: 'PRESENCE_UPDATE', d: { status: isStatus(status) ? status : 'online', custom_status: waiting } });
  if (isSaid) waiting = undefined;
  return isSaid;
}

function isStatus(status: string): status is Status {
  return status === 'online' || status === 'away' || status === 'dnd' || status === 'invisible';
}

whenReady(sayWaiting);

// It was another one's.
store.subscribe((state, before) => {
  if (state.me?.id !== before.me?.id) waiting = undefined;
});
