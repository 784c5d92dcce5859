import { messages as strings } from '@/strings/messages';
import { toast } from '@/ui/toast';

export async function copy(text: string, done: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast.show({ id: 'copied', title: done, tone: 'success' });
  } catch {
    // Without HTTPS, or without the person's leave.
    toast.show({ id: 'copied', title: strings.copyFailed, tone: 'error' });
  }
}
