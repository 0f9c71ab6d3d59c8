export { centralEntities, tenantEntities } from './entities';
export { ProgramModule } from './program.module';
