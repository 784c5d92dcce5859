import { Upload } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { composer } from '@/strings/composer';
import styles from './Composer.module.css';

export interface DropZoneProps {
  /** The channel's name. */
  channel: string;
  onDrop: (files: File[], folders: string[]) => void;
}

/** Takes files that are dragged onto the page, wherever they are let go: beside it the browser would open them in its place. */
export function DropZone({ channel, onDrop }: DropZoneProps) {
  const [area, setArea] = useState<DOMRect | null>(null);
  const marker = useRef<HTMLSpanElement>(null);
  const drop = useRef(onDrop);
  drop.current = onDrop;

  useEffect(() => {
    // Each element on the way is entered before the one before it is left.
    let depth = 0;
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    const enter = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      if (depth++ === 0) setArea((marker.current?.closest('main') ?? document.body).getBoundingClientRect());
    };
    const over = (event: DragEvent) => {
      if (!hasFiles(event) || event.defaultPrevented) return;
      event.preventDefault();
      if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy';
    };
    const leave = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      depth = Math.max(0, depth - 1);
      if (depth === 0) setArea(null);
    };
    const dropped = (event: DragEvent) => {
      depth = 0;
      setArea(null);
      // A dialog may have its own place for files.
      if (!event.dataTransfer || !hasFiles(event) || event.defaultPrevented) return;
      event.preventDefault();
      const { files, folders } = contents(event.dataTransfer);
      drop.current(files, folders);
    };
    const stop = new AbortController();
    const { signal } = stop;
    window.addEventListener('dragenter', enter, { signal });
    window.addEventListener('dragover', over, { signal });
    window.addEventListener('dragleave', leave, { signal });
    window.addEventListener('drop', dropped, { signal });
    return () => stop.abort();
  }, []);

  return (
    <>
      <span ref={marker} hidden />
      {area &&
        createPortal(
          <div className={styles.drop} style={{ left: area.left, top: area.top, width: area.width, height: area.height }}>
            <div className={styles.dropCard}>
              <Upload size={32} aria-hidden="true" className={styles.dropIcon} />
              <strong>{composer.dropFiles}</strong>
              <span>{composer.dropHint(channel)}</span>
            </div>
          </div>,
          document.body,
        )}
    </>
  );
}

/** A folder comes as a file that cannot be read. */
function contents(data: DataTransfer): { files: File[]; folders: string[] } {
  const files: File[] = [];
  const folders: string[] = [];
  for (const item of data.items) {
    if (item.kind !== 'file') continue;
    const entry = item.webkitGetAsEntry();
    const file = item.getAsFile();
    if (entry?.isDirectory) folders.push(entry.name);
    else if (file) files.push(file);
  }
  return { files, folders };
}
