import { Module } from '@nestjs/common';
import { RadiusModule } from '@jala/radius';
import { TenantActivityModule } from '@jala/tenant/activity';
import { ServicePlansModule } from '@jala/tenant/service-plans';
import { CustomersRepository } from './customers.repository';
import { CustomersService } from './customers.service';

@Module({
  imports: [RadiusModule, TenantActivityModule, ServicePlansModule],
  providers: [CustomersRepository, CustomersService],
  exports: [CustomersService],
})
export class CustomersModule {}
