export const TENANT_STATUSES = ['pending', 'provisioning', 'ready', 'failed', 'suspended', 'archived', 'deleting'] as const;
export type TenantStatus = (typeof TENANT_STATUSES)[number];

export const CUSTOMER_STATUSES = ['active', 'suspended', 'expired'] as const;
export type CustomerStatus = (typeof CUSTOMER_STATUSES)[number];

export const SERVICE_TYPES = ['pppoe', 'hotspot'] as const;
export type ServiceType = (typeof SERVICE_TYPES)[number];

/** How a router speaks RADIUS: by UDP from an address of its own, or over TLS with a certificate (RFC 6614). */
export const ROUTER_CONNECTIONS = ['udp', 'radsec'] as const;
export type RouterConnection = (typeof ROUTER_CONNECTIONS)[number];

export const VALIDITY_UNITS = ['hours', 'days', 'months'] as const;
export type ValidityUnit = (typeof VALIDITY_UNITS)[number];

export const LOCALES = ['en', 'id'] as const;
export type Locale = (typeof LOCALES)[number];

/** Whom a host, a token or a route serves. */
export const AUDIENCES = ['platform', 'tenant'] as const;
export type Audience = (typeof AUDIENCES)[number];
