import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import cookie from '@fastify/cookie';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { VERSION } from '@jala/contracts';
import { AppConfig } from '@jala/infra/config';
import { AppLogger, LogContext } from '@jala/infra/logging';
import { TenantDirectory } from '@jala/infra/tenancy';
import { AppModule } from './app.module';
import { Metrics } from './http/metrics';
import { serveApiDocs } from './http/openapi';
import { openTenantScopes } from './http/request-scope';
import { setSecurityHeaders } from './http/security-headers';
import { serveWebApp } from './http/web-app';

const ONE_MEBIBYTE = 1_048_576;

/** Builds the whole HTTP program without listening: the same one in production, in tests and in the API client's generator. */
export async function createApp(options: { webRoot?: string } = {}): Promise<NestFastifyApplication> {
  const { trustedProxies } = new AppConfig(process.env).http;
  const adapter = new FastifyAdapter({
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    bodyLimit: ONE_MEBIBYTE,
    genReqId: () => randomUUID(),
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 128 },
  });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule, adapter, { bufferLogs: true, abortOnError: false });
  const config = app.get(AppConfig);
  app.useLogger(app.get(AppLogger));
  app.setGlobalPrefix('api', { exclude: ['metrics'] });
  app.enableShutdownHooks(['SIGINT', 'SIGTERM', 'SIGHUP']);

  const fastify = adapter.getInstance();
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    LogContext.run({ request_id: request.id }, done);
  });
  await setSecurityHeaders(fastify, config.publicAddress.scheme === 'https');
  await app.register(cookie);
  app.get(Metrics).observe(fastify);
  openTenantScopes(fastify, app.get(TenantDirectory), config);
  serveApiDocs(app, VERSION);
  await serveWebApp(fastify, options.webRoot ?? join(__dirname, '../../../web'));
  return app;
}
