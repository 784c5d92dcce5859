// What this device shows and plays; other devices have their own.
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';

export interface Preferences {
  shown: boolean;
  sound: boolean;
}

const key = 'together.notifications';

const preferences = createStore<Preferences>(read);

function read(): Preferences {
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? 'null') as Partial<Preferences> | null;
    return { shown: kept?.shown === true, sound: kept?.sound !== false };
  } catch {
    return { shown: false, sound: true };
  }
}

export function getPreferences(): Preferences {
  return preferences.getState();
}

export function usePreferences(): Preferences {
  return useStore(preferences);
}

export function changePreferences(change: Partial<Preferences>): void {
  preferences.setState(change);
  try {
    localStorage.setItem(key, JSON.stringify(preferences.getState()));
  } catch {
    // A forbidden storage costs the memory of a reload, nothing else.
  }
}

// Another tab of this device changed them.
if (typeof window !== 'undefined') window.addEventListener('storage', (event) => event.key === key && preferences.setState(read()));

/** Whether the browser would show a notification: `default` is not asked yet. */
export function permission(): NotificationPermission | 'unsupported' {
  return typeof Notification === 'undefined' || !window.isSecureContext ? 'unsupported' : Notification.permission;
}

export function notificationsAllowed(): boolean {
  return permission() === 'granted' && getPreferences().shown;
}

/** Asks the browser; only from a press, as browsers want it. Turns notifications on when it says yes. */
export async function askForNotifications(): Promise<NotificationPermission | 'unsupported'> {
  if (permission() === 'unsupported') return 'unsupported';
  const answer = await Notification.requestPermission();
  changePreferences({ shown: answer === 'granted' });
  return answer;
}
