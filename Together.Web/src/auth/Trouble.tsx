import type { Problem } from '@/api/problem';
import { problemText } from '@/strings/problems';
import styles from './AuthPage.module.css';

/** Why a form was refused. There before it is needed, so that it is announced. */
export function Trouble({ problem }: { problem: Problem | null }) {
  return <div role="alert">{problem && problem.code !== 'aborted' && <p className={styles.problem}>{problemText(problem)}</p>}</div>;
}
