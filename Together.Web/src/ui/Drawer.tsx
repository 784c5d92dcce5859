import { Drawer as Base } from '@base-ui/react/drawer';
import type { ReactNode } from 'react';
import { cx } from './cx';
import styles from './Drawer.module.css';

export interface DrawerProps {
  open: boolean;
  /** Escape, a press beside it, or a swipe back to its side. */
  onClose: () => void;
  /** With it, a swipe from the edge of the screen opens the drawer. */
  onOpen?: () => void;
  side: 'left' | 'right';
  /** The accessible name. */
  label: string;
  children: ReactNode;
  className?: string;
}

/** A modal side sheet for narrow screens; what lies behind it is inert. */
export function Drawer({ open, onClose, onOpen, side, label, children, className }: DrawerProps) {
  return (
    <Base.Root open={open} onOpenChange={(next) => (next ? onOpen?.() : onClose())} swipeDirection={side}>
      {onOpen && <Base.SwipeArea className={cx(styles.edge, styles[side])} />}
      <Base.Portal>
        <Base.Backdrop className={styles.backdrop} />
        <Base.Viewport className={styles.viewport}>
          <Base.Popup aria-label={label} className={cx(styles.popup, styles[side], className)}>
            <Base.Content className={styles.content}>{children}</Base.Content>
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  );
}
