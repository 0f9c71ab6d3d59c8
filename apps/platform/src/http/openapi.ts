import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';

export function openApiDocument(app: NestFastifyApplication, version: string): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Jala')
    .setDescription(
      'Log in with POST /api/login, then send the token as a bearer. On a tenant host, or with the header X-Tenant: <slug>, you act in that tenant. ' +
        'Errors are application/problem+json with a stable code. Repeat a POST safely with an Idempotency-Key.',
    )
    .setVersion(version)
    .addBearerAuth()
    .addSecurityRequirements('bearer')
    .build();
  return SwaggerModule.createDocument(app, config, {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}_${method}`,
  });
}

/** The document at /api/docs-json, a reader for it at /api/docs. */
export function serveApiDocs(app: NestFastifyApplication, version: string): void {
  SwaggerModule.setup('api/docs', app, () => openApiDocument(app, version), { jsonDocumentUrl: 'api/docs-json' });
}
