import { createHash, timingSafeEqual } from 'node:crypto';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { DomainError, ERRORS } from '@jala/contracts';
import type { RequestWithPrincipal } from '@jala/infra/authz';
import { SecretBox } from '@jala/infra/crypto';
import { IdempotencyKeysRepository } from '@jala/infra/idempotency';
import type { FastifyReply } from 'fastify';
import { catchError, from, mergeMap, type Observable, of } from 'rxjs';
import { toDomainError } from './problem';

const KEY_PATTERN = /^[\x21-\x7e]{8,128}$/;
const PURPOSE = 'idempotent-answer';

/**
 * Repeating a POST with the same Idempotency-Key answers what the first one answered and does nothing again
 * (draft-ietf-httpapi-idempotency-key-header). The key belongs to the account: nobody reads another's answer.
 * An answer that reports an error frees the key. A process that dies in between leaves the key taken: the
 * caller is told so rather than charged twice.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(
    private readonly keys: IdempotencyKeysRepository,
    private readonly secrets: SecretBox,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<RequestWithPrincipal>();
    const key = request.headers['idempotency-key'];
    const account = request.principal?.actor;
    if (typeof key !== 'string' || !account) return next.handle();
    if (!KEY_PATTERN.test(key)) {
      throw DomainError.field('Idempotency-Key', 'pattern', 'Use 8 to 128 visible ASCII characters, for example a UUID.');
    }

    const reply = context.switchToHttp().getResponse<FastifyReply>();
    const actorKey = `${account.kind}:${String(account.id)}`;
    const hash = createHash('sha256')
      .update(`${request.url}\n${JSON.stringify(request.body ?? null)}`)
      .digest();
    if (!(await this.keys.claim(actorKey, key, hash))) return of(await this.replay(actorKey, key, hash, reply));

    return next.handle().pipe(
      mergeMap((body: unknown) =>
        from(
          this.keys
            .complete(actorKey, key, reply.statusCode, body === undefined ? null : this.secrets.seal(JSON.stringify(body), PURPOSE))
            .then(() => body),
        ),
      ),
      catchError(async (thrown: unknown) => {
        // A server error may have happened after the change was committed: only a clear refusal frees the key.
        if (ERRORS[toDomainError(thrown).code] < 500) await this.keys.release(actorKey, key);
        throw thrown;
      }),
    );
  }

  private async replay(actorKey: string, key: string, hash: Buffer, reply: FastifyReply): Promise<unknown> {
    const stored = await this.keys.find(actorKey, key);
    if (!stored || stored.status === null) throw new DomainError('IDEMPOTENCY_IN_PROGRESS', { retryAfterSeconds: 1 });
    if (!timingSafeEqual(stored.requestHash, hash)) throw new DomainError('IDEMPOTENCY_KEY_REUSED');
    void reply.code(stored.status).header('idempotent-replayed', 'true');
    return stored.bodyEncrypted === null ? undefined : (JSON.parse(this.secrets.open(stored.bodyEncrypted, PURPOSE)) as unknown);
  }
}
