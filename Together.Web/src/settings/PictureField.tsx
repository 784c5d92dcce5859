import { ImageUp } from 'lucide-react';
import { type DragEvent, lazy, type ReactNode, Suspense, useRef, useState } from 'react';
import { problemOf } from '@/api/problem';
import type { Transfer } from '@/api/upload';
import { useApp } from '@/state/store';
import { problemText } from '@/strings/problems';
import { settings } from '@/strings/settings';
import { Button } from '@/ui/Button';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import { cx } from '@/ui/cx';
import styles from './PictureField.module.css';
import { openPicture, sizeText } from './picture';

const PictureEditor = lazy(() => import('./PictureEditor'));

interface PictureFieldProps {
  label: string;
  /** What there is now. */
  picture: ReactNode;
  isSet: boolean;
  shape: 'round' | 'rect';
  disabled?: boolean;
  /** These throw ApiError. */
  upload: (picture: Blob, transfer: Transfer) => Promise<void>;
  remove: () => Promise<void>;
}

const words = settings.picture;

/** A picture that can be chosen, dropped, cut and taken away; what is done counts at once. */
export function PictureField({ label, picture, isSet, shape, disabled, upload, remove }: PictureFieldProps) {
  const limit = useApp((state) => state.instance?.limits.picture_max_bytes ?? 10_000_000);
  const [url, setUrl] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [isOver, setIsOver] = useState(false);
  const [removing, setRemoving] = useState(false);
  const input = useRef<HTMLInputElement>(null);

  const take = async (file: File | undefined) => {
    if (!file) return;
    setError(null);
    if (file.size > limit) {
      setError(words.tooLarge(sizeText(limit)));
      return;
    }
    try {
      setUrl(await openPicture(file));
    } catch {
      setError(words.noPicture);
    }
  };
  const close = () => {
    if (url) URL.revokeObjectURL(url);
    setUrl(null);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setIsOver(false);
    if (!disabled) void take([...event.dataTransfer.files].find(({ type }) => type.startsWith('image/')) ?? event.dataTransfer.files[0]);
  };
  const over = (event: DragEvent) => {
    if (disabled || !event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
    setIsOver(true);
  };
  return (
    <fieldset
      className={cx(styles.field, isOver && styles.over)}
      disabled={disabled}
      onDragOver={over}
      onDragLeave={() => setIsOver(false)}
      onDrop={drop}
    >
      <legend className="visually-hidden">{label}</legend>
      {picture}
      <div className={styles.text}>
        <div aria-hidden="true" className={styles.label}>
          {label}
        </div>
        <p className={styles.hint}>{isOver ? words.drop : words.hint(sizeText(limit))}</p>
        <div role="alert">{error && <p className={styles.error}>{error}</p>}</div>
        <div className={styles.buttons}>
          <Button size="s" icon={<ImageUp />} onClick={() => input.current?.click()}>
            {isSet ? words.change : words.choose}
          </Button>
          {isSet && (
            <Button size="s" variant="ghost" onClick={() => setRemoving(true)}>
              {words.remove}
            </Button>
          )}
        </div>
        <input
          ref={input}
          type="file"
          accept="image/*"
          hidden
          onChange={({ target }) => {
            void take(target.files?.[0]);
            // The same file again is a choice too.
            target.value = '';
          }}
        />
      </div>
      {url && (
        <Suspense>
          <PictureEditor url={url} shape={shape} upload={upload} onClose={close} />
        </Suspense>
      )}
      {removing && (
        <ConfirmDialog
          danger
          title={words.removeTitle}
          confirmLabel={words.remove}
          onConfirm={remove}
          errorText={(reason) => problemText(problemOf(reason))}
          onClose={() => setRemoving(false)}
        />
      )}
    </fieldset>
  );
}
