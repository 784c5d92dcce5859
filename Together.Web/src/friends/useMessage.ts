import { useLocation } from 'wouter';
import { openConversation } from '@/actions/members';
import { attempt } from '@/app/attempt';
import { paths } from '@/app/paths';
import type { Id } from '@/state/state';
import { store } from '@/state/store';

/** Goes to the conversation with somebody; begins it when there is none. Says why when that fails. */
export function useMessage(): (userId: Id) => void {
  const [, navigate] = useLocation();
  return (userId) => {
    const known = Object.values(store.getState().channels).find(({ type, recipients }) => type === 'dm' && recipients[0]?.id === userId);
    if (known) navigate(paths.channel(known));
    else void attempt(openConversation(userId).then((channel) => navigate(paths.channel(channel))));
  };
}
