import { type FormEvent, type ReactNode, useId } from 'react';
import { problemText } from '@/strings/problems';
import { settings } from '@/strings/settings';
import { Button } from '@/ui/Button';
import type { Form } from './form';
import { useUnsaved } from './SettingsFrame';
import styles from './UnsavedBar.module.css';

interface UnsavedFormProps<T> {
  form: Form<T>;
  /** What keeps it from being sent. */
  error?: string;
  className?: string;
  children: ReactNode;
}

/** A form of the settings: once something in it is changed, a bar at the bottom saves or resets it. */
export function UnsavedForm<T>({ form, error, className, children }: UnsavedFormProps<T>) {
  const id = useId();
  useUnsaved(form.isDirty);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!error) void form.submit();
  };
  const trouble = error ?? (form.problem && problemText(form.problem));
  return (
    <>
      <form id={id} className={className} onSubmit={submit} noValidate>
        {children}
      </form>
      <div className={styles.place}>
        {/* There before it says something, so that it is read. */}
        <div role="status" className={styles.live}>
          {form.isDirty && (
            <div className={styles.bar}>
              <p className={trouble ? styles.trouble : styles.text}>{trouble || settings.unsaved}</p>
              <Button variant="ghost" onClick={form.reset} disabled={form.busy}>
                {settings.reset}
              </Button>
              <Button variant="primary" type="submit" form={id} busy={form.busy} disabled={Boolean(error)}>
                {settings.save}
              </Button>
            </div>
          )}
        </div>
      </div>
    </>
  );
}
