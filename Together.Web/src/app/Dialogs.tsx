import { useApp } from '@/state/store';

/** The one dialog that is open. */
export default function Dialogs() {
  const dialog = useApp((state) => state.view.dialog);
  switch (dialog?.kind) {
    default:
      return null;
  }
}
