import { problemOf } from '@/api/problem';
import { problemText } from '@/strings/problems';
import { toast } from '@/ui/toast';

/** For what is done by one press: says why if it fails. */
export async function attempt(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    toast.show({ tone: 'error', title: problemText(problemOf(error)) });
    return false;
  }
}
