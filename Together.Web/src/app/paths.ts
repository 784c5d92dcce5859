import type { Id } from '@/state/state';

/** The addresses of the client. A message is part of its channel's. */
export const paths = {
  home: '/',
  login: '/login',
  register: '/register',
  invite: (code: string) => `/invite/${encodeURIComponent(code)}`,
  friends: '/friends',
  server: (serverId: Id) => `/servers/${serverId}`,
  channel: ({ id, server_id }: { id: Id; server_id: Id | null }, messageId?: Id) =>
    `${server_id ? `/servers/${server_id}` : '/conversations'}/${id}${messageId ? `/${messageId}` : ''}`,
} as const;
