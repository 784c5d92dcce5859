import { act, type ReactElement } from 'react';
import { createRoot } from 'react-dom/client';
import { onTestFinished } from 'vitest';

/** Renders into the document until the test ends; `render` again shows the next state. */
export async function mount(element: ReactElement) {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  const container = document.body.appendChild(document.createElement('div'));
  const root = createRoot(container);
  const render = (next: ReactElement) => act(async () => root.render(next));
  onTestFinished(async () => {
    await act(async () => root.unmount());
    container.remove();
  });
  await render(element);
  return { container, render };
}

/** The one element that matches, anywhere in the document. */
export function the<T extends Element = HTMLElement>(selector: string): T {
  const found = document.querySelectorAll<T>(selector);
  const [first] = found;
  if (!first || found.length > 1) throw new Error(`${found.length} elements match ${selector}`);
  return first;
}

export function button(name: string): HTMLButtonElement {
  const named = [...document.querySelectorAll('button')].filter((each) => (each.ariaLabel ?? each.textContent)?.startsWith(name));
  const [first] = named;
  if (!first || named.length > 1) throw new Error(`${named.length} buttons are named ${name}`);
  return first;
}

export const press = (element: Element) => act(async () => element.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true })));

/** Types as a person does: React listens for the event, not the property. */
export async function type(element: HTMLInputElement | HTMLTextAreaElement, text: string) {
  await act(async () => {
    Object.getOwnPropertyDescriptor(Object.getPrototypeOf(element), 'value')?.set?.call(element, text);
    element.dispatchEvent(new Event('input', { bubbles: true }));
  });
}
