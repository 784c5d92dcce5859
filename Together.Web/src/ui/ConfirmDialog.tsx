import { AlertDialog } from '@base-ui/react/alert-dialog';
import { type ReactNode, useRef, useState } from 'react';
import { ui } from '@/strings/ui';
import { Button } from './Button';
import { cx } from './cx';
import styles from './Dialog.module.css';

export interface ConfirmDialogProps {
  /** Left out, it is open for as long as it is rendered. */
  open?: boolean;
  /** Cancelled, or confirmed and done. */
  onClose: () => void;
  title: string;
  body?: ReactNode;
  confirmLabel: string;
  cancelLabel?: string;
  /** What is confirmed cannot be undone: focus starts on Cancel. */
  danger?: boolean;
  /** While its promise runs the dialog is busy and stays; a rejection is shown inside. */
  onConfirm: () => void | Promise<void>;
  /** Words for a rejection. */
  errorText?: (reason: unknown) => string;
}

export function ConfirmDialog({
  open = true,
  onClose,
  title,
  body,
  confirmLabel,
  cancelLabel = ui.cancel,
  danger = false,
  onConfirm,
  errorText = () => ui.actionFailed,
}: ConfirmDialogProps) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const cancel = useRef<HTMLButtonElement>(null);
  const confirm = useRef<HTMLButtonElement>(null);

  const close = () => {
    if (busy) return;
    setError(undefined);
    onClose();
  };
  const run = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await onConfirm();
      onClose();
    } catch (reason) {
      setError(errorText(reason));
    } finally {
      setBusy(false);
    }
  };

  return (
    <AlertDialog.Root open={open} onOpenChange={(next) => next || close()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className={styles.backdrop} />
        <AlertDialog.Viewport className={styles.viewport}>
          <AlertDialog.Popup initialFocus={danger ? cancel : confirm} className={cx(styles.popup, styles.s, styles.confirm)}>
            <header className={styles.header}>
              <AlertDialog.Title className={styles.title}>{title}</AlertDialog.Title>
            </header>
            <div className={styles.body}>
              {body && (
                <AlertDialog.Description className={styles.description} render={<div />}>
                  {body}
                </AlertDialog.Description>
              )}
              <div role="alert" className={styles.error}>
                {error}
              </div>
            </div>
            <footer className={styles.footer}>
              <Button ref={cancel} onClick={close} aria-disabled={busy || undefined}>
                {cancelLabel}
              </Button>
              <Button ref={confirm} variant={danger ? 'danger' : 'primary'} busy={busy} onClick={() => void run()}>
                {confirmLabel}
              </Button>
            </footer>
          </AlertDialog.Popup>
        </AlertDialog.Viewport>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
