import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { RequestWithPrincipal } from '@jala/infra/authz';
import { AccessEnds } from '@jala/infra/queue';
import { Observable } from 'rxjs';

/**
 * A stream of events is asked about access only when it is opened. It ends as soon as that may have changed; the page opens it
 * anew, and is refused or not.
 */
@Injectable()
export class OpenStreamsInterceptor implements NestInterceptor {
  constructor(private readonly ends: AccessEnds) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { principal } = context.switchToHttp().getRequest<RequestWithPrincipal>();
    if (!principal) return next.handle();
    return new Observable((subscriber) => {
      const stop = this.ends.onEnd(({ tenantId, accountId }) => {
        if (tenantId === principal.tenantId && (accountId === undefined || accountId === principal.accountId)) subscriber.complete();
      });
      subscriber.add(stop);
      subscriber.add(next.handle().subscribe(subscriber));
    });
  }
}
