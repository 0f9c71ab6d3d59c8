import { Global, Module } from '@nestjs/common';
import { AppConfig } from '@jala/infra/config';
import { AppLogger } from './app-logger';

@Global()
@Module({
  providers: [{ provide: AppLogger, inject: [AppConfig], useFactory: (config: AppConfig) => new AppLogger(config) }],
  exports: [AppLogger],
})
export class LoggingModule {}
