import { navigate } from 'wouter/use-browser-location';
import { paths } from '@/app/paths';
import { whenDispatched } from '@/gateway/connection';
import type { Id } from '@/state/state';
import { store } from '@/state/store';
import { isUnread } from '@/state/unread';
import { watchAttention } from './attended';
import { type Announcement, announcementOf } from './decide';
import { getPreferences, notificationsAllowed } from './preferences';
import { blip } from './sound';

const lockName = 'together.notifications';

/** Announces messages for as long as somebody is logged in: one tab of the browser does, and what was read goes. */
export function notifyOfMessages(): () => void {
  const shown = new Map<Id, Notification>();
  const closeRead = () => {
    if (shown.size === 0) return;
    const state = store.getState();
    for (const [channelId, notification] of shown) if (!isUnread(state, channelId)) notification.close();
  };
  const attention = watchAttention(closeRead);
  const leadership = lead();
  const stopEvents = whenDispatched((event) => {
    if (event.t !== 'MESSAGE_CREATE' || !leadership.isLeader()) return;
    const announcement = announcementOf(store.getState(), event.d, attention.attended(), Date.now());
    if (!announcement) return;
    if (notificationsAllowed()) show(announcement, shown);
    if (announcement.isPersonal && getPreferences().sound) blip();
  });
  const stopReading = store.subscribe((state, before) => {
    if (state.readStates !== before.readStates) closeRead();
  });
  return () => {
    stopEvents();
    stopReading();
    attention.stop();
    leadership.stop();
    for (const notification of shown.values()) notification.close();
  };
}

function show({ channelId, title, body, icon }: Announcement, shown: Map<Id, Notification>): void {
  let notification: Notification;
  try {
    // The sound is our own, and can be turned off by itself.
    notification = new Notification(title, { body, tag: `together ${channelId}`, silent: true, ...(icon ? { icon } : {}) });
  } catch {
    // Chrome on Android has no notifications of pages.
    return;
  }
  shown.set(channelId, notification);
  notification.onclick = () => {
    window.focus();
    const channel = store.getState().channels[channelId];
    if (channel) navigate(paths.channel(channel));
    notification.close();
  };
  notification.onclose = () => {
    if (shown.get(channelId) === notification) shown.delete(channelId);
  };
}

/** Web Locks exist on HTTPS and loopback only; without them there are no notifications either, and every tab plays its sound. */
function lead(): { isLeader: () => boolean; stop: () => void } {
  if (!navigator.locks) return { isLeader: () => true, stop: () => {} };
  let isLeader = false;
  let release = () => {};
  const end = new AbortController();
  const held = () =>
    new Promise<void>((resolve) => {
      // It may be given just as it is not wanted any more.
      if (end.signal.aborted) return resolve();
      isLeader = true;
      release = resolve;
    });
  navigator.locks.request(lockName, { signal: end.signal }, held).catch(() => {});
  return {
    isLeader: () => isLeader,
    stop: () => {
      isLeader = false;
      end.abort();
      release();
    },
  };
}
