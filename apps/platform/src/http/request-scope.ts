import { DomainError } from '@jala/contracts';
import { AppConfig } from '@jala/infra/config';
import { TenantDirectory, TenantScope, type DirectoryEntry } from '@jala/infra/tenancy';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isIP } from 'node:net';

/** Paths that concern this process and not a host. */
const HOSTLESS = new Set(['/api/health', '/metrics']);

/** What `/api/context` still answers on the host of a tenant that cannot be used, so that the web can say why. */
const ALWAYS_ANSWERED = new Set(['/api/context']);

declare module 'fastify' {
  interface FastifyRequest {
    /** The tenant whose host (or X-Tenant) the request came to; null on the platform's own host. */
    tenant: DirectoryEntry | null;
  }
}

/**
 * Decides which tenant a request is for and runs the rest of it inside that tenant's scope: the HTTP opener of
 * the four there are. It works on Fastify's hooks, before any guard, so that authentication already reads the
 * right database. The scope lasts until the response is closed.
 */
export function openTenantScopes(fastify: FastifyInstance, directory: TenantDirectory, config: AppConfig): void {
  fastify.decorateRequest('tenant', null);
  fastify.addHook('onRequest', async (request) => {
    if (isForHost(request)) request.tenant = await tenantOf(request, directory, config);
  });
  // Not in onRequest: reading the body continues in the socket's own asynchronous context, which has no scope.
  fastify.addHook('preValidation', (request, reply, done) => {
    if (!request.tenant) return done();
    void TenantScope.run(request.tenant, () => untilClosed(reply, done));
  });
}

/** The route that answers, where there is one: the router decodes before it matches, so `/%61pi/…` is `/api/…` as well. */
function pathOf({ routeOptions, url }: FastifyRequest): string {
  const route = routeOptions.url;
  return route?.startsWith('/api/') ? route : (url.split('?', 1)[0] ?? '');
}

const isForHost = (request: FastifyRequest): boolean => {
  const path = pathOf(request);
  return path.startsWith('/api/') && !HOSTLESS.has(path);
};

function untilClosed(reply: FastifyReply, proceed: () => void): Promise<void> {
  return new Promise((resolve) => {
    reply.raw.once('close', resolve);
    proceed();
  });
}

async function tenantOf(request: FastifyRequest, directory: TenantDirectory, config: AppConfig): Promise<DirectoryEntry | null> {
  const entry = await lookUp(request, directory, config);
  if (entry && !ALWAYS_ANSWERED.has(pathOf(request))) assertServed(entry);
  return entry;
}

async function lookUp(request: FastifyRequest, directory: TenantDirectory, config: AppConfig): Promise<DirectoryEntry | null> {
  const named = request.headers['x-tenant'];
  if (typeof named === 'string') {
    const entry = await directory.bySlug(named);
    if (!entry || entry.status === 'archived' || entry.status === 'deleting') throw new DomainError('NOT_FOUND');
    return entry;
  }
  const entry = await tenantNamedBy(request, directory, config);
  if (entry === null) return null;
  if (!entry || entry.status === 'archived' || entry.status === 'deleting') throw new DomainError('HOST_UNKNOWN');
  return entry;
}

/** The tenant whose host it is; null on the platform's own, undefined on one that is nobody's. */
export async function tenantNamedBy(
  { hostname }: FastifyRequest,
  directory: TenantDirectory,
  config: AppConfig,
): Promise<DirectoryEntry | null | undefined> {
  const host = hostname.replace(/\.$/, '').toLowerCase();
  if (host === config.publicAddress.rootDomain || isIP(host.replace(/^\[|\]$/g, '')) !== 0) return null;
  return directory.byHost(host);
}

function assertServed(entry: DirectoryEntry): void {
  if (entry.status === 'suspended') throw new DomainError('TENANT_SUSPENDED');
  if (entry.status !== 'ready') throw new DomainError('TENANT_NOT_READY', { retryAfterSeconds: 5 });
}
