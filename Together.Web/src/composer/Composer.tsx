import { Ban, Clock3, Lock } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { typing } from '@/actions/messages';
import { addFiles, sendWhenUploaded, useIsSending, useUploads } from '@/actions/uploads';
import { channelName } from '@/state/names';
import type { AppState, Id } from '@/state/state';
import { dispatch, store, useApp, useAppShallow } from '@/state/store';
import { composer } from '@/strings/composer';
import { announce, Button, cx, Skeleton, toast } from '@/ui';
import styles from './Composer.module.css';
import { DropZone } from './DropZone';
import { Editor, type EditorHandle } from './Editor';
import { ReplyBar } from './ReplyBar';
import { refusalText } from './refusals';
import { useSlowMode } from './slowMode';
import { lastOwnMessage, standingIn } from './standing';
import { submit } from './submit';
import { LeadingTools, TrailingTools } from './Tools';
import { UploadTray } from './UploadTray';
import { useDraft } from './useDraft';
import { useTypeAnywhere } from './useTypeAnywhere';
import { charactersLeft, nothingWritten } from './written';

/** Where one writes in a channel; or why one cannot. */
export function Composer({ channelId }: { channelId: Id }) {
  const [now, setNow] = useState(Date.now);
  const standing = useAppShallow((state) => standingIn(state, channelId, now));
  const until = standing.kind === 'timed_out' ? standing.until : null;
  useEffect(() => {
    if (until === null) return;
    // A timer of more than 2³¹ ms would fire at once (HTML, "timers").
    const timer = setTimeout(() => setNow(Date.now()), Math.min(until - Date.now() + 500, 2 ** 31 - 1));
    return () => clearTimeout(timer);
  }, [until]);

  switch (standing.kind) {
    case 'unknown':
      return (
        <Frame>
          <output className={cx(styles.box, styles.closed)}>
            <span className="visually-hidden">{composer.loading}</span>
            <Skeleton width="12rem" height={14} />
          </output>
        </Frame>
      );
    case 'may_write':
      return <Writing key={channelId} channelId={channelId} mayAttach={standing.mayAttach} />;
    case 'forbidden':
      return <Closed icon={<Lock />}>{composer.forbidden}</Closed>;
    case 'timed_out':
      return <Closed icon={<Clock3 />}>{composer.timedOut(timeText(standing.until, now))}</Closed>;
    case 'blocked':
      return <Closed icon={<Ban />}>{composer.blocked(standing.name)}</Closed>;
  }
}

function Frame({ children }: { children: ReactNode }) {
  return <div className={styles.composer}>{children}</div>;
}

function Closed({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <Frame>
      <div className={cx(styles.box, styles.closed)}>
        <span className={styles.icon} aria-hidden="true">
          {icon}
        </span>
        <p className={styles.reason}>{children}</p>
      </div>
    </Frame>
  );
}

function timeText(until: number, now: number): string {
  const isSoon = until - now < 18 * 3_600_000;
  return new Intl.DateTimeFormat(undefined, isSoon ? { timeStyle: 'short' } : { dateStyle: 'medium', timeStyle: 'short' }).format(until);
}

function nameIn(state: AppState, channelId: Id): string {
  const channel = state.channels[channelId];
  if (!channel) return '';
  return channel.server_id ? `#${channel.name}` : channelName(channel, composer.unnamedGroup);
}

function Writing({ channelId, mayAttach }: { channelId: Id; mayAttach: boolean }) {
  const editor = useRef<EditorHandle>(null);
  const { value, change, flush, take } = useDraft(channelId);
  const name = useApp((state) => nameIn(state, channelId));
  const maximum = useApp((state) => state.instance?.limits.message_content_max ?? 4000);
  const replyTo = useApp((state) => state.drafts[channelId]?.replyTo ?? null);
  const isEditing = useApp((state) => state.editing[channelId] !== undefined);
  const uploads = useUploads(channelId);
  const isSending = useIsSending(channelId);
  const { seconds, left: wait } = useSlowMode(channelId);
  const tooMany = -charactersLeft(value, maximum);
  const isEmpty = value.text.trim() === '' && uploads.length === 0;

  useTypeAnywhere(editor);
  // Whoever began to edit from here goes on here.
  const editsFromHere = useRef(false);
  useEffect(() => {
    if (isEditing || !editsFromHere.current) return;
    editsFromHere.current = false;
    editor.current?.focus();
  }, [isEditing]);
  useEffect(() => {
    if (replyTo) editor.current?.focus();
  }, [replyTo]);

  const send = () => {
    if (isEmpty || isSending) return;
    if (tooMany > 0) announce(composer.tooLong(tooMany));
    else if (wait > 0) announce(composer.slowModeLeft(wait));
    else {
      flush();
      const isOnItsWay = submit(channelId);
      take();
      if (!isOnItsWay && uploads.some(({ status }) => status === 'failed')) toast.show({ title: composer.failedFile, tone: 'error', id: 'upload' });
    }
  };

  const add = (files: readonly File[], folders: readonly string[] = []) => {
    if (!mayAttach) {
      toast.show({ title: composer.mayNotAttach, tone: 'error', id: 'upload' });
      return;
    }
    const refused = [...folders.map((folder) => ({ name: folder, because: 'folder' as const })), ...addFiles(channelId, files)];
    if (refused.length > 0)
      toast.show({
        title: composer.notAdded(refused.length),
        body: refusalText(refused, store.getState().instance?.limits),
        tone: 'error',
        id: 'upload',
      });
    editor.current?.focus();
  };

  const sendAsFile = () => {
    add([new File([value.text], composer.longMessageFile, { type: 'text/plain' })]);
    change(nothingWritten);
    flush();
    submit(channelId);
  };

  const cancelReply = () => {
    flush();
    const draft = store.getState().drafts[channelId];
    if (draft) dispatch({ type: 'draft', channelId, draft: { ...draft, replyTo: null } });
  };

  return (
    <Frame>
      <DropZone channel={name} onDrop={add} />
      <div data-editor="" className={cx(styles.box, isSending && styles.sending)}>
        {replyTo && <ReplyBar channelId={channelId} message={replyTo} onCancel={cancelReply} />}
        {uploads.length > 0 && <UploadTray uploads={uploads} />}
        {isSending && (
          <div className={styles.bar} role="status">
            <span>{composer.sendingWhenUploaded}</span>
            <Button size="s" onClick={() => sendWhenUploaded(channelId, false)}>
              {composer.keepWriting}
            </Button>
          </div>
        )}
        {tooMany > 0 && (
          <div className={cx(styles.bar, styles.tooLong)} role="status">
            <span>{composer.tooLong(tooMany)}</span>
            {mayAttach && (
              <Button size="s" onClick={sendAsFile}>
                {composer.sendAsFile}
              </Button>
            )}
          </div>
        )}
        <div className={styles.line}>
          <LeadingTools mayAttach={mayAttach} onFiles={add} />
          <Editor
            ref={editor}
            channelId={channelId}
            value={value}
            onChange={(next) => {
              change(next);
              if (next.text.trim() !== '') typing(channelId);
            }}
            onSubmit={send}
            onCancel={replyTo ? cancelReply : undefined}
            onArrowUpInEmpty={() => {
              const messageId = lastOwnMessage(store.getState(), channelId);
              editsFromHere.current = messageId !== null;
              if (messageId) dispatch({ type: 'editing', channelId, messageId });
            }}
            onBlur={flush}
            onPasteFiles={add}
            autoFocus={!isTouch()}
            label={composer.message(name)}
            placeholder={composer.message(name)}
            maxLength={maximum}
            readOnly={isSending}
          />
          <TrailingTools
            canSend={!isEmpty && tooMany <= 0 && wait === 0 && !isSending}
            isSending={isSending}
            onEmoji={(emoji) => editor.current?.insert(emoji)}
            onSend={send}
          />
        </div>
      </div>
      {seconds > 0 && (
        <p className={styles.slow}>
          <Clock3 size={14} aria-hidden="true" />
          {wait > 0 ? composer.slowModeLeft(wait) : composer.slowMode(seconds)}
        </p>
      )}
    </Frame>
  );
}

function isTouch(): boolean {
  return matchMedia('(hover: none) and (pointer: coarse)').matches;
}
