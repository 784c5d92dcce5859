import type { OpenDialog, Panel, View } from '@/state/state';
import { dispatch, store } from '@/state/store';

export function openDialog(dialog: OpenDialog): void {
  dispatch({ type: 'view', change: { dialog, drawer: null } });
}

export function closeDialog(): void {
  dispatch({ type: 'view', change: { dialog: null } });
}

/** Shows a panel beside the messages; what shows already goes. */
export function togglePanel(panel: Panel): void {
  dispatch({ type: 'view', change: { panel: store.getState().view.panel === panel ? null : panel } });
}

export function setDrawer(drawer: View['drawer']): void {
  dispatch({ type: 'view', change: { drawer } });
}
