import { type RefObject, useEffect } from 'react';
import type { EditorHandle } from './Editor';

/** Whoever just begins to type, or to paste, means the message. */
export function useTypeAnywhere(editor: RefObject<EditorHandle | null>): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || event.altKey) return;
      const pastes = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === 'v';
      const types = !event.ctrlKey && !event.metaKey && event.key.length === 1 && event.key !== ' ';
      if ((pastes || types) && isIdle(event.target)) editor.current?.focus();
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, [editor]);
}

/** Not in a field, and not in what has keys of its own or lies above the page. */
function isIdle(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement) || target.isContentEditable) return false;
  if (target.closest('input, textarea, select, [role="dialog"], [role="alertdialog"], [role="menu"], [role="listbox"], [role="grid"], [role="tree"]'))
    return false;
  return document.querySelector('[role="dialog"], [role="alertdialog"], [role="menu"]') === null;
}
