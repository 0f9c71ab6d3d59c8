import { Customer } from './customer.entity';

export { PASSWORD_MAX, PASSWORD_MIN, USERNAME_MAX } from './credentials.rules';
export { type CustomerDevice, type CustomerDevices, CustomerDevicesService } from './customer-devices.service';
export { CustomersModule } from './customers.module';
export type { FixedTerms } from './fixed-terms.rules';
export type { CustomerCounts, CustomerFilter, CustomerRef } from './customers.repository';
export { type CustomerChange, CustomersService, type CustomerView, type CustomerWithPassword, type NewCustomer } from './customers.service';

export const customersEntities = [Customer];
