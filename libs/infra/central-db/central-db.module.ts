import { type DynamicModule, Module } from '@nestjs/common';
import { AppConfig } from '@jala/infra/config';
import { CentralDatabase, type EntityClass } from './central-database';

@Module({})
export class CentralDbModule {
  /** Once in a program, with the entities of every feature it loads. */
  static forRoot({ entities }: { entities: readonly EntityClass[] }): DynamicModule {
    return {
      module: CentralDbModule,
      global: true,
      providers: [
        {
          provide: CentralDatabase,
          inject: [AppConfig],
          useFactory: (config: AppConfig) => CentralDatabase.connect(config.centralDb, entities),
        },
      ],
      exports: [CentralDatabase],
    };
  }
}
