import type { LoginOrigin } from '@jala/infra/identity';
import type { FastifyRequest } from 'fastify';

export const originOf = (request: FastifyRequest): LoginOrigin => ({
  ip: request.ip,
  userAgent: request.headers['user-agent'] ?? null,
  requestId: request.id,
});
