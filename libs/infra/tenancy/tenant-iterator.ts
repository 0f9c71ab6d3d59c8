import { Injectable, Logger } from '@nestjs/common';
import type { TenantStatus } from '@jala/contracts';
import { TenantDirectory } from './ports';
import { type TenantContext, TenantScope } from './tenant-scope';

export interface IterationOptions {
  /** How many tenants at once; 4 when absent. */
  readonly concurrency?: number;
  /** `ready` when absent. */
  readonly statuses?: readonly TenantStatus[];
  readonly signal?: AbortSignal;
}

export interface IterationFailure {
  readonly tenantId: number;
  readonly slug: string;
  readonly error: unknown;
}

export interface IterationReport {
  readonly name: string;
  readonly succeeded: number;
  readonly failures: readonly IterationFailure[];
  /** True when the signal ended it before every tenant had its turn. */
  readonly aborted: boolean;
}

const PAGE = 200;

/** Runs something for every tenant in its scope. One bad tenant never stops the rest. */
@Injectable()
export class TenantIterator {
  private readonly logger = new Logger(TenantIterator.name);

  constructor(private readonly directory: TenantDirectory) {}

  async run(
    name: string,
    fn: (tenant: TenantContext) => Promise<void>,
    { concurrency = 4, statuses = ['ready'], signal }: IterationOptions = {},
  ): Promise<IterationReport> {
    const tenants = this.each(statuses);
    const failures: IterationFailure[] = [];
    let succeeded = 0;
    const work = async () => {
      while (signal?.aborted !== true) {
        const { value: tenant } = await tenants.next();
        if (!tenant) return;
        try {
          await TenantScope.run(tenant, () => fn(tenant));
          succeeded++;
        } catch (error) {
          failures.push({ tenantId: tenant.id, slug: tenant.slug, error });
          this.logger.error({ run: name, tenant: tenant.slug }, error);
        }
      }
    };
    await Promise.all(Array.from({ length: Math.max(1, concurrency) }, work));
    return { name, succeeded, failures, aborted: signal?.aborted === true };
  }

  /** One of them, for what comes to each tenant at a pace of its own. A failure is the caller's. */
  visit<T>(tenant: TenantContext, fn: () => Promise<T>): Promise<T> {
    return TenantScope.run(tenant, fn);
  }

  /** By key and not by offset: tenants that come or change their status meanwhile must not make others fall out. */
  private async *each(statuses: readonly TenantStatus[]): AsyncGenerator<TenantContext, undefined> {
    for (let afterId = 0; ;) {
      const page = await this.directory.page({ afterId, limit: PAGE, statuses });
      yield* page;
      const last = page.at(-1);
      if (!last || page.length < PAGE) return undefined;
      afterId = last.id;
    }
  }
}
