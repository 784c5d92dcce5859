import type { ReactNode } from 'react';
import { auth } from '@/strings/auth';
import styles from './AuthPage.module.css';

/** What stands around every form before login. */
export function AuthPage({ title, hint, children }: { title: string; hint?: ReactNode; children: ReactNode }) {
  return (
    <main className={styles.page}>
      <div className={styles.brand}>
        <img src="/favicon.svg" alt="" width={40} height={40} className={styles.mark} />
        <div>
          <p className={styles.name}>Together</p>
          <p className={styles.tagline}>{auth.tagline}</p>
        </div>
      </div>
      <section className={styles.card} aria-labelledby="auth-title">
        <h1 id="auth-title" dir="auto" className={styles.title}>
          {title}
        </h1>
        {hint && <p className={styles.hint}>{hint}</p>}
        {children}
      </section>
    </main>
  );
}
