import { type ComponentType, useEffect, useState } from 'react';
import type { TooltipSide } from './Tooltip';
import type { TooltipPopupProps } from './TooltipPopup';

/** Long enough that a pointer passing by shows nothing; a second tooltip soon after the first comes at once. */
const delayMs = 450;
const groupMs = 350;
/** Time to move from the element onto its tooltip. */
const graceMs = 120;

type Popup = ComponentType<TooltipPopupProps>;
type Shown = Omit<TooltipPopupProps, 'onClose'>;

function described(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>('[data-tooltip]') : null;
}

/** Shows the tooltips of the whole page; mounted once, by `UiProvider`. The popup's code comes with the first tooltip. */
export function TooltipHost() {
  const [shown, setShown] = useState<Shown | null>(null);
  const [Popup, setPopup] = useState<Popup | null>(null);

  useEffect(() => {
    let anchor: HTMLElement | null = null;
    let timer = 0;
    let hiddenAt = Number.NEGATIVE_INFINITY;
    let open = false;

    const hide = () => {
      clearTimeout(timer);
      anchor = null;
      if (open) hiddenAt = performance.now();
      open = false;
      setShown(null);
    };
    let watch: IntersectionObserver | undefined;
    const show = (element: HTMLElement) => {
      const { tooltip, tooltipSide, tooltipKeys } = element.dataset;
      if (!tooltip || !element.isConnected || element.getAttribute('aria-expanded') === 'true') return;
      // Scrolled away or removed: a row of a virtual list says nothing when it goes.
      watch?.disconnect();
      watch = new IntersectionObserver(([entry]) => {
        if (entry && !entry.isIntersecting && entry.target === anchor) hide();
      });
      watch.observe(element);
      open = true;
      setShown({ anchor: element, text: tooltip, side: tooltipSide as TooltipSide | undefined, shortcut: tooltipKeys });
    };
    const plan = (element: HTMLElement, wait: number) => {
      clearTimeout(timer);
      anchor = element;
      void import('./TooltipPopup').then(
        (module) => setPopup(() => module.TooltipPopup),
        () => hide(),
      );
      timer = window.setTimeout(show, wait, element);
    };

    const over = (event: PointerEvent) => {
      if (event.pointerType === 'touch') return;
      const element = described(event.target);
      if (element === anchor || (event.target instanceof Element && event.target.closest('[data-tooltip-popup]'))) {
        if (open) clearTimeout(timer);
      } else if (element) {
        const next = open || performance.now() - hiddenAt < groupMs;
        plan(element, next ? 0 : delayMs);
      } else if (anchor) {
        clearTimeout(timer);
        timer = window.setTimeout(hide, open ? graceMs : 0);
      }
    };
    const leave = (event: PointerEvent) => {
      if (event.relatedTarget === null) hide();
    };
    const focus = (event: FocusEvent) => {
      const element = described(event.target);
      if (element?.matches(':focus-visible')) plan(element, 0);
    };
    const blur = (event: FocusEvent) => {
      if (described(event.target) === anchor) hide();
    };
    const key = (event: KeyboardEvent) => {
      if (open && event.key !== 'Tab' && event.key !== 'Shift') hide();
    };

    const stop = new AbortController();
    const options = { capture: true, passive: true, signal: stop.signal };
    document.addEventListener('pointerover', over, options);
    document.addEventListener('pointerout', leave, options);
    document.addEventListener('pointerdown', hide, options);
    document.addEventListener('focusin', focus, options);
    document.addEventListener('focusout', blur, options);
    document.addEventListener('keydown', key, options);
    document.addEventListener('wheel', hide, options);
    return () => {
      stop.abort();
      watch?.disconnect();
      clearTimeout(timer);
    };
  }, []);

  return Popup && <Popup anchor={shown?.anchor} text={shown?.text} side={shown?.side} shortcut={shown?.shortcut} />;
}
