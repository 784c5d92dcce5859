import type { OpenDialog, Panel, View } from '@/state/state';
import { dispatch, store } from '@/state/store';

export function openDialog(dialog: OpenDialog): void {
  dispatch({ type: 'view', change: { dialog, drawer: null } });
}

export function closeDialog(): void {
  dispatch({ type: 'view', change: { dialog: null } });
}

/** Shows a panel beside the messages, or over them where there is no room beside; what shows already goes. */
export function togglePanel(panel: Panel): void {
  const { view } = store.getState();
  if (!matchMedia(narrow).matches) dispatch({ type: 'view', change: { panel: view.panel === panel ? null : panel } });
  else if (view.drawer === 'panel' && view.panel === panel) setDrawer(null);
  else dispatch({ type: 'view', change: { panel, drawer: 'panel' } });
}

/** There is no room for a column beside the messages. */
export const narrow = '(max-width: 1099.98px)';

export function setDrawer(drawer: View['drawer']): void {
  dispatch({ type: 'view', change: { drawer } });
}
