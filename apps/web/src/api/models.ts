import type { components } from './schema';

/** Names of the web for what the API answers with and takes. The shapes are the API's own, generated into schema.ts. */
type Schemas = components['schemas'];

export type Context = Schemas['ContextDto'];
export type User = Schemas['UserDto'];
export type Login = Schemas['LoginAnswerDto'];
export type LoginSession = Schemas['LoginSessionDto'];
export type TwoFactorSetup = Schemas['TwoFactorSetupDto'];
export type Mail = Schemas['DevMailDto'];

export interface PageOf<T> {
  data: T[];
  meta: Schemas['PageMetaDto'];
}

export type ActivityEntry = Schemas['ActivityDto'];
export type Overview = Schemas['OverviewDto'];
export type Tenant = Schemas['TenantDto'];
export type TenantDomain = Schemas['DomainDto'];
export type NewTenant = Schemas['CreateTenantDto'];
export type BillingPeriod = NonNullable<NewTenant['billing_period']>;
export type Provisioning = Schemas['ProvisioningDto'];
export type StepStatus = Schemas['ProvisioningStepDto']['status'];
export type Plan = Schemas['PlanDto'];
/** A member of staff, of the platform or of a tenant. */
export type StaffMember = Schemas['StaffDto'];
export type StaffInput = Schemas['CreateStaffDto'];
export type UnknownSource = Schemas['UnknownSourceDto'];
export type Monitoring = Schemas['MonitoringDto'];
export type PlatformAlert = Schemas['AlertDto'];
export type RegistryRouter = Schemas['RegistryRouterDto'];

export type Dashboard = Schemas['DashboardDto'];
export type Router = Schemas['RouterDto'];
/** Where routers send their requests. */
export type RadiusServer = Schemas['RadiusServerDto'];
export type RouterCertificate = Schemas['RouterCertificateDto'];
/** The one answer that has a certificate's key and password. */
export type IssuedCertificate = Schemas['IssuedRouterCertificateDto'];
export type RouterInput = Schemas['CreateRouterDto'];
export type ServicePlan = Schemas['ServicePlanDto'];
export type ServicePlanInput = Schemas['CreateServicePlanDto'];
export type PlanOption = Schemas['PlanOptionDto'];
export type Customer = Schemas['CustomerDto'];
export type CustomerInput = Schemas['CreateCustomerDto'];
export type CustomerDevice = Schemas['CustomerDeviceDto'];
export type Session = Schemas['SessionDto'];
export type LoginAttempt = Schemas['LoginAttemptDto'];
export type RoleMatrix = Schemas['RoleMatrixDto'];
export type TenantSettings = Schemas['SettingsDto'];
export type Timeline = Schemas['TimelineDto'];
export type TimelineEntry = Schemas['TimelineEntryDto'];
export type Diagnosis = Schemas['DiagnosisDto'];
export type LiveTraffic = Schemas['LiveTrafficDto'];
export type UsageReport = Schemas['UsageReportDto'];
export type UsageTotals = Schemas['UsageDto'];
export type UserUsage = Schemas['UserUsageDto'];
