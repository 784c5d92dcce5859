/** Why something was refused (RFC 9457), or why no answer came. */
export interface Problem {
  /** The host's stable word; `offline` when there was no answer, `aborted` when it was not wanted any more. */
  code: string;
  /** HTTP status; 0 without an answer. */
  status: number;
  detail: string | null;
  /** By field, on 400. */
  errors: Record<string, string[]>;
  /** Seconds to wait, or null. */
  retryAfter: number | null;
}

export class ApiError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.code);
    this.problem = problem;
  }
}

export function problemOf(error: unknown): Problem {
  if (error instanceof ApiError) return error.problem;
  const aborted = error instanceof DOMException && error.name === 'AbortError';
  return { code: aborted ? 'aborted' : 'offline', status: 0, detail: null, errors: {}, retryAfter: null };
}

/** Whether the same request may be made again and could work then. */
export function isTransient(problem: Problem): boolean {
  return problem.status === 0 || problem.status === 429 || problem.status >= 500;
}

export async function problemFrom(response: Response): Promise<Problem> {
  const body = record(await response.json().catch(() => null));
  const retryAfter = Number.parseFloat(response.headers.get('Retry-After') ?? '');
  return {
    code: typeof body.code === 'string' ? body.code : response.status >= 500 ? 'unavailable' : 'internal',
    status: response.status,
    detail: typeof body.detail === 'string' ? body.detail : null,
    errors: Object.fromEntries(
      Object.entries(record(body.errors)).map(([field, list]) => [field, Array.isArray(list) ? list.filter((text) => typeof text === 'string') : []]),
    ),
    retryAfter: Number.isFinite(retryAfter) ? retryAfter : null,
  };
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
