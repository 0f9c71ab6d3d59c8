import type { FastifyInstance } from 'fastify';
import fastify from 'fastify';
import helmet, { type FastifyHelmetOptions } from '@fastify/helmet';

/**
 * The web app loads nothing from elsewhere and is framed by nobody. Styles may be inline because positioned
 * menus and charts set them; scripts may not.
 */
export async function setSecurityHeaders(app: FastifyInstance, https: boolean): Promise<void> {
  const headers = await headersBy({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        objectSrc: ["'none'"],
        frameAncestors: ["'none'"],
        baseUri: ["'self'"],
        formAction: ["'self'"],
      },
    },
    strictTransportSecurity: https ? { maxAge: 31_536_000 } : false,
    referrerPolicy: { policy: 'same-origin' },
  });
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(headers);
    done();
  });
  app.addHook('onSend', (request, reply, _payload, done) => {
    if (request.url.startsWith('/api/') && !reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
    done();
  });
}

/** Helmet works out anew for every answer what never differs, so it is asked once, by an application of its own. */
async function headersBy(options: FastifyHelmetOptions): Promise<Record<string, string>> {
  const asking = fastify();
  await asking.register(helmet, options);
  asking.get('/', (_request, reply) => reply.raw.getHeaders());
  const answer = await asking.inject('/');
  await asking.close();
  return answer.json<Record<string, string>>();
}
