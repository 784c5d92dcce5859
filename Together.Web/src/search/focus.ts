import type { RefObject } from 'react';
import { togglePanel } from '@/actions/view';
import { store } from '@/state/store';

let field: RefObject<HTMLInputElement | null> | null = null;
let isWanted = false;

/** A field that comes because somebody wants to search takes the focus; one that comes with a place does not. */
export function registerSearchField(input: RefObject<HTMLInputElement | null>): () => void {
  field = input;
  if (isWanted) input.current?.focus();
  isWanted = false;
  return () => {
    if (field === input) field = null;
  };
}

store.subscribe(({ view }, before) => {
  const opens = view.panel === 'search' && (before.view.panel !== 'search' || (view.drawer === 'panel' && before.view.drawer !== 'panel'));
  if (opens) isWanted = true;
  else if (view.panel !== 'search') isWanted = false;
});

/** Opens the search of the channel on screen. @returns false when there is nothing to search, or one is there already */
export function openSearch(): boolean {
  const { openChannel, view } = store.getState();
  if (!openChannel) return false;
  const input = field?.current;
  if (input && input === document.activeElement) return false;
  if (input) {
    input.focus();
    input.select();
  } else if (view.panel === 'search' && view.drawer !== 'panel') {
    isWanted = true;
    togglePanel('search');
  } else togglePanel('search');
  return true;
}
