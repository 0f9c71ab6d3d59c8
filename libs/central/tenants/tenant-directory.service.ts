import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { AppConfig } from '@jala/infra/config';
import { ProgressBus } from '@jala/infra/queue';
import { type DirectoryEntry, type DirectoryPage, TenantDirectory } from '@jala/infra/tenancy';
import type { Tenant } from './tenant.entity';
import { isSlug, MAX_HOST_LENGTH, slugOfHost } from './tenant.rules';
import { tenantNotFound } from './tenants.errors';
import { TenantsRepository } from './tenants.repository';

/** Every request asks, so the answers are kept for a moment. The bus tells of changes at once; the time is for when it is away. */
const KEEP_MS = 10_000;
/** A host or slug that does not exist is forgotten sooner: somebody may be waiting for it to appear. */
const KEEP_MISSING_MS = 1_000;
/** Anybody can send any host name; the oldest answers make room. */
const MAX_KEPT = 20_000;

const CHANNEL = 'tenant-directory';

interface Kept {
  readonly entry: DirectoryEntry | undefined;
  readonly until: number;
}

@Injectable()
export class CachedTenantDirectory extends TenantDirectory implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly kept = new Map<string, Kept>();
  /** Counts the changes we were told of. */
  private generation = 0;
  private stopListening?: () => void;

  constructor(
    private readonly tenants: TenantsRepository,
    private readonly bus: ProgressBus,
    private readonly config: AppConfig,
  ) {
    super();
  }

  onApplicationBootstrap(): void {
    // Not awaited: while Redis is away the program starts all the same and listens as soon as it can.
    // A program that ends before it could (a short command) has missed nothing.
    this.bus
      .subscribe(CHANNEL, () => this.clear())
      .then(
        (stop) => (this.stopListening = stop),
        () => undefined,
      );
  }

  onApplicationShutdown(): void {
    this.stopListening?.();
  }

  /** To be called after the commit of whatever changed a tenant or its domains. */
  async forget(): Promise<void> {
    this.clear();
    await this.bus.publish(CHANNEL, {});
  }

  async byId(id: number): Promise<DirectoryEntry> {
    const key = `id:${id}`;
    const entry = await this.remember(key, () => this.tenants.find(id));
    if (!entry) {
      // Never kept: on this answer the jobs of a tenant are dropped.
      this.kept.delete(key);
      throw tenantNotFound(id);
    }
    return entry;
  }

  async bySlug(slug: string): Promise<DirectoryEntry | undefined> {
    // Anybody can send any name; what no tenant can be called is neither looked up nor kept.
    if (!isSlug(slug)) return undefined;
    return this.remember(`slug:${slug}`, () => this.tenants.findBySlug(slug));
  }

  async byHost(host: string): Promise<DirectoryEntry | undefined> {
    const slug = slugOfHost(host, this.config.publicAddress.rootDomain);
    if (slug !== undefined) return this.bySlug(slug);
    if (host.length > MAX_HOST_LENGTH) return undefined;
    return this.remember(`host:${host}`, () => this.tenants.findByDomain(host));
  }

  async byDatabase(database: string): Promise<DirectoryEntry | undefined> {
    return this.remember(`database:${database}`, () => this.tenants.findByDatabase(database));
  }

  async page({ afterId, limit, statuses }: DirectoryPage): Promise<readonly DirectoryEntry[]> {
    return (await this.tenants.pageAfter(afterId, limit, statuses)).map(toEntry);
  }

  private clear(): void {
    this.generation++;
    this.kept.clear();
  }

  private async remember(key: string, load: () => Promise<Tenant | null>): Promise<DirectoryEntry | undefined> {
    const now = Date.now();
    const known = this.kept.get(key);
    if (known && known.until > now) return known.entry;
    const { generation } = this;
    const tenant = await load();
    const entry = tenant ? toEntry(tenant) : undefined;
    // Something changed while it was being read: it is good for this answer and not to be kept.
    if (generation !== this.generation) return entry;
    this.kept.delete(key);
    this.kept.set(key, { entry, until: now + (entry ? KEEP_MS : KEEP_MISSING_MS) });
    if (this.kept.size > MAX_KEPT) {
      const [oldest] = this.kept.keys();
      this.kept.delete(oldest!);
    }
    return entry;
  }
}

export function toEntry(tenant: Tenant): DirectoryEntry {
  const { id, slug, name, status, dbName, dbHost, timezone, currency, locale } = tenant;
  return { id, slug, db: dbName, host: dbHost, timezone, currency, locale, name, status };
}
