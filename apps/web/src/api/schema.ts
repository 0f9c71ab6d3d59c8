import type * as m from './models';

/** The paths of the API in the shape that openapi-typescript writes. */
interface Json<T> {
  content: { 'application/json': T };
}
type Answer<R> = R extends void ? { content?: never } : Json<R>;
type Path<P> = [P] extends [never] ? { path?: never } : { path: P };
interface Bodyless<R, P, Query> {
  parameters: Path<P> & { query?: Query; header?: never; cookie?: never };
  requestBody?: undefined;
  responses: { 200: Answer<R> };
}
type Get<R, P = never, Query = Record<string, string | number | boolean | undefined>> = Bodyless<R, P, Query>;
type Act<R = void, P = never> = Bodyless<R, P, never>;
interface Send<R, B, P = never> {
  parameters: Path<P> & { query?: never; header?: Record<string, string>; cookie?: never };
  requestBody: Json<B>;
  responses: { 200: Answer<R> };
}

interface Id {
  id: number;
}
type Methods<T> = { parameters: { query?: never; header?: never; path?: never; cookie?: never } } & T;

export interface paths {
  '/api/context': Methods<{ get: Get<m.Context> }>;
  '/api/login': Methods<{ post: Send<m.Login, { email: string; password: string; code?: string }> }>;
  '/api/logout': Methods<{ post: Act }>;
  '/api/logout/everywhere': Methods<{ post: Act }>;
  '/api/me': Methods<{ get: Get<m.User>; patch: Send<m.User, { name?: string; locale?: string }> }>;
  '/api/me/password': Methods<{ post: Send<void, { current_password: string; new_password: string }> }>;
  '/api/me/sessions': Methods<{ get: Get<{ data: m.LoginSession[] }> }>;
  '/api/me/sessions/{id}': Methods<{ delete: Act<void, { id: string }> }>;
  '/api/me/two-factor': Methods<{ post: Send<m.TwoFactorSetup, { password: string }> }>;
  '/api/me/two-factor/confirm': Methods<{ post: Send<{ recovery_codes: string[] }, { code: string }> }>;
  '/api/me/two-factor/disable': Methods<{ post: Send<void, { password: string }> }>;
  '/api/password/forgot': Methods<{ post: Send<void, { email: string }> }>;
  '/api/password/reset': Methods<{ post: Send<void, { token: string; password: string }> }>;
  '/api/dev/mails': Methods<{ get: Get<{ data: m.Mail[] }> }>;

  '/api/platform/overview': Methods<{ get: Get<m.Overview> }>;
  '/api/platform/tenants': Methods<{ get: Get<m.PageOf<m.Tenant>>; post: Send<m.Tenant, m.NewTenant> }>;
  '/api/platform/tenants/{id}': Methods<{
    get: Get<m.Tenant, Id>;
    patch: Send<m.Tenant, Partial<m.NewTenant>, Id>;
    delete: Send<void, { confirm_slug: string }, Id>;
  }>;
  '/api/platform/tenants/{id}/provisioning': Methods<{ get: Get<m.Provisioning, Id> }>;
  '/api/platform/tenants/{id}/retry': Methods<{ post: Act<m.Tenant, Id> }>;
  '/api/platform/tenants/{id}/suspend': Methods<{ post: Send<m.Tenant, { reason: string }, Id> }>;
  '/api/platform/tenants/{id}/resume': Methods<{ post: Act<m.Tenant, Id> }>;
  '/api/platform/tenants/{id}/archive': Methods<{ post: Act<m.Tenant, Id> }>;
  '/api/platform/tenants/{id}/domains': Methods<{ get: Get<{ data: m.TenantDomain[] }, Id>; post: Send<m.TenantDomain, { host: string }, Id> }>;
  '/api/platform/tenants/{id}/domains/{domainId}': Methods<{ delete: Act<void, { id: number; domainId: number }> }>;
  '/api/platform/tenants/{id}/subscription': Methods<{ put: Send<m.Tenant, { plan_id: number; billing_period: m.BillingPeriod }, Id> }>;
  '/api/platform/plans': Methods<{ get: Get<m.PageOf<m.Plan>>; post: Send<m.Plan, m.PlanInput> }>;
  '/api/platform/plans/{id}': Methods<{ get: Get<m.Plan, Id>; patch: Send<m.Plan, Partial<m.PlanInput>, Id>; delete: Act<void, Id> }>;
  '/api/platform/users': Methods<{ get: Get<m.PageOf<m.StaffMember>>; post: Send<m.StaffMember, m.StaffInput> }>;
  '/api/platform/users/{id}': Methods<{
    get: Get<m.StaffMember, Id>;
    patch: Send<m.StaffMember, Partial<m.StaffInput>, Id>;
    delete: Act<void, Id>;
  }>;
  '/api/platform/users/{id}/reset-two-factor': Methods<{ post: Act<m.StaffMember, Id> }>;
  '/api/platform/users/{id}/unlock': Methods<{ post: Act<m.StaffMember, Id> }>;
  '/api/platform/users/{id}/send-link': Methods<{ post: Act<m.StaffMember, Id> }>;
  '/api/platform/activity': Methods<{ get: Get<m.PageOf<m.ActivityEntry>> }>;
  '/api/platform/routers': Methods<{ get: Get<m.PageOf<m.RegistryRouter>> }>;
  '/api/platform/roles': Methods<{ get: Get<m.RoleMatrix> }>;

  '/api/tenant/dashboard': Methods<{ get: Get<m.Dashboard> }>;
  '/api/tenant/routers': Methods<{ get: Get<m.PageOf<m.Router>>; post: Send<m.Router, m.RouterInput> }>;
  '/api/tenant/routers/{id}': Methods<{ get: Get<m.Router, Id>; patch: Send<m.Router, Partial<m.RouterInput>, Id>; delete: Act<void, Id> }>;
  '/api/tenant/routers/radius-server': Methods<{ get: Get<m.RadiusServer> }>;
  '/api/tenant/routers/{id}/reveal-secret': Methods<{ post: Act<{ secret: string }, Id> }>;
  '/api/tenant/service-plans': Methods<{ get: Get<m.PageOf<m.ServicePlan>>; post: Send<m.ServicePlan, m.ServicePlanInput> }>;
  '/api/tenant/service-plans/{id}': Methods<{
    get: Get<m.ServicePlan, Id>;
    patch: Send<m.ServicePlan, Partial<m.ServicePlanInput>, Id>;
    delete: Act<void, Id>;
  }>;
  '/api/tenant/customers': Methods<{ get: Get<m.PageOf<m.Customer>>; post: Send<m.Customer, m.CustomerInput> }>;
  '/api/tenant/customers/plan-options': Methods<{ get: Get<m.PlanOption[]> }>;
  '/api/tenant/customers/{id}': Methods<{ get: Get<m.Customer, Id>; patch: Send<m.Customer, Partial<m.CustomerInput>, Id>; delete: Act<void, Id> }>;
  '/api/tenant/customers/{id}/suspend': Methods<{ post: Send<m.Customer, { reason?: string }, Id> }>;
  '/api/tenant/customers/{id}/resume': Methods<{ post: Act<m.Customer, Id> }>;
  '/api/tenant/customers/{id}/renew': Methods<{ post: Act<m.Customer, Id> }>;
  '/api/tenant/customers/{id}/password': Methods<{ post: Send<{ password: string }, { password?: string }, Id> }>;
  '/api/tenant/customers/{id}/sessions': Methods<{ get: Get<m.PageOf<m.Session>, Id> }>;
  '/api/tenant/customers/{id}/logins': Methods<{ get: Get<m.PageOf<m.LoginAttempt>, Id> }>;
  '/api/tenant/sessions': Methods<{ get: Get<m.PageOf<m.Session>> }>;
  '/api/tenant/staff': Methods<{ get: Get<m.PageOf<m.StaffMember>>; post: Send<m.StaffMember, m.StaffInput> }>;
  '/api/tenant/staff/{id}': Methods<{
    get: Get<m.StaffMember, Id>;
    patch: Send<m.StaffMember, Partial<m.StaffInput>, Id>;
    delete: Act<void, Id>;
  }>;
  '/api/tenant/staff/{id}/reset-two-factor': Methods<{ post: Act<m.StaffMember, Id> }>;
  '/api/tenant/staff/{id}/unlock': Methods<{ post: Act<m.StaffMember, Id> }>;
  '/api/tenant/staff/{id}/send-link': Methods<{ post: Act<m.StaffMember, Id> }>;
  '/api/tenant/roles': Methods<{ get: Get<m.RoleMatrix> }>;
  '/api/tenant/roles/{role}': Methods<{ put: Send<m.RoleMatrix, { permissions: string[] }, { role: string }> }>;
  '/api/tenant/settings': Methods<{ get: Get<m.TenantSettings>; patch: Send<m.TenantSettings, Partial<m.TenantSettings>> }>;
  '/api/tenant/activity': Methods<{ get: Get<m.PageOf<m.ActivityEntry>> }>;
}
