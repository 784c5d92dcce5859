import type { Problem } from '@/api/problem';
import type { InstanceLimits } from '@/contracts';
import { auth } from '@/strings/auth';

export type AccountErrors = Partial<Record<'username' | 'password', string>>;

/** What the host would refuse, said before it is asked. The host lower-cases usernames. */
export function accountErrors(username: string, password: string, limits: InstanceLimits): AccountErrors {
  const errors: AccountErrors = {};
  const name = username.trim().toLowerCase();
  if (name.length < limits.username_min || name.length > limits.username_max || !/^[a-z0-9_.-]+$/.test(name))
    errors.username = auth.usernameWrong(limits.username_min, limits.username_max);
  const bytes = new TextEncoder().encode(password).length;
  if (bytes < limits.password_min_bytes) errors.password = auth.passwordTooShort(limits.password_min_bytes);
  else if (bytes > limits.password_max_bytes) errors.password = auth.passwordTooLong(limits.password_max_bytes);
  return errors;
}

/** What the host says of one field; undefined when it says nothing of it. */
export function fieldError(problem: Problem | null, field: string): string | undefined {
  const text = problem?.errors[field]?.[0];
  return text && `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
