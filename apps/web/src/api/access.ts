import { ref } from 'vue';
import type { Login, User } from './models';
import { ApiError, asApiError } from './problem';

/**
 * The access token lives in memory only; what survives a reload is the refresh token in an HttpOnly cookie
 * that no script can read. The hint merely says that such a cookie may exist, so that a visitor who never
 * logged in does not cause a refused request on every page.
 */
const HINT = 'jala.signed-in';
/** Renewed this long before it runs out, so that a slow request does not meet a dead token. */
const MARGIN_MS = 20_000;

let token: string | undefined;
let expiresAt = 0;
let renewal: Promise<boolean> | undefined;

export const signedInUser = ref<User | null>(null);

export function accept(login: Login): void {
  token = login.token;
  expiresAt = Date.now() + login.expires_in * 1000;
  signedInUser.value = login.user;
  storage((local) => local.setItem(HINT, '1'));
}

export function forget(): void {
  token = undefined;
  expiresAt = 0;
  signedInUser.value = null;
  storage((local) => local.removeItem(HINT));
}

/** The token to send, renewed when it is about to run out. Undefined when nobody is logged in. */
export async function bearer(): Promise<string | undefined> {
  if (token && Date.now() > expiresAt - MARGIN_MS) await renew();
  return token;
}

/** Called at start: takes up the session of an earlier visit. */
export async function resume(): Promise<void> {
  let hinted = true;
  storage((local) => (hinted = local.getItem(HINT) === '1'));
  if (hinted) await renew();
}

/** One request however many callers: the refresh token rotates, and a second use of it would end the session. */
export function renew(): Promise<boolean> {
  renewal ??= underLock(requestRenewal).finally(() => (renewal = undefined));
  return renewal;
}

async function requestRenewal(): Promise<boolean> {
  try {
    const response = await fetch('/api/token/refresh', {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'content-type': 'application/json', 'x-token-transport': 'cookie' },
      body: '{}',
    });
    if (response.ok) {
      accept((await response.json()) as Login);
      return true;
    }
    if (response.status < 500 && response.status !== 429) forget();
    else throw await ApiError.from(response);
  } catch (error) {
    // Without an answer the session may still be good: the caller's own request reports the trouble.
    if (asApiError(error).code !== 'OFFLINE') throw error;
  }
  return false;
}

/** Two tabs share the cookie; they take turns, and the second sends the cookie that the first has just been given. */
function underLock(fn: () => Promise<boolean>): Promise<boolean> {
  return 'locks' in navigator ? navigator.locks.request('jala.refresh', fn) : fn();
}

function storage(use: (local: Storage) => void): void {
  try {
    use(localStorage);
  } catch {
    // Blocked storage costs one refused request per load, nothing else.
  }
}
