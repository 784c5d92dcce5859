import { openDialog } from '@/actions/view';
import { openSearch } from '@/search/focus';
import { store } from '@/state/store';

interface Shortcut {
  /** With Ctrl, on Apple's machines with ⌘, and nothing else. As {@link KeyboardEvent.key} names it, lower case. */
  key: string;
  /** @returns false when the browser shall do what it does with these keys */
  run(): boolean;
}

/** Those of the whole page; `strings/keybinds.ts` lists them for people. */
export const shortcuts: readonly Shortcut[] = [
  { key: 'k', run: () => openDialogInstead({ kind: 'quick_switcher' }) },
  { key: 'f', run: openSearch },
  { key: '/', run: () => openDialogInstead({ kind: 'user_settings', section: 'keybinds' }) },
];

function openDialogInstead(dialog: Parameters<typeof openDialog>[0]): boolean {
  openDialog(dialog);
  return true;
}

const mac = /Mac|iPhone|iPad/.test(navigator.platform);

/** Listens for as long as somebody is logged in. */
export function listenToShortcuts(): () => void {
  const press = (event: KeyboardEvent) => {
    const isModified = mac ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
    if (!isModified || event.altKey || event.shiftKey || event.isComposing || event.repeat || event.defaultPrevented) return;
    if (store.getState().view.dialog || document.querySelector('[role="alertdialog"]')) return;
    const shortcut = shortcuts.find(({ key }) => key === event.key.toLowerCase());
    if (shortcut?.run()) event.preventDefault();
  };
  document.addEventListener('keydown', press);
  return () => document.removeEventListener('keydown', press);
}
