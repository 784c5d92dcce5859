import { type ReactNode, type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import { markdown as strings } from '@/strings/markdown.ts';
import type { highlighter as Highlighter } from './highlighter.ts';
import { highlighted, type Range } from './highlights.tsx';
import styles from './markdown.module.css';

type Tree = ReturnType<typeof Highlighter.highlight>;

/** Milliseconds for which the button says how copying went. */
const copyFeedback = 2000;

const classes: Record<string, string | undefined> = {
  'hljs-keyword': styles.codeKeyword,
  'hljs-literal': styles.codeKeyword,
  'hljs-selector-tag': styles.codeKeyword,
  'hljs-name': styles.codeKeyword,
  'hljs-meta': styles.codeComment,
  'hljs-comment': styles.codeComment,
  'hljs-quote': styles.codeComment,
  'hljs-string': styles.codeString,
  'hljs-regexp': styles.codeString,
  'hljs-addition': styles.codeString,
  'hljs-number': styles.codeNumber,
  'hljs-symbol': styles.codeNumber,
  'hljs-bullet': styles.codeNumber,
  'hljs-deletion': styles.codeNumber,
  'hljs-title': styles.codeTitle,
  'hljs-section': styles.codeTitle,
  'hljs-attr': styles.codeTitle,
  'hljs-attribute': styles.codeTitle,
  'hljs-property': styles.codeTitle,
  'hljs-type': styles.codeType,
  'hljs-built_in': styles.codeType,
  'hljs-selector-class': styles.codeType,
  'hljs-selector-id': styles.codeType,
  'hljs-variable': styles.codeType,
  'hljs-emphasis': styles.codeEmphasis,
  'hljs-strong': styles.codeStrong,
};

let highlighter: typeof Highlighter | undefined;
let loading: Promise<unknown> | undefined;

/** With the first code block that names its language. One that cannot be loaded is tried again with the next. */
function loadHighlighter() {
  loading ??= import('./highlighter.ts').then(
    (module) => {
      highlighter = module.highlighter;
    },
    () => {
      loading = undefined;
    },
  );
  return loading;
}

function useTree(text: string, lang: string | null): Tree | null {
  const [loaded, setLoaded] = useState(highlighter !== undefined);
  const wanted = lang !== null && !loaded;
  useEffect(() => {
    if (!wanted) return;
    let current = true;
    void loadHighlighter().then(() => {
      if (current && highlighter) setLoaded(true);
    });
    return () => {
      current = false;
    };
  }, [wanted]);
  return useMemo(() => (loaded && lang !== null && highlighter?.registered(lang) ? highlighter.highlight(lang, text) : null), [loaded, lang, text]);
}

interface CodeBlockProps {
  text: string;
  lang: string | null;
  /** Where the text stands in the content. */
  start: number;
  highlights: readonly Range[];
  /** Within a link nothing else can be pressed. */
  bare: boolean;
}

export function CodeBlock({ text, lang, start, highlights, bare }: CodeBlockProps) {
  const tree = useTree(text, lang);
  const code = useRef<HTMLElement>(null);
  return (
    <div className={styles.codeBlock} dir="ltr">
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms; a group it is, for the keyboard has to come here to scroll it */}
      <pre className={styles.pre} role="group" aria-label={strings.code(lang)} tabIndex={bare ? undefined : 0}>
        <code ref={code}>{tree ? tokens(tree.children, { at: start }, highlights) : highlighted(text, start, highlights)}</code>
      </pre>
      {!bare && <CopyButton text={text} code={code} />}
    </div>
  );
}

/** @param cursor Where the next text stands in the content. */
function tokens(nodes: Tree['children'], cursor: { at: number }, highlights: readonly Range[]): ReactNode[] {
  return nodes.map((node, index) => {
    if (node.type === 'text') {
      const at = cursor.at;
      cursor.at += node.value.length;
      // biome-ignore lint/suspicious/noArrayIndexKey: made anew whenever the text is another
      return <span key={index}>{highlighted(node.value, at, highlights)}</span>;
    }
    if (node.type !== 'element') return null;
    const names = node.properties.className;
    const name = Array.isArray(names) ? classes[String(names[0])] : undefined;
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: made anew whenever the text is another
      <span key={index} className={name}>
        {tokens(node.children, cursor, highlights)}
      </span>
    );
  });
}

function CopyButton({ text, code }: { text: string; code: RefObject<HTMLElement | null> }) {
  const [outcome, setOutcome] = useState<'copied' | 'notCopied' | null>(null);
  useEffect(() => {
    if (!outcome) return;
    const timer = setTimeout(setOutcome, copyFeedback, null);
    return () => clearTimeout(timer);
  }, [outcome]);
  return (
    <button
      type="button"
      className={styles.copy}
      aria-live="polite"
      onClick={async () => setOutcome((await copy(text, code.current)) ? 'copied' : 'notCopied')}
    >
      {strings[outcome ?? 'copy']}
    </button>
  );
}

async function copy(text: string, shown: HTMLElement | null) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without TLS there is no clipboard to write to. Selected, the text is a key press away.
    if (shown) getSelection()?.selectAllChildren(shown);
    return false;
  }
}
