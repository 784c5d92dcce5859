import axe from 'axe-core';
import fc from 'fast-check';
import { act, type ReactNode } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Markdown } from './Markdown.tsx';
import { type Mentionable, MentionContext } from './mentions.ts';
import { soup } from './soup.ts';

const id = '0192f0c1-2d3e-7a4b-8c5d-6e7f8091a2b3';
const other = '0192f0c1-2d3e-7a4b-8c5d-6e7f8091a2b4';

let root: Root;
let box: HTMLElement;

beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  box = document.body.appendChild(document.createElement('main'));
  root = createRoot(box);
});

afterEach(() => {
  act(() => root.unmount());
  box.remove();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function render(node: ReactNode) {
  act(() => root.render(node));
  return box.firstElementChild as HTMLElement;
}

function one(selector: string): HTMLElement {
  const found = box.querySelector<HTMLElement>(selector);
  if (!found) throw new Error(`no ${selector} in ${box.innerHTML}`);
  return found;
}

const world: Mentionable = {
  user: (user) => (user === id ? { name: 'Ada', color: 0x00ff00 } : user === other ? { name: 'Bob' } : null),
  role: (role) => (role === id ? { name: 'Crew', color: 0xff0000 } : role === other ? { name: 'Staff', color: 0 } : null),
  channel: (channel) => (channel === id ? { name: 'general', href: '/channels/7' } : null),
  me: { id, roleIds: [id] },
};

function within(context: Mentionable, node: ReactNode) {
  return <MentionContext value={context}>{node}</MentionContext>;
}

test('nothing but what is allowed comes out', () => {
  const allowed: Record<string, string[]> = {
    div: ['class', 'dir'],
    span: ['class', 'role', 'tabindex', 'aria-expanded', 'aria-label', 'inert', 'data-me', 'style'],
    a: ['class', 'href', 'title', 'target', 'rel', 'data-me'],
    button: ['class', 'type', 'aria-live', 'data-me', 'style'],
    pre: ['class', 'role', 'aria-label', 'tabindex'],
    code: ['class'],
    time: ['class', 'datetime', 'title'],
    blockquote: ['class'],
    h3: ['class'],
    h4: ['class'],
    h5: ['class'],
    small: ['class'],
    ol: ['class', 'start'],
    ul: ['class'],
    ...Object.fromEntries(['strong', 'em', 'u', 's', 'li', 'br', 'bdi'].map((name) => [name, []])),
    mark: ['class'],
  };
  fc.assert(
    fc.property(soup, fc.array(fc.tuple(fc.nat(200), fc.nat(200))), (content, highlights) => {
      render(within({ ...world, onUser: () => {} }, <Markdown content={content} highlights={highlights} />));
      for (const element of box.querySelectorAll('*')) {
        const name = element.localName;
        expect(Object.keys(allowed)).toContain(name);
        for (const attribute of element.getAttributeNames()) expect(allowed[name], `${name} ${attribute}`).toContain(attribute);
        const href = element.getAttribute('href');
        if (href !== null && href !== '/channels/7') {
          expect(href).toMatch(/^https?:\/\//);
          expect(element.getAttribute('rel')).toBe('noopener noreferrer nofollow');
        }
        if (name === 'a' || name === 'button') expect(element.parentElement?.closest('a, button')).toBeNull();
      }
    }),
    { numRuns: 300 },
  );
});

test('a message has no accessibility fault', async () => {
  render(
    within(
      { ...world, onUser: () => {} },
      <Markdown content={`# a\n> b\n- c\n  1. d\n\n||e|| [f](https://x.org) <@${id}> <#${id}> <t:0:R>\n\`\`\`\ng\n\`\`\``} />,
    ),
  );
  const { violations } = await axe.run(box, {
    rules: { region: { enabled: false }, 'heading-order': { enabled: false }, 'color-contrast': { enabled: false } },
  });
  expect(violations).toEqual([]);
});

test('a masked link says where it leads', () => {
  render(<Markdown content="[bank](https://bücher.example/a) https://x.org" />);
  const [masked, bare] = box.querySelectorAll('a');
  expect(masked?.title).toBe('xn--bcher-kva.example');
  expect(masked?.target).toBe('_blank');
  expect(bare?.title).toBe('');
});

test('a mention is its name, that of the reader with emphasis', () => {
  const message = render(within(world, <Markdown content={`<@${id}> <@${other}> <@&${id}> <@&${other}> <#${id}> @here`} />));
  expect(message.textContent).toBe('@Ada @Bob @Crew @Staff #general @here');
  expect([...message.querySelectorAll('[data-me]')].map((element) => element.textContent)).toEqual(['@Ada', '@Crew', '@here']);
  expect(one('[data-me]').style.color).toBe('rgb(0, 255, 0)');
  expect(one('a').getAttribute('href')).toBe('/channels/7');
});

test('a mention of nobody is the text that it is', () => {
  const content = `<@${id}> <@&${id}> <#${id}>`;
  expect(render(<Markdown content={content} />).textContent).toBe(content);
});

test('a mention that the host does not see is text', () => {
  const content = `<@${id}> <@&${id}> @everyone`;
  const seen = { userIds: [id], roleIds: [], everyone: false };
  expect(render(within(world, <Markdown content={content} mentions={seen} />)).textContent).toBe(`@Ada <@&${id}> @everyone`);
  expect(box.querySelectorAll('[data-me]')).toHaveLength(1);
  render(within(world, <Markdown content={content} mentions={{ userIds: [], roleIds: [id], everyone: true }} />));
  expect(box.textContent).toBe(`<@${id}> @Crew @everyone`);
  expect(box.querySelectorAll('[data-me]')).toHaveLength(2);
});

test('who is mentioned can be asked about, but not within a link', () => {
  const onUser = vi.fn();
  render(within({ ...world, onUser }, <Markdown content={`[<@${id}>](https://x.org) <@${id}>`} />));
  expect(box.querySelectorAll('button')).toHaveLength(1);
  act(() => one('button').click());
  expect(onUser).toHaveBeenCalledExactlyOnceWith(id, one('button'));
});

test.each(['click', 'Enter', ' '])('a spoiler is shown by %s, and stays so', (how) => {
  const content = '||[a](https://x.org)||';
  render(<Markdown content={content} />);
  const spoiler = one('[role=button]');
  expect(spoiler.getAttribute('aria-expanded')).toBe('false');
  expect(spoiler.getAttribute('aria-label')).toBe('Spoiler, press to show');
  expect(spoiler.tabIndex).toBe(0);
  expect(one('a').closest('[inert]')).not.toBeNull();
  spoiler.focus();
  act(() => {
    spoiler.dispatchEvent(how === 'click' ? new MouseEvent('click', { bubbles: true }) : new KeyboardEvent('keydown', { key: how, bubbles: true }));
  });
  expect(box.querySelector('[role=button], [inert], [aria-label]')).toBeNull();
  expect(document.activeElement).toBe(spoiler);
  render(<Markdown content={`${content} edited`} />);
  expect(box.querySelector('[role=button]')).toBeNull();
});

test('a spoiler in a link is shown without following it', () => {
  render(<Markdown content="[||a||](https://x.org)" />);
  const click = new MouseEvent('click', { bubbles: true, cancelable: true });
  act(() => {
    one('[role=button]').dispatchEvent(click);
  });
  expect(click.defaultPrevented).toBe(true);
});

test('a relative time goes on', () => {
  vi.useFakeTimers({ now: 1_000_000_000_000 });
  render(<Markdown content="<t:1000000000:R> <t:1000000000:F>" />);
  const pass = (seconds: number) => {
    for (let second = 0; second < seconds; second++) act(() => vi.advanceTimersByTime(1_000));
  };
  pass(5);
  expect(one('time').textContent).toBe('5 seconds ago');
  pass(175);
  expect(one('time').textContent).toBe('3 minutes ago');
  expect(one('time').getAttribute('datetime')).toBe('2001-09-09T01:46:40.000Z');
  expect(vi.getTimerCount()).toBe(1);
  render(null);
  expect(vi.getTimerCount()).toBe(0);
});

test('code in a known language gets its colours without another text', async () => {
  const content = '```js\nconst a = "<b>"; // ж\n```';
  render(<Markdown content={content} />);
  expect(one('code').children).toHaveLength(0);
  const text = one('code').textContent;
  await act(() => vi.dynamicImportSettled());
  expect(one('code').querySelector('[class*=codeKeyword]')?.textContent).toBe('const');
  expect(one('code').textContent).toBe(text);
  expect(one('pre').tabIndex).toBe(0);
  render(<Markdown content={content} highlights={[[8, 13]]} />);
  expect([...box.querySelectorAll('mark')].map((mark) => mark.textContent).join('')).toBe('nst a');
  render(<Markdown content={'```nonsense\n<b>\n```'} />);
  expect(one('code').innerHTML).toBe('&lt;b&gt;');
});

test('code can be copied', async () => {
  vi.useFakeTimers();
  const writeText = vi.fn().mockResolvedValue(undefined);
  vi.stubGlobal('navigator', { clipboard: { writeText } });
  render(<Markdown content={'```\na < b\n```'} />);
  await act(async () => one('button').click());
  expect(writeText).toHaveBeenCalledWith('a < b');
  expect(one('button').textContent).toBe('Copied');
  act(() => vi.advanceTimersByTime(2_000));
  expect(one('button').textContent).toBe('Copy');
});

test('code that cannot be copied is selected', async () => {
  vi.stubGlobal('navigator', {});
  render(<Markdown content={'```\na < b\n```'} />);
  await act(async () => one('button').click());
  expect(one('button').textContent).toBe('Could not be copied');
  expect(getSelection()?.toString()).toBe('a < b');
});

test('what was searched for is marked wherever it stands', () => {
  const content = 'find **find** `find` \\*find https://find.org';
  const highlights = [...content.matchAll(/find/g)].map(({ index }) => [index, index + 4] as const);
  const message = render(<Markdown content={content} highlights={[...highlights.reverse(), [0, 2], [1, 4]]} />);
  expect([...message.querySelectorAll('mark')].map((mark) => mark.textContent)).toEqual(Array(5).fill('find'));
  expect(message.textContent).toBe('find find find *find https://find.org');
});

test('emoji alone are large', () => {
  expect(render(<Markdown content="😀 👍🏽" />).className).toContain('large');
  expect(render(<Markdown content="😀 a" />).className).not.toContain('large');
  expect(one('div').dir).toBe('auto');
});
