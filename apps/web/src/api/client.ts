import createClient, { type Middleware } from 'openapi-fetch';
import { bearer, forget, renew } from './access';
import { ApiError } from './problem';
import type { paths } from './schema';

const PUBLIC = ['/api/context', '/api/login', '/api/token/refresh', '/api/password/forgot', '/api/password/reset'];

/** Bodies are consumed when sent, so a request that may be sent again is kept as a copy. */
const copies = new WeakMap<Request, Request>();

const authorize: Middleware = {
  async onRequest({ request, schemaPath }) {
    if (PUBLIC.includes(schemaPath)) return request;
    const token = await bearer();
    if (token) request.headers.set('authorization', `Bearer ${token}`);
    copies.set(request, request.clone());
    return request;
  },
  async onResponse({ request, response, schemaPath }) {
    if (response.status !== 401 || PUBLIC.includes(schemaPath)) return response;
    const again = copies.get(request);
    if (again && (await renew())) {
      again.headers.set('authorization', `Bearer ${await bearer()}`);
      return fetch(again);
    }
    forget();
    return response;
  },
};

export const client = createClient<paths>({ baseUrl: '', credentials: 'same-origin' });
client.use(authorize);

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The data of a call, or the problem thrown as an ApiError: `await ok(client.GET('/api/me'))`. */
export async function ok<T>(call: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await call;
  } catch (error) {
    throw error instanceof ApiError ? error : ApiError.offline();
  }
  if (!answer.response.ok) throw await ApiError.from(answer.response, answer.error);
  return answer.data as T;
}

/** A key for requests that must happen once although they may be sent twice. */
export function idempotencyKey(): { 'Idempotency-Key': string } {
  // randomUUID exists in secure contexts only, and an ISP's own domain may be plain HTTP at first.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return { 'Idempotency-Key': Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('') };
}
