import { ContextMenu as Base } from '@base-ui/react/context-menu';
import { type ReactElement, type ReactNode, type SyntheticEvent, useState } from 'react';
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
  return (
    <Base.Root onOpenChange={(open) => onOpenChange?.(open)}>
      <Base.Trigger render={children} onContextMenu={press} onTouchStart={press} />
      <Base.Portal>
        <Base.Positioner collisionPadding={8} className={styles.positioner}>
          <Base.Popup className={styles.popup}>{typeof items === 'function' ? content : items}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
