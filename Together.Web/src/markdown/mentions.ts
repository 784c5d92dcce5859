import { createContext } from 'react';

export interface MentionNames {
  user(id: string): { name: string; color?: number } | null;
  role(id: string): { name: string; color: number } | null;
  channel(id: string): { name: string; href: string } | null;
}

/** What the text of a message needs to know of the world around it. Whom it does not know stays as it was written. */
export interface Mentionable extends MentionNames {
  me: { id: string; roleIds: readonly string[] };
  onUser?(id: string, element: HTMLElement): void;
}

const nobody: Mentionable = { user: () => null, role: () => null, channel: () => null, me: { id: '', roleIds: [] } };

export const MentionContext = createContext<Mentionable>(nobody);

/** Whom the host says that a message mentions. What the text names besides is text: its author was not allowed to. */
export interface HostMentions {
  userIds: readonly string[];
  roleIds: readonly string[];
  everyone: boolean;
}
