import { Popover as Base } from '@base-ui/react/popover';
import type { ReactElement, ReactNode, RefObject } from 'react';
import { cx } from './cx';
import styles from './Popover.module.css';

export interface PopoverProps {
  /** One button, which gets the popover's attributes. Without one, give `open` and `anchor`. */
  trigger?: ReactElement;
  anchor?: Element | RefObject<Element | null> | null;
  /** The accessible name of what opens. */
  label: string;
  side?: 'top' | 'right' | 'bottom' | 'left';
  align?: 'start' | 'center' | 'end';
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  initialFocus?: RefObject<HTMLElement | null> | false;
  /** Whatever fills it to the edge: a picker, a picture. */
  flush?: boolean;
  className?: string;
  children: ReactNode;
}

export function Popover({
  trigger,
  anchor,
  label,
  side = 'bottom',
  align = 'center',
  open,
  onOpenChange,
  initialFocus,
  flush,
  className,
  children,
}: PopoverProps) {
  return (
    <Base.Root open={open} onOpenChange={(next) => onOpenChange?.(next)}>
      {trigger && <Base.Trigger render={trigger} />}
      <Base.Portal>
        <Base.Positioner anchor={anchor} side={side} align={align} sideOffset={8} collisionPadding={8} className={styles.positioner}>
          <Base.Popup aria-label={label} initialFocus={initialFocus} className={cx(styles.popup, !flush && styles.padded, className)}>
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
