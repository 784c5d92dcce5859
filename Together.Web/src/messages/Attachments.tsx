import { Download, File, FileArchive, FileAudio, FileCode, FileText, FileVideo, ImageOff } from 'lucide-react';
import { type CSSProperties, lazy, memo, Suspense, useState } from 'react';
import { renewLinks } from '@/actions/messageDetails';
import type { Attachment, Message } from '@/contracts';
import { messages as strings } from '@/strings/messages';
import { cx } from '@/ui/cx';
import { Tooltip } from '@/ui/Tooltip';
import styles from './Attachments.module.css';
import { isPicture, pictureBox, sizeText } from './pictures';

const Lightbox = lazy(() => import('./Lightbox'));

export const Attachments = memo(
  function Attachments({ message }: { message: Message }) {
    const { attachments } = message;
    if (attachments.length === 0) return null;
    const pictures = attachments.filter(isPicture);
    const others = attachments.filter((file) => !isPicture(file));
    const renew = () => void renewLinks(message.channel_id, message.id);
    return (
      <div className={styles.files}>
        {pictures.length > 0 && <Pictures pictures={pictures} onBroken={renew} />}
        {others.map((file) => (
          <Other key={file.id} file={file} onBroken={renew} />
        ))}
      </div>
    );
  },
  ({ message: before }, { message: after }) => before.attachments === after.attachments && before.id === after.id,
);

interface FileProps {
  file: Attachment;
  /** Its link may have ended. */
  onBroken: () => void;
}

function Pictures({ pictures, onBroken }: { pictures: Attachment[]; onBroken: () => void }) {
  const [shown, setShown] = useState<number | null>(null);
  const [only] = pictures;
  return (
    <>
      {pictures.length === 1 && only ? (
        <Picture file={only} isAlone onBroken={onBroken} onOpen={() => setShown(0)} />
      ) : (
        <div className={cx(styles.grid, pictures.length > 4 || pictures.length === 3 ? styles.three : styles.two)}>
          {pictures.map((file, index) => (
            <Picture key={file.id} file={file} onBroken={onBroken} onOpen={() => setShown(index)} />
          ))}
        </div>
      )}
      {shown !== null && (
        <Suspense>
          <Lightbox pictures={pictures} index={shown} onIndex={setShown} onClose={() => setShown(null)} />
        </Suspense>
      )}
    </>
  );
}

function Picture({ file, isAlone = false, onBroken, onOpen }: FileProps & { isAlone?: boolean; onOpen: () => void }) {
  const [broken, setBroken] = useState<string>();
  const url = file.thumbnail_url ?? file.url;
  const { width, height } = pictureBox(file);
  return (
    <button
      type="button"
      className={cx(styles.picture, isAlone && styles.alone)}
      style={isAlone ? ({ '--width': `${width}px`, '--ratio': `${width} / ${height}` } as CSSProperties) : undefined}
      aria-label={broken === url ? `${strings.imageGone}: ${file.filename}` : strings.image(file.filename)}
      onClick={onOpen}
    >
      {broken === url ? (
        <span className={styles.broken}>
          <ImageOff aria-hidden="true" />
          <span>{strings.imageGone}</span>
        </span>
      ) : (
        <img
          src={url}
          alt=""
          loading="lazy"
          decoding="async"
          draggable={false}
          onError={() => {
            setBroken(url);
            onBroken();
          }}
        />
      )}
    </button>
  );
}

function Other({ file, onBroken }: FileProps) {
  if (file.content_type.startsWith('video/'))
    return (
      // biome-ignore lint/a11y/useMediaCaption: what people send has none
      <video
        key={file.url}
        controls
        preload="metadata"
        src={file.url}
        aria-label={strings.video(file.filename)}
        className={styles.video}
        onError={onBroken}
      />
    );
  return (
    <div className={styles.card}>
      <span className={styles.icon} aria-hidden="true">
        <Icon type={file.content_type} />
      </span>
      <div className={styles.about}>
        <bdi dir="auto" className={styles.name}>
          {file.filename}
        </bdi>
        <span className={styles.size}>{sizeText(file.size)}</span>
      </div>
      <Tooltip text={strings.downloadIt}>
        <a href={file.url} download={file.filename} aria-label={strings.download(file.filename)} className={styles.download}>
          <Download aria-hidden="true" />
        </a>
      </Tooltip>
      {file.content_type.startsWith('audio/') && (
        // biome-ignore lint/a11y/useMediaCaption: what people send has none
        <audio
          key={file.url}
          controls
          preload="metadata"
          src={file.url}
          aria-label={strings.audio(file.filename)}
          className={styles.audio}
          onError={onBroken}
        />
      )}
    </div>
  );
}

function Icon({ type }: { type: string }) {
  if (type.startsWith('audio/')) return <FileAudio />;
  if (type.startsWith('video/')) return <FileVideo />;
  if (/zip|tar|gzip|7z|rar|compressed|zstd/.test(type)) return <FileArchive />;
  if (/json|xml|javascript|html|script|sql/.test(type)) return <FileCode />;
  return type.startsWith('text/') || type === 'application/pdf' ? <FileText /> : <File />;
}
