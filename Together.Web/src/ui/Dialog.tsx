import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import { type ReactNode, type RefObject, useRef } from 'react';
import { ui } from '@/strings/ui';
import { cx } from './cx';
import styles from './Dialog.module.css';
import { IconButton } from './IconButton';

export interface DialogProps {
  /** Left out, it is open for as long as it is rendered. */
  open?: boolean;
  /** Escape, a press outside or the close button. */
  onClose: () => void;
  title: string;
  /** The title stays for screen readers. */
  hideTitle?: boolean;
  description?: ReactNode;
  size?: 's' | 'm' | 'l';
  /** Buttons, the main one last. */
  footer?: ReactNode;
  /** Left out: the first control of the body; on touch the dialog itself, so that no keyboard covers it. */
  initialFocus?: RefObject<HTMLElement | null>;
  /** A press outside does not close it: for what would lose typed text. */
  keepOnOutsidePress?: boolean;
  children?: ReactNode;
  className?: string;
}

const controls = 'input:enabled, select:enabled, textarea:enabled, button:enabled, a[href], [tabindex="0"]';

/** A modal window; under 600 px a sheet over the whole screen. */
export function Dialog({
  open = true,
  onClose,
  title,
  hideTitle,
  description,
  size = 'm',
  footer,
  initialFocus,
  keepOnOutsidePress,
  children,
  className,
}: DialogProps) {
  const popup = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const firstControl = () =>
    globalThis.matchMedia?.('(pointer: coarse)').matches ? popup.current : (body.current?.querySelector<HTMLElement>(controls) ?? popup.current);
  return (
    <Base.Root open={open} onOpenChange={(next) => next || onClose()} disablePointerDismissal={keepOnOutsidePress}>
      <Base.Portal>
        <Base.Backdrop className={styles.backdrop} />
        <Base.Viewport className={styles.viewport}>
          <Base.Popup ref={popup} initialFocus={initialFocus ?? firstControl} className={cx(styles.popup, styles[size], className)}>
            <header className={styles.header}>
              <Base.Title className={hideTitle ? 'visually-hidden' : styles.title}>{title}</Base.Title>
              <Base.Close
                render={
                  <IconButton label={ui.close} tooltipSide="bottom" className={styles.close}>
                    <X />
                  </IconButton>
                }
              />
            </header>
            <div ref={body} className={styles.body}>
              {description && <Base.Description className={styles.description}>{description}</Base.Description>}
              {children}
            </div>
            {footer && <footer className={styles.footer}>{footer}</footer>}
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  );
}
