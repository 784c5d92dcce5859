import type { Id } from '@/state/state';
import { store } from '@/state/store';

type TabMessage = { type: 'looks'; tab: string; channelId: Id | null } | { type: 'who' };

const channelOfTabs = 'together.attention';

/** Knows which channels somebody looks at, in this tab and the others of this browser. */
export function watchAttention(onChange: () => void): { attended: () => Set<Id>; stop: () => void } {
  const tab = crypto.randomUUID?.() ?? String(Math.random());
  const tabs = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(channelOfTabs);
  const others = new Map<string, Id>();
  const own = () => (document.visibilityState === 'visible' && document.hasFocus() ? store.getState().openChannel : null);
  let told: Id | null = null;
  const tell = () => tabs?.postMessage({ type: 'looks', tab, channelId: told } satisfies TabMessage);
  const update = () => {
    const now = own();
    if (now === told) return;
    told = now;
    tell();
    onChange();
  };
  const leave = () => tabs?.postMessage({ type: 'looks', tab, channelId: null } satisfies TabMessage);
  tabs?.addEventListener('message', ({ data }: MessageEvent<TabMessage>) => {
    if (data.type === 'who') tell();
    else if (data.channelId) others.set(data.tab, data.channelId);
    else others.delete(data.tab);
  });
  tabs?.postMessage({ type: 'who' } satisfies TabMessage);
  const end = new AbortController();
  const { signal } = end;
  window.addEventListener('focus', update, { signal });
  window.addEventListener('blur', update, { signal });
  window.addEventListener('pagehide', leave, { signal });
  document.addEventListener('visibilitychange', update, { signal });
  const unsubscribe = store.subscribe(update);
  update();
  return {
    attended: () => {
      const mine = own();
      return new Set([...others.values(), ...(mine ? [mine] : [])]);
    },
    stop: () => {
      leave();
      end.abort();
      unsubscribe();
      tabs?.close();
    },
  };
}
