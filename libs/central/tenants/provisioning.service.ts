import { Injectable, Logger } from '@nestjs/common';
import { type Actor, systemActor } from '@jala/contracts';
import { Clock } from '@jala/kernel';
import { ActivityLog } from '@jala/central/activity';
import { CentralDatabase } from '@jala/infra/central-db';
import { ProgressBus } from '@jala/infra/queue';
import { ProvisioningSteps } from './provisioning-steps';
import { ProvisioningRepository } from './provisioning.repository';
import {
  isSettled,
  PROVISIONING_STEPS,
  type ProvisioningStepName,
  type ProvisioningView,
  reasonInWords,
  StepRefusedError,
} from './provisioning.rules';
import { CachedTenantDirectory } from './tenant-directory.service';
import type { Tenant } from './tenant.entity';
import { tenantStates } from './tenant.states';
import { tenantNotFound } from './tenants.errors';
import { TenantsRepository } from './tenants.repository';

/** How long a second run waits for the first; longer than any provisioning takes, shorter than anybody's patience. */
const TURN_SECONDS = 20;

const channelOf = (tenantId: number): string => `provisioning:${tenantId}`;

/** Somebody else is at work on the tenant. */
export class TenantBusyError extends Error {
  constructor() {
    super('another worker is at work on this tenant');
  }
}

/** Takes a tenant from pending to ready, step by step, remembering each. */
@Injectable()
export class ProvisioningService {
  private readonly logger = new Logger(ProvisioningService.name);

  constructor(
    private readonly db: CentralDatabase,
    private readonly tenants: TenantsRepository,
    private readonly repository: ProvisioningRepository,
    private readonly steps: ProvisioningSteps,
    private readonly directory: CachedTenantDirectory,
    private readonly activity: ActivityLog,
    private readonly bus: ProgressBus,
    private readonly clock: Clock,
  ) {}

  /** @throws DomainError TENANT_NOT_FOUND */
  async progress(_actor: Actor, tenantId: number): Promise<ProvisioningView> {
    const tenant = await this.tenants.find(tenantId);
    if (!tenant) throw tenantNotFound(tenantId);
    return { status: tenant.status, steps: await this.repository.steps(tenantId) };
  }

  /** Calls whenever something may have changed; the answer stops it. What changed is read with `progress`. */
  follow(tenantId: number, changed: () => void): Promise<() => void> {
    return this.bus.subscribe(channelOf(tenantId), changed);
  }

  /**
   * Continues where the tenant stands; one that is settled is left alone. Must be called in the tenant's scope.
   * With `lastAttempt` a failure is final: the tenant becomes `failed` until somebody asks for a retry. Otherwise it is thrown.
   */
  async run(tenantId: number, { lastAttempt }: { lastAttempt: boolean }): Promise<void> {
    const turn = await this.repository.lockTenant(tenantId, TURN_SECONDS);
    if (!turn) throw new TenantBusyError();
    try {
      const tenant = await this.tenants.find(tenantId);
      if (!tenant || isSettled(tenant.status)) return;
      await this.begin(tenant);
      await this.runSteps(tenantId, lastAttempt);
    } finally {
      turn.release();
    }
  }

  /**
   * A job that is given up before it can say so (its worker died every time, or nobody got to the tenant) leaves a tenant that
   * nobody could do anything about: it has failed, too.
   */
  async settleAbandoned(): Promise<void> {
    for (const id of await this.repository.abandoned()) {
      const turn = await this.repository.lockTenant(id, 0);
      // Somebody sets it up all the same: from the command line, or a worker that was taken for dead.
      if (!turn) continue;
      try {
        const tenant = await this.tenants.find(id);
        if (!tenant || isSettled(tenant.status) || !(await this.repository.abandoned()).includes(id)) continue;
        const step = (await this.repository.steps(id)).find(({ status }) => status !== 'done');
        await this.begin(tenant);
        await this.fail(
          id,
          step?.name ?? PROVISIONING_STEPS[0],
          new StepRefusedError('Setting up was given up. The log has the reason.'),
          true,
        );
      } finally {
        turn.release();
      }
    }
  }

  private async begin(tenant: Tenant): Promise<void> {
    if (tenant.status === 'provisioning') return;
    await this.db.transaction(async () => {
      const now = await this.tenants.lock(tenant.id);
      if (!now || now.status === 'provisioning') return;
      tenantStates.assert(now.status, 'provisioning');
      await this.tenants.update(tenant.id, { status: 'provisioning' });
    });
    await this.statusChanged(tenant.id);
  }

  private async runSteps(tenantId: number, lastAttempt: boolean): Promise<void> {
    let before: ProvisioningStepName | undefined;
    for (const step of await this.repository.steps(tenantId)) {
      if (step.status === 'done') continue;
      try {
        await this.runStep(tenantId, step.name, step.attempts === 0, before);
        before = step.name;
      } catch (error) {
        if (before) await this.repository.finish(tenantId, before, this.clock.now());
        await this.fail(tenantId, step.name, error, lastAttempt || error instanceof StepRefusedError);
        return;
      }
    }
    if (before) await this.repository.finish(tenantId, before, this.clock.now());
    await this.statusChanged(tenantId);
    this.logger.log(`tenant ${tenantId} is ready`);
  }

  /** The step before is noted as done when this one begins. */
  private async runStep(
    tenantId: number,
    step: ProvisioningStepName,
    firstTime: boolean,
    before: ProvisioningStepName | undefined,
  ): Promise<void> {
    const tenant = await this.tenants.find(tenantId);
    if (!tenant) throw tenantNotFound(tenantId);
    if (firstTime) await this.steps.assertMayBegin(step, tenant);
    await this.repository.begin(tenantId, step, this.clock.now(), before);
    await this.changed(tenantId);
    await this.steps.run(step, tenant);
  }

  private async fail(tenantId: number, step: ProvisioningStepName, error: unknown, final: boolean): Promise<void> {
    const reason = reasonInWords(error);
    this.logger.error(`provisioning of tenant ${tenantId} stopped at ${step}`, error);
    await this.db.transaction(async () => {
      const tenant = await this.tenants.lock(tenantId);
      await this.repository.fail(tenantId, step, this.clock.now(), reason);
      if (!final || !tenant) return;
      tenantStates.assert(tenant.status, 'failed');
      await this.tenants.update(tenantId, { status: 'failed', failedStep: step, failedReason: reason });
      await this.activity.record(
        systemActor('provisioning'),
        'tenant.provisioning_failed',
        { type: 'tenant', id: tenantId, label: tenant.name },
        { after: { step, reason } },
      );
    });
    await this.statusChanged(tenantId);
    if (!final) throw error;
  }

  private async statusChanged(tenantId: number): Promise<void> {
    await this.directory.forget();
    await this.changed(tenantId);
  }

  private async changed(tenantId: number): Promise<void> {
    await this.bus.publish(channelOf(tenantId), {});
  }
}
