import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { ConfigurationError } from '@jala/infra/config';
import { AppLogger } from '@jala/infra/logging';
import { WorkerModule } from './worker.module';
import { WorkerServer } from './worker-server';

async function main(): Promise<void> {
  const app = await NestFactory.createApplicationContext(WorkerModule, { bufferLogs: true, abortOnError: false });
  app.useLogger(app.get(AppLogger));
  app.enableShutdownHooks(['SIGINT', 'SIGTERM', 'SIGHUP']);
  await app.get(WorkerServer).listen();
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof ConfigurationError ? error.message : String((error as Error).stack ?? error)}\n`);
  // Connections that are open already would keep the process alive without a purpose.
  process.exit(1);
});
