import { Counter, Gauge, type Registry } from 'prom-client';
import type { HostPoolMetrics, TenantPools } from './tenant-pools';

const GAUGES = {
  open: 'Connections to the database host',
  inUse: 'Connections somebody works with',
  waiting: 'Requests and jobs that wait for a connection',
  max: 'Connections there may be to the database host',
} as const satisfies Partial<Record<keyof HostPoolMetrics, string>>;

const COUNTERS = {
  opened: 'Connections opened',
  switched: 'Connections that changed from one tenant to another',
  reused: 'Connections that were on the tenant already',
  resets: 'Connections cleaned because their session was not',
  timeouts: 'Requests and jobs that waited too long',
  failures: 'Connections that could not be had',
  leaks: 'Connections taken back from code that forgot them',
} as const satisfies Partial<Record<keyof HostPoolMetrics, string>>;

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Publishes the pools' numbers, one series per database host and never one per tenant. */
export function measurePools(pools: TenantPools, registry: Registry): void {
  const keys = <T extends object>(of: T) => Object.keys(of) as (keyof T)[];
  for (const name of keys(GAUGES)) {
    const gauge: Gauge = new Gauge({
      name: `jala_tenant_db_connections_${snake(name)}`,
      help: GAUGES[name],
      labelNames: ['host'],
      registers: [registry],
      collect: () => pools.metrics().forEach((metrics) => gauge.set({ host: metrics.host }, metrics[name])),
    });
  }
  for (const name of keys(COUNTERS)) {
    const counter: Counter = new Counter({
      name: `jala_tenant_db_${snake(name)}_total`,
      help: COUNTERS[name],
      labelNames: ['host'],
      registers: [registry],
      collect: () => {
        counter.reset();
        pools.metrics().forEach((metrics) => counter.inc({ host: metrics.host }, metrics[name]));
      },
    });
  }
}
