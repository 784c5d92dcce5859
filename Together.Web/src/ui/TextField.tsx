import { Eye, EyeOff } from 'lucide-react';
import { type ComponentProps, type ReactNode, useState } from 'react';
import { ui } from '@/strings/ui';
import { cx } from './cx';
import { Field, type FieldProps } from './Field';
import styles from './Field.module.css';
import { IconButton } from './IconButton';
import { useCounter } from './useCounter';

export interface TextFieldProps extends FieldProps, Omit<ComponentProps<'input'>, 'size'> {
  type?: 'text' | 'password' | 'email' | 'search' | 'url' | 'tel' | 'number';
  /** Before the text, inside the box: an icon or a prefix. */
  leading?: ReactNode;
  /** After the text, inside the box. */
  trailing?: ReactNode;
}

/** An `<input>` with everything around it; `ref` and other attributes go to the input. */
export function TextField({ label, hideLabel, optional, hint, error, type = 'text', leading, trailing, className, ...props }: TextFieldProps) {
  const [revealed, setRevealed] = useState(false);
  const { left, onChange } = useCounter<HTMLInputElement>(props);
  return (
    <Field label={label} hideLabel={hideLabel} optional={optional} hint={hint} error={error} id={props.id} left={left}>
      {(ids) => (
        <div className={cx(styles.box, className)}>
          {leading && <span className={styles.leading}>{leading}</span>}
          <input
            dir="auto"
            {...props}
            {...ids}
            type={type === 'password' && revealed ? 'text' : type}
            // A shown password must not be taught to the spelling checker.
            spellCheck={type === 'password' ? false : props.spellCheck}
            onChange={onChange}
            className={styles.input}
          />
          {trailing}
          {type === 'password' && (
            <IconButton
              size="s"
              label={revealed ? ui.hidePassword : ui.showPassword}
              className={styles.reveal}
              onClick={() => setRevealed(!revealed)}
              disabled={props.disabled}
            >
              {revealed ? <EyeOff /> : <Eye />}
            </IconButton>
          )}
        </div>
      )}
    </Field>
  );
}
