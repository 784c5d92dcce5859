import { ContextMenu as Base } from '@base-ui/react/context-menu';
import { type ReactElement, type ReactNode, type SyntheticEvent, type TouchEvent, useRef, useState } from 'react';
import styles from './Menu.module.css';

export interface ContextMenuProps {
  /** The area: right click, the menu key or a long press in it opens the menu. */
  children: ReactElement;
  /**
   * `MenuItem`s and their kin. As a function it is asked with the element pressed, so that one menu can serve a whole list;
   * its `null` leaves the press to the browser.
   */
  items: ReactNode | ((target: Element) => ReactNode);
  onOpenChange?: (open: boolean) => void;
}

export function ContextMenu({ children, items, onOpenChange }: ContextMenuProps) {
  const [content, setContent] = useState<ReactNode>(null);
  const opened = useRef(false);
  const press = (event: SyntheticEvent & { preventBaseUIHandler?: () => void }) => {
    const chosen = typeof items === 'function' && event.target instanceof Element ? items(event.target) : (items as ReactNode);
    if (chosen) {
      setContent(chosen);
      return;
    }
    event.preventBaseUIHandler?.();
    // The library's own listener on the document would keep the browser's menu away.
    event.stopPropagation();
  };
  const touch = (event: TouchEvent) => {
    opened.current = false;
    press(event);
  };
  // Lifting the finger from a long press would click the item that has appeared under it.
  const lift = (event: TouchEvent) => {
    if (opened.current) event.preventDefault();
  };
  const change = (open: boolean) => {
    opened.current = open;
    onOpenChange?.(open);
  };
  return (
    <Base.Root onOpenChange={change}>
      <Base.Trigger render={children} onContextMenu={press} onTouchStart={touch} onTouchEnd={lift} />
      <Base.Portal>
        <Base.Positioner collisionPadding={8} className={styles.positioner}>
          <Base.Popup className={styles.popup}>{typeof items === 'function' ? content : items}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
