import { Module } from '@nestjs/common';
import { AuthzModule } from '@jala/infra/authz';
import { ProgramModule } from '@jala/program';
import { AdminHttpModule } from './admin/admin-http.module';
import { AuthHttpModule } from './auth/auth-http.module';
import { HttpModule } from './http/http.module';
import { TenantHttpModule } from './tenant/tenant-http.module';

@Module({ imports: [ProgramModule, AuthzModule, HttpModule, AuthHttpModule, AdminHttpModule, TenantHttpModule] })
export class AppModule {}
