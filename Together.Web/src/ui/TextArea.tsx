import type { ComponentProps } from 'react';
import { cx } from './cx';
import { Field, type FieldProps } from './Field';
import styles from './Field.module.css';
import { useCounter } from './useCounter';

export interface TextAreaProps extends FieldProps, ComponentProps<'textarea'> {}

/** A `<textarea>` that grows with its text where the browser can. */
export function TextArea({ label, hideLabel, optional, hint, error, className, ...props }: TextAreaProps) {
  const { left, onChange } = useCounter<HTMLTextAreaElement>(props);
  return (
    <Field label={label} hideLabel={hideLabel} optional={optional} hint={hint} error={error} id={props.id} left={left}>
      {(ids) => <textarea dir="auto" rows={3} {...props} {...ids} onChange={onChange} className={cx(styles.box, styles.area, className)} />}
    </Field>
  );
}
