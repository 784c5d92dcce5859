import { type KeyboardEvent, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { Virtualizer } from 'virtua';
import { useLocation } from 'wouter';
import { setNewSince } from '@/actions/messageDetails';
import { load, markRead, markUnread, react, remove } from '@/actions/messages';
import { problemOf } from '@/api/problem';
import { paths } from '@/app/paths';
import type { Message } from '@/contracts';
import { MentionContext } from '@/markdown/mentions';
import { plainText } from '@/markdown/plainText';
import { channelName, nameOf, userName } from '@/state/names';
import { channelPermissions } from '@/state/permissions';
import type { Id } from '@/state/state';
import { store, useApp } from '@/state/store';
import { isUnread } from '@/state/unread';
import { messages as strings } from '@/strings/messages';
import { problemText } from '@/strings/problems';
import { ContextMenu } from '@/ui/ContextMenu';
import { cx } from '@/ui/cx';
import { announce } from '@/ui/LiveRegion';
import { toast } from '@/ui/toast';
import { NewBar, PresentBar } from './Bars';
import { BlockedRow } from './BlockedRow';
import { type Conversation, ConversationContext, useMentionable } from './conversation';
import { Footer, Header } from './Edges';
import styles from './MessageList.module.css';
import { MessageMenu } from './MessageMenu';
import { MessageRow } from './MessageRow';
import { PendingRow } from './PendingRow';
import { type Open, Popups } from './Popups';
import { type Row, unreadSince } from './rows';
import { useAttention } from './useAttention';
import { useRows } from './useRows';
import { indexOfMessage, useScroll } from './useScroll';

export interface MessageListProps {
  channelId: Id;
  /** Show this one. */
  messageId: Id | null;
}

/** What was said in a channel: newest at the bottom, drawn as far as it is in sight. */
export function MessageList(props: MessageListProps) {
  return <Messages key={props.channelId} {...props} />;
}

/** Rows that stay drawn above the view while new ones come below. */
const above = 12;

/** No view has more rows than this. */
const mostKept = 100;

/** How long a row is marked that a jump led to, in milliseconds: the length of its animation. */
const markedFor = 2000;

function Messages({ channelId, messageId }: MessageListProps) {
  const shown = useRows(channelId);
  const { rows, shift, epoch, window: page, newSince, reveal } = shown;
  const scroll = useScroll(channelId, shown);
  const { scroller, list, isAtEnd, toEnd, toRow, toStart, byPage } = scroll;
  const serverId = useApp((state) => state.channels[channelId]?.server_id ?? null);
  const name = useApp((state) => (state.channels[channelId] ? channelName(state.channels[channelId], strings.nobody) : ''));
  const mask = useApp((state) => channelPermissions(state, state.channels[channelId]));
  const meId = useApp((state) => state.me?.id ?? '');
  const isOpen = useApp((state) => state.openChannel === channelId && state.channels[channelId] !== undefined);
  const [open, setOpen] = useState<Open | null>(null);
  const [, navigate] = useLocation();

  // ---- jumping ----

  const [targetId, setTarget] = useState<Id | null>(null);
  const wanted = useRef<{ id: Id; isFocus: boolean } | null>(null);
  const latest = useRef(rows);
  latest.current = rows;

  const arrive = useCallback(() => {
    const jump = wanted.current;
    if (!jump) return;
    const index = indexOfMessage(latest.current, jump.id);
    if (index < 0) {
      const fold = latest.current.find((row) => row.kind === 'blocked' && row.ids.includes(jump.id));
      if (fold?.kind === 'blocked') reveal(fold.ids, true);
      return;
    }
    wanted.current = null;
    toRow(index, 'center');
    setTarget(jump.id);
    if (jump.isFocus) focusRow(scroller.current, jump.id);
  }, [toRow, reveal, scroller]);

  const go = useCallback(
    async (id: Id, isFocus: boolean) => {
      wanted.current = { id, isFocus };
      arrive();
      if (!wanted.current || store.getState().windows[channelId]?.byId[id]) return;
      await load(channelId, 'around', id);
      const now = store.getState().windows[channelId];
      // Something else was asked for meanwhile, and ended this.
      const isEnded = now?.loading === 'latest' || now?.loading === 'oldest' || now?.loading === 'around';
      if (wanted.current?.id !== id || isEnded) return;
      if (now?.problem) {
        wanted.current = null;
        toast.show({ title: problemText(now.problem), tone: 'error' });
      } else if (!now?.byId[id]) {
        toast.show({ title: strings.missing, body: strings.missingHint });
        const nearest = now?.ids.find((other) => other > id) ?? now?.ids.at(-1);
        wanted.current = nearest ? { id: nearest, isFocus: false } : null;
        if (nearest) arrive();
        else void load(channelId, 'latest');
      }
    },
    [channelId, arrive],
  );
  const jumpTo = useCallback((id: Id) => void go(id, true), [go]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: it may be among the rows that came
  useLayoutEffect(arrive, [rows, arrive]);

  useEffect(() => {
    if (!messageId || !isOpen) return;
    void go(messageId, false);
    // The address says it once: the same link must be able to lead here again.
    navigate(paths.channel({ id: channelId, server_id: serverId }), { replace: true });
  }, [messageId, isOpen, go, navigate, channelId, serverId]);

  useEffect(() => {
    if (!targetId) return;
    const timer = setTimeout(() => setTarget(null), markedFor);
    return () => clearTimeout(timer);
  }, [targetId]);

  const toPresent = useCallback(() => {
    wanted.current = null;
    toEnd();
    if (store.getState().windows[channelId]?.hasNewer) void load(channelId, 'latest');
  }, [channelId, toEnd]);

  // What failed without an answer is asked for again once there is a connection.
  const isConnected = useApp((state) => state.connection.phase === 'ready');
  useEffect(() => {
    const now = store.getState().windows[channelId];
    if (isConnected && now?.problem?.status === 0 && !now.loading)
      void load(channelId, now.ids.length === 0 ? 'latest' : now.hasOlder && !now.hasNewer ? 'older' : 'newer');
  }, [isConnected, channelId]);

  const isOldest = useRef(false);
  const toBeginning = () => {
    wanted.current = null;
    toStart();
    if (!page.hasOlder) return;
    isOldest.current = true;
    void load(channelId, 'oldest');
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: the oldest page has come
  useLayoutEffect(() => {
    if (!isOldest.current || store.getState().windows[channelId]?.hasOlder) return;
    isOldest.current = false;
    toStart();
  }, [epoch, page.hasOlder, channelId, toStart]);

  // What one sends is seen, wherever one was reading.
  const ownNonce = useApp((state) => state.outbox[channelId]?.at(-1)?.nonce ?? null);
  const sentNonce = useRef(ownNonce);
  useEffect(() => {
    if (ownNonce && ownNonce !== sentNonce.current) toPresent();
    sentNonce.current = ownNonce;
  }, [ownNonce, toPresent]);

  // ---- reading ----

  const isAttended = useAttention();
  const lastId = useApp((state) => state.channels[channelId]?.last_message_id ?? null);
  const isLoaded = page.ids.length > 0 && !page.stale;
  const isSeen = isAttended && isOpen && isAtEnd && isLoaded && !page.hasNewer;
  /** Marked unread by hand: it stays so until one says otherwise. */
  const isHeld = useRef(false);

  // biome-ignore lint/correctness/useExhaustiveDependencies: each new message is read, or begins what is new
  useEffect(() => {
    if (isSeen && !isHeld.current) markRead(channelId);
    else if (!isSeen && isOpen) {
      const state = store.getState();
      const mark = state.readStates[channelId]?.last_read_message_id ?? null;
      if (mark && mark !== state.newSince && (!state.newSince || mark > state.newSince) && isUnread(state, channelId)) setNewSince(mark);
    }
  }, [isSeen, isOpen, lastId, channelId]);

  const readAll = useCallback(() => {
    isHeld.current = false;
    setNewSince(null);
    markRead(channelId);
  }, [channelId]);

  const onMarkUnread = useCallback(
    async (message: Message) => {
      const { ids = [] } = store.getState().windows[channelId] ?? {};
      isHeld.current = true;
      setNewSince(ids[ids.indexOf(message.id) - 1] ?? null);
      try {
        await markUnread(channelId, message.id);
      } catch (error) {
        isHeld.current = false;
        toast.show({ title: problemText(problemOf(error)), tone: 'error' });
      }
    },
    [channelId],
  );

  const unread = useMemo(() => unreadSince(page, newSince, meId), [page, newSince, meId]);
  const firstNew = rows.findIndex((row) => row.isFirstNew);
  const isLineAbove = firstNew >= 0 ? firstNew < scroll.firstSeen : unread?.isAtLeast === true && !page.hasNewer;
  const [metLine, setMetLine] = useState<Id | null>(null);
  useEffect(() => {
    // Once the line was in sight there is nothing to lead to.
    if (newSince && firstNew >= 0 && !isLineAbove && isAttended) setMetLine(newSince);
  }, [newSince, firstNew, isLineAbove, isAttended]);

  const toLine = () => {
    if (firstNew >= 0) toRow(firstNew, 'start');
    else if (newSince) void go(newSince, false);
  };

  const seenUpTo = useRef<Id | null>(null);
  if (isAtEnd && !page.hasNewer) seenUpTo.current = page.ids.at(-1) ?? seenUpTo.current;
  const below = useMemo(() => {
    const mark = seenUpTo.current;
    return mark && !isAtEnd ? (unreadSince({ ...page, hasOlder: false }, mark, meId)?.count ?? 0) : 0;
  }, [page, meId, isAtEnd]);

  // ---- what rows need ----

  const openProfile = useCallback((userId: Id, anchor: Element) => setOpen({ kind: 'profile', userId, anchor }), []);
  const mentionable = useMentionable(serverId, openProfile);
  const conversation = useMemo<Conversation>(
    () => ({
      channelId,
      serverId,
      meId,
      mask,
      jumpTo,
      reveal,
      openProfile,
      openMenu,
      openPicker: (message, anchor) =>
        setOpen({ kind: 'picker', message, anchor: anchor.closest('[role="toolbar"]') ? (anchor.closest('article') ?? anchor) : anchor }),
      askToRemove(message, isSure) {
        if (!isSure) setOpen({ kind: 'remove', message });
        else void remove(message.channel_id, message.id).catch(showProblem);
      },
      react(message, emoji, isAdded) {
        void react(message.channel_id, message.id, emoji, isAdded).catch(showProblem);
      },
    }),
    [channelId, serverId, meId, mask, jumpTo, reveal, openProfile],
  );

  // ---- new messages, said aloud ----

  const saidUpTo = useRef<Id | null>(null);
  useEffect(() => {
    const last = page.byId[page.ids.at(-1) ?? ''];
    const isNews = saidUpTo.current !== null && last !== undefined && last.id > saidUpTo.current && !page.hasNewer && isAttended;
    if (last) saidUpTo.current = last.id;
    if (!isNews || last.author.id === meId || store.getState().relationships[last.author.id]?.type === 'blocked') return;
    const by = nameOf(store.getState(), last.author.id, serverId) ?? userName(last.author);
    const text = plainText(last.content.slice(0, 300), mentionable);
    announce(strings.said(by, text || strings.withFiles(last.attachments.length)));
  }, [page, isAttended, meId, serverId, mentionable]);

  // ---- keys ----

  const [focusedKey, setFocused] = useState<string | null>(null);
  const step = (by: number) => {
    const current = scroller.current?.contains(document.activeElement) ? document.activeElement?.closest<HTMLElement>('[data-row]') : null;
    const from = current ? rows.findIndex((row) => row.key === current.dataset.row) : -1;
    const index = from < 0 ? lastVisible() : from + by;
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
    if (!row) return;
    setFocused(row.key);
    toRow(rows.indexOf(row), 'nearest');
    requestAnimationFrame(() => focusKey(scroller.current, row.key));
  };
  const lastVisible = () => {
    const view = scroller.current;
    return view ? Math.min(rows.length - 1, list.current?.findItemIndex(view.scrollTop + view.clientHeight - 8) ?? 0) : 0;
  };

  const key = (event: KeyboardEvent) => {
    if (event.defaultPrevented || isTyping(event.target)) return;
    const isJump = event.ctrlKey || event.metaKey;
    switch (event.key) {
      case 'ArrowUp':
        step(-1);
        break;
      case 'ArrowDown':
        step(1);
        break;
      case 'Home':
        if (isJump) toBeginning();
        else toStart();
        break;
      case 'End':
        toPresent();
        break;
      case 'PageUp':
        byPage(-1);
        break;
      case 'PageDown':
        byPage(1);
        break;
      default:
        return;
    }
    event.preventDefault();
  };

  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || isElsewhere(event.target)) return;
      if (event.key === 'Escape') {
        readAll();
        toPresent();
      } else if ((event.key === 'PageUp' || event.key === 'PageDown') && !event.shiftKey && !needsPages(event.target)) {
        byPage(event.key === 'PageUp' ? -1 : 1);
        event.preventDefault();
      }
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [readAll, toPresent, byPage]);

  // ---- drawing ----

  const editing = useApp((state) => state.editing[channelId] ?? null);
  const { firstSeen } = scroll;
  const kept = useMemo(() => {
    // The list draws ahead only where one scrolls to: at the end, each new message would throw away what stands above the view, and draw it again.
    const from = isAtEnd && rows.length - firstSeen < mostKept ? firstSeen - above : rows.length;
    // What has the focus, or is being written, stays there when it is out of sight.
    const isKept = (row: Row, index: number) => index >= from || row.key === focusedKey || (row.kind === 'message' && row.message.id === editing);
    return rows.flatMap((row, index) => (isKept(row, index) ? [index] : []));
  }, [rows, focusedKey, editing, isAtEnd, firstSeen]);

  useEffect(() => {
    const index = editing ? indexOfMessage(latest.current, editing) : -1;
    if (index >= 0) toRow(index, 'nearest');
  }, [editing, toRow]);

  const draw = useCallback(
    (row: Row) => {
      switch (row.kind) {
        case 'message':
          return <MessageRow key={row.key} row={row} isTarget={row.message.id === targetId} />;
        case 'pending':
          return <PendingRow key={row.key} row={row} />;
        case 'blocked':
          return <BlockedRow key={row.key} row={row} />;
      }
    },
    [targetId],
  );

  return (
    <ConversationContext value={conversation}>
      <MentionContext value={mentionable}>
        <div className={styles.list}>
          {unread && isLineAbove && metLine !== newSince && <NewBar unread={unread} onJump={toLine} onRead={readAll} />}
          <ContextMenu
            items={(pressed) => {
              const row = pressed.closest('[data-message]');
              const id = row?.getAttribute('data-message');
              if (!row || !id || belongsToBrowser(pressed)) return null;
              return <MessageMenu messageId={id} row={row} conversation={conversation} onMarkUnread={(message) => void onMarkUnread(message)} />;
            }}
          >
            <section
              ref={scroller}
              className={styles.scroller}
              aria-label={strings.listOf(name)}
              // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be in reach of the keyboard
              tabIndex={0}
              onScroll={scroll.onScroll}
              onKeyDown={key}
              onBlur={(event) => event.currentTarget.contains(event.relatedTarget) || setFocused(null)}
            >
              <div ref={scroll.header} className={cx(styles.header, page.problem && rows.length === 0 && styles.centred)}>
                <Header channelId={channelId} page={page} isEmpty={rows.length === 0} />
              </div>
              <div {...(rows.length > 0 && { role: 'feed', 'aria-label': strings.feedOf(name), 'aria-busy': page.loading !== null })}>
                <Virtualizer
                  key={epoch}
                  ref={list}
                  scrollRef={scroller}
                  data={rows}
                  shift={shift}
                  bufferSize={400}
                  startMargin={scroll.headerHeight}
                  keepMounted={kept}
                  onResize={scroll.onResize}
                >
                  {draw}
                </Virtualizer>
              </div>
              <div className={styles.footer}>
                <Footer channelId={channelId} page={page} />
              </div>
            </section>
          </ContextMenu>
          {rows.length > 0 && (page.hasNewer || scroll.isFar || (below > 0 && !isAtEnd)) && <PresentBar count={below} onJump={toPresent} />}
        </div>
        <Popups open={open} onClose={() => setOpen(null)} />
      </MentionContext>
    </ConversationContext>
  );
}

function showProblem(error: unknown): void {
  toast.show({ title: problemText(problemOf(error)), tone: 'error' });
}

/** The one menu of the list listens for this: it opens where the element is. */
function openMenu(element: Element): void {
  const { left, bottom, right, top } = element.getBoundingClientRect();
  const isRow = element.matches('article');
  element.dispatchEvent(
    new MouseEvent('contextmenu', {
      bubbles: true,
      cancelable: true,
      clientX: isRow ? left + 72 : (left + right) / 2,
      clientY: isRow ? Math.max(top + 24, 8) : bottom,
    }),
  );
}

function focusRow(scroller: Element | null, messageId: Id): void {
  requestAnimationFrame(() =>
    requestAnimationFrame(() => scroller?.querySelector<HTMLElement>(`[data-message="${CSS.escape(messageId)}"]`)?.focus({ preventScroll: true })),
  );
}

function focusKey(scroller: Element | null, key: string): void {
  scroller?.querySelector<HTMLElement>(`[data-row="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
}

/** Selected text, links and players have a menu of the browser's that people need. */
function belongsToBrowser(pressed: Element): boolean {
  const selection = document.getSelection();
  const isSelected = selection !== null && !selection.isCollapsed && selection.containsNode(pressed, true);
  return isSelected || pressed.closest('a[href], video, audio, input, textarea, [contenteditable]') !== null;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, select, video, audio, [contenteditable]') !== null;
}

/** In something that lies above the page. */
function isElsewhere(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('[role="dialog"], [role="alertdialog"], [role="menu"], [role="listbox"]') !== null;
}

/** Something that has pages of its own to turn. */
function needsPages(target: EventTarget | null): boolean {
  if (!(target instanceof Element) || target === document.body) return false;
  const area = target.closest('textarea, [contenteditable]');
  return area ? area.scrollHeight > area.clientHeight + 1 : true;
}
