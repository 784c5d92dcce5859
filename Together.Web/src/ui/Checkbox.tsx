import { useEffect, useId, useRef } from 'react';
import styles from './Choice.module.css';
import { cx } from './cx';
import type { ChoiceProps } from './Switch';

export interface CheckboxProps extends Omit<ChoiceProps, 'ref'> {
  /** Some of what it stands for is checked. */
  indeterminate?: boolean;
}

export function Checkbox({ label, hint, onChange, indeterminate = false, className, ...props }: CheckboxProps) {
  const hintId = useId();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (input.current) input.current.indeterminate = indeterminate;
  }, [indeterminate]);
  return (
    <label className={cx(styles.choice, className)}>
      <input
        {...props}
        ref={input}
        type="checkbox"
        aria-describedby={hint ? hintId : undefined}
        onChange={(event) => onChange(event.target.checked)}
        className={styles.check}
      />
      <span className={styles.text}>
        {label}
        {hint && (
          <span id={hintId} className={styles.hint}>
            {hint}
          </span>
        )}
      </span>
    </label>
  );
}
