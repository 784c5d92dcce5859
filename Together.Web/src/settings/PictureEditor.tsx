import { useRef, useState } from 'react';
import Cropper from 'react-easy-crop';
import 'react-easy-crop/react-easy-crop.css';
import { problemOf } from '@/api/problem';
import type { Transfer } from '@/api/upload';
import { problemText } from '@/strings/problems';
import { settings } from '@/strings/settings';
import { ui } from '@/strings/ui';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { ProgressBar } from '@/ui/ProgressBar';
import { Slider } from '@/ui/Slider';
import styles from './PictureEditor.module.css';
import { cut, type Square } from './picture';

interface PictureEditorProps {
  /** Of the whole picture. */
  url: string;
  shape: 'round' | 'rect';
  /** Throws ApiError. */
  upload: (picture: Blob, transfer: Transfer) => Promise<void>;
  onClose: () => void;
}

const words = settings.picture;
const mostZoom = 4;

/** Chooses the square of a picture that is shown, and uploads it. */
export default function PictureEditor({ url, shape, upload, onClose }: PictureEditorProps) {
  const [crop, setCrop] = useState({ x: 0, y: 0 });
  const [zoom, setZoom] = useState(1);
  const [square, setSquare] = useState<Square | null>(null);
  const [share, setShare] = useState<number | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const running = useRef<AbortController>(null);

  const send = async () => {
    if (!square || running.current) return;
    const abort = new AbortController();
    running.current = abort;
    setTrouble(null);
    setShare(0);
    try {
      await upload(await cut(url, square), { onProgress: setShare, signal: abort.signal });
      onClose();
    } catch (error) {
      const problem = problemOf(error);
      setTrouble(problem.code === 'aborted' ? null : problemText(problem));
    } finally {
      running.current = null;
      setShare(null);
    }
  };
  const close = () => {
    running.current?.abort();
    onClose();
  };
  return (
    <Dialog
      title={words.title}
      description={words.description}
      onClose={close}
      keepOnOutsidePress
      footer={
        <>
          <Button variant="ghost" onClick={close}>
            {ui.cancel}
          </Button>
          <Button variant="primary" busy={share !== null} disabled={!square} onClick={send}>
            {words.use}
          </Button>
        </>
      }
    >
      <div className={styles.editor}>
        <div className={styles.stage}>
          <Cropper
            image={url}
            crop={crop}
            zoom={zoom}
            maxZoom={mostZoom}
            aspect={1}
            cropShape={shape}
            showGrid={false}
            keyboardStep={8}
            disableAutomaticStylesInjection
            cropperProps={{ 'aria-label': words.area, role: 'group' }}
            mediaProps={{ alt: '' }}
            classes={{ cropAreaClassName: styles.area }}
            onCropChange={setCrop}
            onZoomChange={setZoom}
            onCropComplete={(_, pixels) => setSquare(pixels)}
            onCropAreaChange={(_, pixels) => setSquare(pixels)}
          />
        </div>
        <Slider label={words.zoom} value={zoom} min={1} max={mostZoom} step={0.05} onChange={setZoom} format={words.zoomed} />
        {share !== null && <ProgressBar label={words.uploading} value={share} onCancel={() => running.current?.abort()} />}
        <div role="alert" className={styles.trouble}>
          {trouble}
        </div>
      </div>
    </Dialog>
  );
}
