import { ChevronDown } from 'lucide-react';
import type { ComponentProps } from 'react';
import { cx } from './cx';
import { Field, type FieldProps } from './Field';
import styles from './Field.module.css';

export interface SelectOption<T extends string> {
  value: T;
  label: string;
  disabled?: boolean;
}

export interface SelectProps<T extends string>
  extends FieldProps,
    Omit<ComponentProps<'select'>, 'value' | 'onChange' | 'children' | 'multiple' | 'size'> {
  options: readonly SelectOption<T>[];
  value: T;
  onChange: (value: T) => void;
}

/** The browser's own list: it is what phones and screen readers do best. */
export function Select<T extends string>({ label, hideLabel, optional, hint, error, options, value, onChange, className, ...props }: SelectProps<T>) {
  return (
    <Field label={label} hideLabel={hideLabel} optional={optional} hint={hint} error={error} id={props.id}>
      {(ids) => (
        <div className={cx(styles.box, className)}>
          <select
            {...props}
            {...ids}
            value={value}
            onChange={(event) => {
              const chosen = options.find((option) => option.value === event.target.value);
              if (chosen) onChange(chosen.value);
            }}
            className={cx(styles.input, styles.select)}
          >
            {options.map((option) => (
              <option key={option.value} value={option.value} disabled={option.disabled}>
                {option.label}
              </option>
            ))}
          </select>
          <ChevronDown className={styles.chevron} aria-hidden="true" />
        </div>
      )}
    </Field>
  );
}
