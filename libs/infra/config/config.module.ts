import { Global, Module } from '@nestjs/common';
import { AppConfig } from './app-config';

/** The only place that reads `process.env`. */
@Global()
@Module({
  providers: [{ provide: AppConfig, useFactory: () => new AppConfig(process.env) }],
  exports: [AppConfig],
})
export class ConfigModule {}
