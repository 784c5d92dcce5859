import { type ReactNode, useId } from 'react';
import styles from './Choice.module.css';
import { cx } from './cx';

export interface RadioOption<T extends string> {
  value: T;
  label: ReactNode;
  hint?: ReactNode;
  disabled?: boolean;
}

export interface RadioGroupProps<T extends string> {
  label: string;
  hideLabel?: boolean;
  options: readonly RadioOption<T>[];
  value: T;
  onChange: (value: T) => void;
  disabled?: boolean;
  className?: string;
}

export function RadioGroup<T extends string>({ label, hideLabel, options, value, onChange, disabled, className }: RadioGroupProps<T>) {
  const name = useId();
  return (
    <fieldset disabled={disabled} className={cx(styles.group, className)}>
      <legend className={hideLabel ? 'visually-hidden' : styles.legend}>{label}</legend>
      {options.map((option) => (
        <label key={option.value} className={styles.choice}>
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            disabled={option.disabled}
            aria-describedby={option.hint ? `${name}-${option.value}` : undefined}
            onChange={() => onChange(option.value)}
            className={styles.radio}
          />
          <span className={styles.text}>
            {option.label}
            {option.hint && (
              <span id={`${name}-${option.value}`} className={styles.hint}>
                {option.hint}
              </span>
            )}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
