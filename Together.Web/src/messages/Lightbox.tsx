import { Dialog } from '@base-ui/react/dialog';
import { ChevronLeft, ChevronRight, Download, ExternalLink, X } from 'lucide-react';
import { type KeyboardEvent, useState } from 'react';
import type { Attachment } from '@/contracts';
import { messages as strings } from '@/strings/messages';
import { ui } from '@/strings/ui';
import { cx } from '@/ui/cx';
import { IconButton } from '@/ui/IconButton';
import { Tooltip } from '@/ui/Tooltip';
import styles from './Lightbox.module.css';

export interface LightboxProps {
  pictures: readonly Attachment[];
  index: number;
  onIndex: (index: number) => void;
  onClose: () => void;
}

/** The pictures of a message over the whole window. Arrow keys go from one to the next. */
export default function Lightbox({ pictures, index, onIndex, onClose }: LightboxProps) {
  const file = pictures[index];
  const [zoomed, setZoomed] = useState<string | null>(null);
  if (!file) return null;
  const isZoomed = zoomed === file.id;
  const go = (step: number) => pictures.length > 1 && onIndex((index + step + pictures.length) % pictures.length);
  const key = (event: KeyboardEvent) => {
    if (event.key === 'ArrowLeft') go(-1);
    else if (event.key === 'ArrowRight') go(1);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog.Root open onOpenChange={(open) => open || onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={styles.backdrop} />
        <Dialog.Popup className={styles.popup} onKeyDown={key}>
          <header className={styles.header}>
            <Dialog.Title className={styles.title}>
              <bdi>{file.filename}</bdi>
              {pictures.length > 1 && <span className={styles.place}>{strings.place(index + 1, pictures.length)}</span>}
            </Dialog.Title>
            <Tooltip text={strings.openOriginal} side="bottom">
              <a href={file.url} target="_blank" rel="noopener" aria-label={strings.openOriginal} className={styles.link}>
                <ExternalLink aria-hidden="true" />
              </a>
            </Tooltip>
            <Tooltip text={strings.downloadIt} side="bottom">
              <a href={file.url} download={file.filename} aria-label={strings.download(file.filename)} className={styles.link}>
                <Download aria-hidden="true" />
              </a>
            </Tooltip>
            <Dialog.Close
              render={
                <IconButton label={ui.close} tooltipSide="bottom" className={styles.link}>
                  <X />
                </IconButton>
              }
            />
          </header>
          {/* biome-ignore lint/a11y/noStaticElementInteractions: a press beside the picture closes, as Escape does */}
          {/* biome-ignore lint/a11y/useKeyWithClickEvents: as above */}
          <div className={cx(styles.stage, isZoomed && styles.zoomed)} onClick={(event) => event.target === event.currentTarget && onClose()}>
            <button
              type="button"
              className={styles.picture}
              aria-label={isZoomed ? strings.zoomOut : strings.zoomIn}
              onClick={() => setZoomed(isZoomed ? null : file.id)}
            >
              <img key={file.id} src={file.url} alt={file.filename} width={file.width ?? undefined} height={file.height ?? undefined} />
            </button>
          </div>
          {pictures.length > 1 && (
            <>
              <IconButton label={strings.previous} size="l" tooltipSide="right" className={cx(styles.step, styles.previous)} onClick={() => go(-1)}>
                <ChevronLeft />
              </IconButton>
              <IconButton label={strings.next} size="l" tooltipSide="left" className={cx(styles.step, styles.next)} onClick={() => go(1)}>
                <ChevronRight />
              </IconButton>
            </>
          )}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
