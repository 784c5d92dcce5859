import { type ComponentProps, type ReactNode, useId } from 'react';
import styles from './Choice.module.css';
import { cx } from './cx';

export interface ChoiceProps extends Omit<ComponentProps<'input'>, 'type' | 'checked' | 'onChange' | 'size'> {
  label: ReactNode;
  hint?: ReactNode;
  checked: boolean;
  onChange: (checked: boolean) => void;
}

/** For what takes effect at once. */
export function Switch({ label, hint, onChange, className, ...props }: ChoiceProps) {
  const hintId = useId();
  return (
    <label className={cx(styles.choice, styles.trailing, className)}>
      <input
        {...props}
        type="checkbox"
        role="switch"
        aria-checked={props.checked}
        aria-describedby={hint ? hintId : undefined}
        onChange={(event) => onChange(event.target.checked)}
        className={styles.switch}
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
