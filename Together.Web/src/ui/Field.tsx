import { type ReactNode, useId } from 'react';
import { ui } from '@/strings/ui';
import styles from './Field.module.css';
import { VisuallyHidden } from './VisuallyHidden';

export interface FieldProps {
  label: string;
  /** The label stays for screen readers. */
  hideLabel?: boolean;
  /** Marks the field as one that may stay empty. */
  optional?: boolean;
  hint?: ReactNode;
  /** What is wrong and what would be right; its presence makes the field invalid. */
  error?: string;
}

export interface FieldIds {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': true | undefined;
}

interface Props extends FieldProps {
  id?: string;
  /** How many characters may follow, once that matters. */
  left?: number;
  children: (ids: FieldIds) => ReactNode;
}

/** Label, hint, error and counter around a control, and the ids that tie them to it. */
export function Field({ label, hideLabel, optional, hint, error, id, left, children }: Props) {
  const own = useId();
  const control = id ?? own;
  const part = (name: string, there: unknown) => (there ? `${control}-${name}` : undefined);
  const [hintId, errorId, leftId] = [part('hint', hint), part('error', error), part('left', left !== undefined)];
  const describedBy = [errorId, hintId, leftId].filter(Boolean).join(' ') || undefined;
  const text = (
    <label htmlFor={control}>
      {label}
      {optional && <span className={styles.optional}> {ui.optional}</span>}
    </label>
  );
  return (
    <div className={styles.field}>
      {hideLabel ? <VisuallyHidden>{text}</VisuallyHidden> : <div className={styles.label}>{text}</div>}
      {children({ id: control, 'aria-describedby': describedBy, 'aria-invalid': error ? true : undefined })}
      <div className={styles.below}>
        {/* There before the error is, so that its arrival is announced. */}
        <div aria-live="polite" className={styles.error}>
          {error && <p id={errorId}>{error}</p>}
        </div>
        {left !== undefined && (
          <p id={leftId} className={styles.left}>
            {ui.charactersLeft(left)}
          </p>
        )}
      </div>
      {hint && (
        <p id={hintId} className={styles.hint}>
          {hint}
        </p>
      )}
    </div>
  );
}
