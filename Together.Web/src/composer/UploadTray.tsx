import { File as FileIcon, FileText, Film, Music, RotateCcw, X } from 'lucide-react';
import { memo, useEffect, useState } from 'react';
import { isUnfinished, type Upload } from '@/actions/uploadQueue';
import { removeUpload, uploadAgain } from '@/actions/uploads';
import { composer } from '@/strings/composer';
import { problemText } from '@/strings/problems';
import { IconButton, ProgressBar } from '@/ui';
import styles from './Composer.module.css';
import { sizeText } from './refusals';

/** The files of the next message. */
export const UploadTray = memo(function UploadTray({ uploads }: { uploads: readonly Upload[] }) {
  return (
    <ul className={styles.tray} aria-label={composer.files}>
      {uploads.map((upload) => (
        <UploadCard key={upload.id} upload={upload} />
      ))}
    </ul>
  );
});

const UploadCard = memo(function UploadCard({ upload }: { upload: Upload }) {
  const { id, file, status, progress, problem } = upload;
  return (
    <li className={styles.upload} data-status={status}>
      <Preview file={file} />
      <div className={styles.about}>
        <bdi className={styles.filename} title={file.name}>
          {file.name}
        </bdi>
        {status === 'running' ? (
          <ProgressBar label={composer.uploading(file.name)} hideLabel value={progress} />
        ) : (
          <span className={styles.status} role={status === 'failed' ? 'alert' : undefined}>
            {status === 'failed' && problem ? problemText(problem) : status === 'waiting' ? composer.waiting : composer.uploaded}
          </span>
        )}
        <span className={styles.size}>
          {sizeText(file.size)}
          {status === 'running' && <> · {composer.percent(progress)}</>}
        </span>
      </div>
      <div className={styles.uploadTools}>
        <IconButton
          size="s"
          label={isUnfinished(upload) ? composer.cancelUpload(file.name) : composer.remove(file.name)}
          onClick={() => removeUpload(id)}
        >
          <X />
        </IconButton>
        {status === 'failed' && (
          <IconButton size="s" label={composer.uploadAgain} onClick={() => uploadAgain(id)}>
            <RotateCcw />
          </IconButton>
        )}
      </div>
    </li>
  );
});

/** Larger pictures would take more memory than they are worth at this size; in bytes. */
const previewMax = 20_000_000;

function Preview({ file }: { file: File }) {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (!/^image\/(png|jpeg|webp|gif|avif)$/.test(file.type) || file.size > previewMax) return;
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  const Icon = file.type.startsWith('video/') ? Film : file.type.startsWith('audio/') ? Music : file.type.startsWith('text/') ? FileText : FileIcon;
  return (
    <span className={styles.preview} aria-hidden="true">
      {url ? <img src={url} alt="" decoding="async" onError={() => setUrl(null)} /> : <Icon />}
    </span>
  );
}
