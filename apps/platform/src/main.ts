import 'reflect-metadata';
import { AppConfig, ConfigurationError } from '@jala/infra/config';
import { createApp } from './create-app';

async function main(): Promise<void> {
  const app = await createApp();
  const { host, port } = app.get(AppConfig).http;
  await app.listen(port, host);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof ConfigurationError ? error.message : String((error as Error).stack ?? error)}\n`);
  // Connections that are open already would keep the process alive without a purpose.
  process.exit(1);
});
