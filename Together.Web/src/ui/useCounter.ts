import { type ChangeEvent, useState } from 'react';
import { ui } from '@/strings/ui';
import { announce } from './LiveRegion';

type Control = HTMLInputElement | HTMLTextAreaElement;
interface Props<T extends Control> {
  value?: unknown;
  defaultValue?: unknown;
  maxLength?: number;
  onChange?: (event: ChangeEvent<T>) => void;
}

/** Counts down the last fifth of `maxLength` (UTF-16 units, as the browser counts it). */
export function useCounter<T extends Control>({ value, defaultValue, maxLength, onChange }: Props<T>) {
  const [typed, setTyped] = useState(() => String(defaultValue ?? '').length);
  const length = value === undefined ? typed : String(value).length;
  const left = maxLength !== undefined && length >= maxLength * 0.8 ? Math.max(0, maxLength - length) : undefined;
  return {
    left,
    onChange: (event: ChangeEvent<T>) => {
      setTyped(event.target.value.length);
      if (event.target.value.length === maxLength) announce(ui.noCharactersLeft);
      onChange?.(event);
    },
  };
}
