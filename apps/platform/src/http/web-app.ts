import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import { DomainError } from '@jala/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ProblemFilter } from './problem.filter';

const ONE_YEAR_SECONDS = 31_536_000;

/**
 * Serves the built web app. Files under assets/ carry a hash in their name and never change; every path that is
 * neither a file nor the API is a page of the app, which does its own routing. Files are looked up when asked for: a new
 * build replaces the folder of a running platform.
 */
export async function serveWebApp(fastify: FastifyInstance, root: string): Promise<void> {
  const index = join(root, 'index.html');
  await fastify.register(fastifyStatic, {
    root,
    serve: false,
    // The build leaves a .br and a .gz beside each file.
    preCompressed: true,
    setHeaders: (reply, path) => {
      const immutable = path.startsWith(join(root, 'assets'));
      void reply.header('cache-control', immutable ? `public, max-age=${ONE_YEAR_SECONDS}, immutable` : 'no-cache');
    },
  });
  const problems = new ProblemFilter();
  const page = (request: FastifyRequest, reply: FastifyReply): void => {
    const path = request.url.split('?', 1)[0] ?? '';
    const isFile = /\.[a-z0-9]+$/i.test(path);
    if (isFile && isInside(root, path)) void reply.sendFile(path.slice(1));
    else if (!isFile && !path.startsWith('/api/') && existsSync(index))
      void reply.header('cache-control', 'no-cache').sendFile('index.html');
    else problems.answer(new DomainError('NOT_FOUND'), request, reply);
  };
  fastify.get('/', page);
  fastify.get('/*', page);
}

/** Whether the path names a file of the folder. Names are as built, so nothing that needs decoding is one; neither is the build's own record. */
function isInside(root: string, path: string): boolean {
  return /^(\/[\w-][\w.-]*)+$/.test(path) && existsSync(join(root, path));
}
