import { applyDecorators, Post as NestPost, Sse as NestSse, UseInterceptors } from '@nestjs/common';
import { IdempotencyInterceptor } from './idempotency.interceptor';
import { OpenStreamsInterceptor } from './open-streams.interceptor';

// Interceptors stand on the routes they are for and not on all: what Nest does around them is a twelfth of a short GET.

/** Nest's, and repeating a request with the same Idempotency-Key answers what the first one answered. */
export const Post = (path?: string): MethodDecorator => applyDecorators(NestPost(path), UseInterceptors(IdempotencyInterceptor));

/** Nest's, and the stream ends when access to it may have. */
export const Sse = (path: string): MethodDecorator => applyDecorators(NestSse(path), UseInterceptors(OpenStreamsInterceptor));
