import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { ERRORS } from '@jala/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { problemOf, toDomainError } from './problem';

/** Every error leaves as problem+json. The log gets the cause; the caller never does. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('http');

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(thrown, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  answer(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const error = toDomainError(thrown);
    const status = ERRORS[error.code];
    if (status >= 500) {
      const cause = error.cause instanceof Error ? error.cause : error;
      this.logger.error({ requestId: request.id, method: request.method, path: request.routeOptions.url, code: error.code }, cause.stack);
    }
    if (reply.sent) {
      reply.raw.destroy();
      return;
    }
    const retryAfter = error.params['retryAfterSeconds'];
    if (typeof retryAfter === 'number') void reply.header('retry-after', String(Math.ceil(retryAfter)));
    void reply.code(status).type('application/problem+json').send(problemOf(error, request.id));
  }
}
