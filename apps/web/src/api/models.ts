import type { CustomerStatus, Locale, Permission, PlatformRole, ServiceType, TenantRole, TenantStatus, ValidityUnit } from '@jala/contracts';

/** What the API answers with. */
export interface Context {
  audience: 'platform' | 'tenant';
  version: string;
  /** True where mails land in the local outbox page. */
  local_mail: boolean;
  tenant?: { slug: string; name: string; locale: Locale; timezone: string; currency: string; status: TenantStatus };
}

export interface User {
  id: number;
  name: string;
  email: string;
  role: PlatformRole | TenantRole;
  permissions: Permission[];
  locale: Locale;
  two_factor_enabled: boolean;
}

export interface Login {
  token: string;
  expires_in: number;
  user: User;
}

export interface LoginSession {
  id: string;
  created_at: string;
  last_used_at: string;
  ip: string | null;
  user_agent: string | null;
  current: boolean;
}

export interface TwoFactorSetup {
  secret: string;
  otpauth_uri: string;
  qr_svg: string;
}

export interface Mail {
  id: number;
  to: string;
  subject: string;
  text: string;
  html: string | null;
  created_at: string;
}

export interface PageMeta {
  page: number;
  per_page: number;
  total: number;
}
export interface PageOf<T> {
  data: T[];
  meta: PageMeta;
}

export interface ActivityEntry {
  id: number;
  at: string;
  actor_name: string;
  actor_role: string;
  action: string;
  subject_type: string;
  subject_id: number | null;
  subject_label: string;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  ip: string | null;
  request_id: string | null;
}

export interface Overview {
  tenants: { total: number; ready: number; provisioning: number; failed: number; suspended: number; archived: number };
  routers: number;
  /** Known to Jala and not yet to FreeRADIUS. */
  routers_unpublished: number;
  outbox: { open: number; failed: number };
  recent_activity: ActivityEntry[];
}

export interface Tenant {
  id: number;
  slug: string;
  name: string;
  status: TenantStatus;
  url: string;
  owner_name: string;
  owner_email: string;
  timezone: string;
  currency: string;
  locale: Locale;
  plan: { id: number; name: string; billing_period: BillingPeriod } | null;
  domains: TenantDomain[];
  schema_version: number | null;
  failed_step: string | null;
  failed_reason: string | null;
  suspended_reason: string | null;
  has_export: boolean;
  created_at: string;
  ready_at: string | null;
  suspended_at: string | null;
  archived_at: string | null;
}

export type BillingPeriod = 'monthly' | 'yearly';

export interface TenantDomain {
  id: number;
  host: string;
  created_at: string;
}

export interface NewTenant {
  name: string;
  slug: string;
  owner_name: string;
  owner_email: string;
  plan_id?: number;
  billing_period?: BillingPeriod;
  timezone?: string;
  currency?: string;
  locale?: Locale;
  owner_password?: string;
}

export type StepStatus = 'pending' | 'running' | 'done' | 'failed';
export interface ProvisioningStep {
  name: string;
  status: StepStatus;
  started_at: string | null;
  finished_at: string | null;
  error?: string | null;
}
export interface Provisioning {
  status: TenantStatus;
  steps: ProvisioningStep[];
}

export interface Plan {
  id: number;
  name: string;
  price_monthly_minor: number;
  price_yearly_minor: number;
  currency: string;
  max_routers: number | null;
  max_users: number | null;
  max_vouchers: number | null;
  features: string[];
  active: boolean;
  /** How many tenants have it now. */
  tenants: number;
  created_at: string;
}
export type PlanInput = Omit<Plan, 'id' | 'created_at' | 'tenants'>;

/** A member of staff, of the platform or of a tenant. */
export interface StaffMember {
  id: number;
  name: string;
  email: string;
  role: PlatformRole | TenantRole;
  active: boolean;
  locale: Locale;
  /** True until the person has chosen a password. */
  invited: boolean;
  two_factor_enabled: boolean;
  locked_until: string | null;
  last_login_at: string | null;
  created_at: string;
}
export interface StaffInput {
  name: string;
  email: string;
  role: string;
  active?: boolean;
  password?: string;
}

export interface RegistryRouter {
  id: number;
  tenant: { id: number; name: string; slug: string };
  name: string;
  address: string;
  /** False while its tenant is out of service. */
  enabled: boolean;
  published_at: string | null;
  publish_error: string | null;
  created_at: string;
}

export interface Dashboard {
  customers: { total: number; active: number; suspended: number; expired: number };
  sessions_online: number;
  routers: { total: number; online?: number | null };
  traffic_today_bytes: number;
  new_customers_7d: number;
  recent_sessions: Session[];
}

export interface Router {
  id: number;
  name: string;
  address: string;
  location: string | null;
  coa_port: number | null;
  require_message_authenticator: boolean;
  secret?: string;
  published_at: string | null;
  publish_error: string | null;
  last_seen_at: string | null;
  sessions_online: number;
  created_at: string;
}
export interface RouterInput {
  name: string;
  address: string;
  secret?: string;
  location?: string | null;
  coa_port?: number;
  require_message_authenticator?: boolean;
}

/** Where routers send their requests. */
export interface RadiusServer {
  address: string;
  auth_port: number;
  acct_port: number;
}

export interface ServicePlan {
  id: number;
  name: string;
  download_bps: number;
  upload_bps: number;
  price_minor: number;
  currency: string;
  validity_value: number | null;
  validity_unit: ValidityUnit | null;
  quota_bytes: number | null;
  shared_users: number;
  description?: string | null;
  active: boolean;
  customers?: number;
  created_at: string;
}
export type ServicePlanInput = Omit<ServicePlan, 'id' | 'created_at' | 'customers' | 'currency'>;

export interface PlanOption {
  id: number;
  name: string;
  price_minor: number;
  currency: string;
  download_bps: number;
  upload_bps: number;
}

export interface Customer {
  id: number;
  username: string;
  name: string;
  phone: string | null;
  email: string | null;
  address: string | null;
  service_type: ServiceType;
  service_plan: { id: number; name: string };
  status: CustomerStatus;
  /** Why it was suspended, while it is. */
  suspended_reason?: string | null;
  expires_at: string | null;
  online: boolean;
  last_login_at: string | null;
  notes: string | null;
  created_at: string;
  /** Only in the answer to its creation. */
  password?: string;
}
export interface CustomerInput {
  username?: string;
  password?: string;
  name: string;
  service_plan_id: number;
  service_type: ServiceType;
  phone?: string | null;
  email?: string | null;
  address?: string | null;
  notes?: string | null;
}

export interface Session {
  id: number;
  username: string;
  customer: { id: number; name: string } | null;
  router: { id: number; name: string } | null;
  nas_ip: string;
  started_at: string;
  updated_at: string | null;
  ended_at: string | null;
  session_seconds: number;
  /** Upload, as seen from the router. */
  input_bytes: number;
  /** Download. */
  output_bytes: number;
  framed_ip: string | null;
  mac: string | null;
  service_type: string | null;
  terminate_cause: string | null;
}

export interface LoginAttempt {
  id: number;
  at: string;
  accepted: boolean;
  reason?: string | null;
  mac?: string | null;
  nas_ip?: string | null;
  router?: { id: number; name: string } | null;
}

export interface RoleMatrix {
  roles: { role: string; permissions: Permission[]; editable: boolean }[];
  permissions: Permission[];
}

export interface TenantSettings {
  name: string;
  timezone: string;
  currency: string;
  locale: Locale;
  phone: string | null;
  address: string | null;
}
