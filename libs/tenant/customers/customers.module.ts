import { Module } from '@nestjs/common';
import { RadiusModule } from '@jala/radius';
import { TenantActivityModule } from '@jala/tenant/activity';
import { ServicePlansModule } from '@jala/tenant/service-plans';
import { CustomerDevicesService } from './customer-devices.service';
import { CustomersRepository } from './customers.repository';
import { CustomersService } from './customers.service';

@Module({
  imports: [RadiusModule, TenantActivityModule, ServicePlansModule],
  providers: [CustomersRepository, CustomersService, CustomerDevicesService],
  exports: [CustomersService, CustomerDevicesService],
})
export class CustomersModule {}
