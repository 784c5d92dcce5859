import type { Problem } from '@/api/problem';

/** What happened, for people, and what to do next. The host's own word on it comes last. */
const byCode: Record<string, string> = {
  offline: 'The host cannot be reached. Check your connection and try again.',
  invalid_body: 'Something in this form is not right.',
  invalid_credentials: 'Wrong username or password.',
  unauthorized: 'You are not logged in any more. Log in again.',
  missing_permissions: 'You do not have the permission for this. Ask somebody who runs this server.',
  banned: 'You are banned from this server.',
  registration_closed: 'Registration is closed here. Ask the admin of this instance.',
  invite_required: 'You need a valid invite to register here. Ask somebody who is in for a link.',
  invalid_setup_code: 'This is not the setup code. The host printed it when it started.',
  origin_not_allowed: 'This page may not talk to the host. Open Together by its own address.',
  not_found: 'This is not there any more.',
  username_taken: 'This username is taken. Choose another one.',
  conflict: 'Somebody changed this meanwhile. Look at it again.',
  payload_too_large: 'This is too large for this host.',
  unsupported_media_type: 'The host does not take this kind of file.',
  limit_reached: 'There is no room for more.',
  quota_exceeded: 'There is no space left for this file.',
  overloaded: 'The host has too much to do just now. Try again in a moment.',
  unavailable: 'The host cannot store this just now. Try again in a moment.',
  internal: 'Something went wrong at the host. Try again; if it stays, tell the admin.',
};

/** Codes whose meaning depends on what was asked for: the host says it better. */
const explained = new Set(['conflict', 'limit_reached', 'quota_exceeded', 'payload_too_large', 'invalid_credentials']);

export function problemText(problem: Problem): string {
  if (problem.code === 'rate_limited') {
    const seconds = Math.ceil(problem.retryAfter ?? 0);
    return seconds > 0 ? `Too fast. Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.` : 'Too fast. Try again in a moment.';
  }
  const [field] = Object.entries(problem.errors);
  if (field?.[1][0]) return `${sentence(field[0].replaceAll('_', ' '))} ${field[1][0]}.`;
  if (problem.detail && explained.has(problem.code)) return `${problem.detail}.`.replace(/\.\.$/, '.');
  return byCode[problem.code] ?? byCode.internal ?? '';
}

/** What is wrong with one field of a form; for under the field. */
export function fieldText(problem: Problem | null, field: string): string | undefined {
  const text = problem?.errors[field]?.[0];
  return text && `${sentence(field.replaceAll('_', ' '))} ${text}.`;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
