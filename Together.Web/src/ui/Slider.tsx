import { type ComponentProps, useId } from 'react';
import { cx } from './cx';
import styles from './Slider.module.css';

export interface SliderProps extends Omit<ComponentProps<'input'>, 'type' | 'value' | 'onChange' | 'min' | 'max' | 'step'> {
  label: string;
  hideLabel?: boolean;
  value: number;
  min: number;
  max: number;
  step?: number;
  onChange: (value: number) => void;
  /** The value in words, shown and read out: `150 %`. */
  format?: (value: number) => string;
}

export function Slider({ label, hideLabel, value, min, max, step = 1, onChange, format = String, className, id, ...props }: SliderProps) {
  const own = useId();
  return (
    <div className={cx(styles.slider, className)}>
      <label htmlFor={id ?? own} className={hideLabel ? 'visually-hidden' : styles.label}>
        {label}
      </label>
      {!hideLabel && <output className={styles.value}>{format(value)}</output>}
      <input
        {...props}
        id={id ?? own}
        type="range"
        min={min}
        max={max}
        step={step}
        value={value}
        aria-valuetext={format(value)}
        onChange={(event) => onChange(event.target.valueAsNumber)}
        className={styles.range}
      />
    </div>
  );
}
