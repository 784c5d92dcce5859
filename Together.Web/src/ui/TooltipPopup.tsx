import { Tooltip } from '@base-ui/react/tooltip';
import { Keys } from './Keys';
import type { TooltipSide } from './Tooltip';
import styles from './Tooltip.module.css';

export interface TooltipPopupProps {
  /** Without an anchor nothing is shown. */
  anchor?: HTMLElement;
  text?: string;
  side?: TooltipSide;
  shortcut?: string;
}

export function TooltipPopup({ anchor, text, side, shortcut }: TooltipPopupProps) {
  return (
    <Tooltip.Root open={anchor !== undefined}>
      <Tooltip.Portal>
        <Tooltip.Positioner anchor={anchor} side={side} sideOffset={8} collisionPadding={8} className={styles.positioner}>
          <Tooltip.Popup className={styles.popup} data-tooltip-popup="">
            {text}
            {shortcut && <Keys keys={shortcut} />}
          </Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
