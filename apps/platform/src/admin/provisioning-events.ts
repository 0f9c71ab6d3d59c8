import type { MessageEvent } from '@nestjs/common';
import { isSettled, type ProvisioningView } from '@jala/central/tenants';
import { Observable } from 'rxjs';
import { toProvisioning } from './provisioning.dto';

/** Also without a word from the bus: it may have been away. The event that repeats the state keeps proxies from closing the stream. */
const ASK_ANYWAY_MS = 3_000;

/**
 * The state now and after each change, and the end when nothing is on the way any more. The bus only says that something
 * changed; the state is read from the database, and several changes during one reading are one event.
 */
export function provisioningEvents(
  read: () => Promise<ProvisioningView>,
  follow: (changed: () => void) => Promise<() => void>,
): Observable<MessageEvent> {
  return new Observable((subscriber) => {
    let stopFollowing: () => void = () => undefined;
    let reading = false;
    let stale = false;
    const refresh = async (): Promise<void> => {
      stale = true;
      if (reading) return;
      reading = true;
      while (stale && !subscriber.closed) {
        stale = false;
        const state = await read();
        subscriber.next({ type: 'progress', data: toProvisioning(state) });
        if (isSettled(state.status)) subscriber.complete();
      }
      reading = false;
    };
    const changed = (): void => {
      refresh().catch((error: unknown) => subscriber.error(error));
    };
    const timer = setInterval(changed, ASK_ANYWAY_MS);
    // First listening, then reading: a change in between must not be missed.
    void follow(changed).then(
      (stop) => {
        stopFollowing = stop;
        if (subscriber.closed) stop();
      },
      () => undefined,
    );
    changed();
    return () => {
      clearInterval(timer);
      stopFollowing();
    };
  });
}
