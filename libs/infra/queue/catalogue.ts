/** Why somebody is taken off the network. */
export const DISCONNECT_REASONS = [
  'suspended',
  'expired',
  'quota-reached',
  'login-hours',
  'voucher-disabled',
  'deleted',
  'renamed',
  'plan-changed',
  'service-changed',
  'device-released',
  'staff',
  'staff-plan',
  'staff-router',
] as const;
export type DisconnectReason = (typeof DISCONNECT_REASONS)[number];

/** Why running sessions are to be brought in line with what is true of their user now. */
export const REFRESH_REASONS = [
  'resumed',
  'renewed',
  'expiry-moved',
  'plan-changed',
  'fair-use-reached',
  'quota-reached',
  'expired',
  'suspended',
] as const;
export type RefreshReason = (typeof REFRESH_REASONS)[number];

/** What each job is told. Identifiers only: a job reads the present state itself, because it may run late or twice. */
export interface JobPayloads {
  'tenant.provision': { tenantId: number };
  'tenant.archive': { tenantId: number };
  'tenant.delete': { tenantId: number };
  /** Brings the published RADIUS clients of one tenant in line with its state: all of them, or none while it is suspended. */
  'tenant.sync-routers': { tenantId: number };
  /** `registryId` is the router's row in the platform's registry. */
  'router.publish': { tenantId: number; routerId: number; registryId: number };
  /** The registry row may be gone already, so everything that names the published client travels along. */
  'router.unpublish': { tenantId: number; registryId: number; address: string };
  /** Confirms or gives back the addresses that this tenant claimed before that instant (ISO 8601) without adding a router. */
  'router.settle-claims': { tenantId: number; claimedBefore: string };
  /** `knownAs`: what the router still calls the user, after a change of name. `askedAt` (ISO 8601): when the wish arose. */
  'radius.disconnect-user': {
    tenantId: number;
    username: string;
    knownAs?: string;
    reason: DisconnectReason;
    requestedBy?: string;
    askedAt?: string;
  };
  /** Each running session is told the present terms of its user, or ended when the user may not be online. */
  'radius.refresh-user': { tenantId: number; username: string; reason: RefreshReason };
  /** `sessionId` is radacct.radacctid; `requestedBy` the name of the person who pressed the button, for `staff` unless another reason is given. */
  'radius.disconnect-session': { tenantId: number; sessionId: number; requestedBy: string; reason?: DisconnectReason };
  'radius.disconnect-many': { tenantId: number; massDisconnectId: number };
  /** Brings the running sessions of a plan that was changed in line with it. */
  'radius.refresh-plan': { tenantId: number; planRefreshId: number };
  /** `params` must hold no secret in clear: the row stays until the mail is sent. With `tenantId` it is sent in that tenant's name. */
  'mail.send': { tenantId?: number; to: string; template: string; locale: string; params: Record<string, string | number | null> };
}

export type JobName = keyof JobPayloads;
export type JobPayload<N extends JobName> = JobPayloads[N];

export interface QueueSettings {
  /** Jobs that one worker process runs at once. */
  readonly concurrency: number;
  /**
   * A worker that was killed leaves its jobs locked for this long. A worker whose event loop stands still for half of it
   * loses its lock, and the job is run a second time beside it: short where a second run finds nothing to do, long where
   * it would be noticed.
   */
  readonly lockMs: number;
  /** True where jobs only wait for somebody's answer: WORKER_CONCURRENCY, which is about work, does not bound them. */
  readonly waits?: boolean;
}

/** One queue for each kind of thing that can be slow or down, so that a dead mail server never delays a router. */
export const QUEUES = {
  provisioning: { concurrency: 4, lockMs: 3_000 },
  maintenance: { concurrency: 1, lockMs: 10_000 },
  radius: { concurrency: 8, lockMs: 4_000 },
  // A router that is away keeps its jobs waiting for seconds; those of the others must not wait with them.
  coa: { concurrency: 64, waits: true, lockMs: 10_000 },
  'coa-many': { concurrency: 2, lockMs: 10_000 },
  mail: { concurrency: 4, lockMs: 20_000 },
} as const satisfies Record<string, QueueSettings>;

export type QueueName = keyof typeof QUEUES;
export const QUEUE_NAMES = Object.keys(QUEUES) as QueueName[];

export interface JobSettings {
  readonly queue: QueueName;
  readonly attempts: number;
  /** Milliseconds before the second attempt; each later wait is twice the one before, up to `maxMs`, with up to a half taken off at random. */
  readonly backoff: { readonly firstMs: number; readonly maxMs: number };
  readonly retention: {
    /** Finished jobs that Redis keeps for somebody to look at. The outbox row is gone when a job is done. */
    readonly completed: number;
    /** Days that the outbox row of a job that gave up stays. */
    readonly failedDays: number;
  };
}

const retention = { completed: 200, failedDays: 30 } as const;

/** Every job there is. A name in `JobPayloads` without an entry here does not compile. */
export const JOBS = {
  'tenant.provision': { queue: 'provisioning', attempts: 4, backoff: { firstMs: 500, maxMs: 10_000 }, retention },
  'tenant.archive': { queue: 'maintenance', attempts: 5, backoff: { firstMs: 2_000, maxMs: 60_000 }, retention },
  'tenant.delete': { queue: 'maintenance', attempts: 8, backoff: { firstMs: 2_000, maxMs: 120_000 }, retention },
  'tenant.sync-routers': { queue: 'radius', attempts: 10, backoff: { firstMs: 500, maxMs: 60_000 }, retention },
  'router.publish': { queue: 'radius', attempts: 10, backoff: { firstMs: 500, maxMs: 60_000 }, retention },
  'router.unpublish': { queue: 'radius', attempts: 10, backoff: { firstMs: 500, maxMs: 60_000 }, retention },
  'router.settle-claims': { queue: 'radius', attempts: 5, backoff: { firstMs: 1_000, maxMs: 60_000 }, retention },
  'radius.disconnect-user': { queue: 'coa', attempts: 6, backoff: { firstMs: 2_000, maxMs: 60_000 }, retention },
  'radius.refresh-user': { queue: 'coa', attempts: 6, backoff: { firstMs: 2_000, maxMs: 60_000 }, retention },
  'radius.disconnect-session': { queue: 'coa', attempts: 4, backoff: { firstMs: 2_000, maxMs: 60_000 }, retention },
  'radius.disconnect-many': { queue: 'coa-many', attempts: 5, backoff: { firstMs: 1_000, maxMs: 60_000 }, retention },
  'radius.refresh-plan': { queue: 'coa-many', attempts: 5, backoff: { firstMs: 1_000, maxMs: 60_000 }, retention },
  'mail.send': { queue: 'mail', attempts: 8, backoff: { firstMs: 5_000, maxMs: 900_000 }, retention },
} as const satisfies Record<JobName, JobSettings>;

export const JOB_NAMES = Object.keys(JOBS) as JobName[];

export function isJobName(name: string): name is JobName {
  return Object.hasOwn(JOBS, name);
}

/** The wait before attempt `attempt` (2 is the first that waits). Half of it is random, so that failures do not march in step. */
export function backoffMs(settings: JobSettings, attempt: number, random: () => number = Math.random): number {
  const full = Math.min(settings.backoff.firstMs * 2 ** Math.max(0, attempt - 2), settings.backoff.maxMs);
  return Math.round(full * (1 - random() / 2));
}
