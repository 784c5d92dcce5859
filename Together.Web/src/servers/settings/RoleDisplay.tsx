import { useEffect, useState } from 'react';
import { fieldError } from '@/auth/account';
import type { Role } from '@/contracts';
import { readable } from '@/messages/roleColor';
import type { Form } from '@/settings/form';
import parts from '@/settings/parts.module.css';
import { userName } from '@/state/names';
import { useApp } from '@/state/store';
import { serverSettings } from '@/strings/serverSettings';
import { Avatar } from '@/ui/Avatar';
import { Switch } from '@/ui/Switch';
import { TextField } from '@/ui/TextField';
import { colorOf, hexOf } from './color';
import styles from './RoleDisplay.module.css';

const words = serverSettings.roles;

/** The protocol's limit of a role's name. */
const nameMax = 100;

const palette: readonly [number, string][] = [[0, words.noColor], ...words.colors];

export type RoleForm = Form<Pick<Role, 'name' | 'color' | 'hoist' | 'mentionable' | 'permissions'>>;

interface RoleDisplayProps {
  form: RoleForm;
  isLocked: boolean;
  nameError: string | undefined;
  colorError: string | undefined;
  onColorError: (error: string | undefined) => void;
}

export function RoleDisplay({ form, isLocked, nameError, colorError, onColorError }: RoleDisplayProps) {
  const { draft, set, problem } = form;
  const [hex, setHex] = useState(draft.color ? hexOf(draft.color) : '');
  const me = useApp((state) => state.me);
  useEffect(() => {
    // Reset, or chosen from the palette; what is being typed stays as it is typed.
    setHex((now) => (colorOf(now) === draft.color ? now : draft.color ? hexOf(draft.color) : ''));
  }, [draft.color]);
  const choose = (color: number) => {
    onColorError(undefined);
    set({ color });
    setHex(color ? hexOf(color) : '');
  };
  const typed = (text: string) => {
    setHex(text);
    const color = colorOf(text);
    onColorError(color === null ? words.wrongColor : undefined);
    if (color !== null) set({ color });
  };
  const shown = draft.color ? readable(draft.color) : null;
  return (
    <fieldset className={styles.fields} disabled={isLocked}>
      <TextField
        label={words.name}
        maxLength={nameMax}
        autoComplete="off"
        value={draft.name}
        onChange={(event) => set({ name: event.target.value })}
        error={nameError ?? fieldError(problem, 'name')}
      />
      <fieldset className={styles.colors}>
        <legend>{words.color}</legend>
        {palette.map(([color, name]) => (
          <label key={color} className={styles.swatch} style={color ? { backgroundColor: `#${hexOf(color)}` } : undefined} data-tooltip={name}>
            <input
              type="radio"
              name="color"
              checked={draft.color === color}
              onChange={() => choose(color)}
              aria-label={name}
              className="visually-hidden"
            />
          </label>
        ))}
        <div className={styles.custom}>
          <input
            type="color"
            aria-label={words.customColor}
            value={`#${hexOf(draft.color)}`}
            onChange={(event) => choose(colorOf(event.target.value) ?? 0)}
            className={styles.picker}
          />
          <TextField
            label={words.customColor}
            hideLabel
            leading="#"
            dir="ltr"
            autoComplete="off"
            spellCheck={false}
            value={hex}
            onChange={(event) => typed(event.target.value)}
            error={colorError ?? fieldError(problem, 'color')}
          />
        </div>
      </fieldset>
      {me && (
        <div className={parts.card}>
          <div className={styles.preview}>
            <Avatar id={me.id} name={userName(me)} url={me.avatar_url} size={40} />
            <span>
              <bdi
                className={styles.person}
                style={shown ? ({ '--on-dark': shown.dark, '--on-light': shown.light } as React.CSSProperties) : undefined}
              >
                {userName(me)}
              </bdi>
              <span className={parts.rowHint}>{words.preview}</span>
            </span>
          </div>
        </div>
      )}
      <Switch label={words.hoist} hint={words.hoistHint} checked={draft.hoist} onChange={(hoist) => set({ hoist })} />
      <Switch label={words.mentionable} hint={words.mentionableHint} checked={draft.mentionable} onChange={(mentionable) => set({ mentionable })} />
    </fieldset>
  );
}
