import { cloneElement, type ReactElement } from 'react';

export type TooltipSide = 'top' | 'right' | 'bottom' | 'left';

/** What `TooltipHost` looks for: one host listens for the whole page, so a tooltip costs its element two attributes. */
export function tooltipAttributes(text: string, side: TooltipSide = 'top', shortcut?: string) {
  return { 'data-tooltip': text, 'data-tooltip-side': side, 'data-tooltip-keys': shortcut };
}

export interface TooltipProps {
  /** Shown on hover and keyboard focus. For sighted people only: the element needs its own accessible name. */
  text: string;
  side?: TooltipSide;
  /** As `Keys` takes it. */
  shortcut?: string;
  /** One element that passes its attributes on. */
  children: ReactElement;
}

export function Tooltip({ text, side, shortcut, children }: TooltipProps) {
  return cloneElement(children, tooltipAttributes(text, side, shortcut));
}
