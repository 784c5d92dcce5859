import { changePlaces, getPlaces } from '@/state/places';
import { store } from '@/state/store';

const most = 20;

/** Remembers which channels were open, the last one first. */
export function rememberRecent(): () => void {
  return store.subscribe(({ openChannel }, before) => {
    if (!openChannel || openChannel === before.openChannel) return;
    changePlaces({ recent: [openChannel, ...getPlaces().recent.filter((id) => id !== openChannel)].slice(0, most) });
  });
}
