import { DomainError } from '@jala/contracts';
import { BitRate, given } from '@jala/kernel';
import { DEFAULT_INTERIM_SECONDS, isLoginHours, isRouterName, type RadiusGroup, rateLimit } from '@jala/radius';
import type { ServicePlan } from './service-plan.entity';
import { radiusGroupName } from './service-plan.rules';

/** What most plans leave as it is. */
export type ServicePlanRules = Pick<
  ServicePlan,
  | 'timeQuotaSeconds'
  | 'quotaWindow'
  | 'burst'
  | 'priority'
  | 'guaranteedDownloadBps'
  | 'guaranteedUploadBps'
  | 'fupBytes'
  | 'fupDownloadBps'
  | 'fupUploadBps'
  | 'sessionSeconds'
  | 'idleSeconds'
  | 'interimSeconds'
  | 'loginHours'
  | 'pool'
  | 'ipv6Pool'
  | 'delegatedIpv6Pool'
  | 'addressList'
  | 'deviceSlots'
>;

export const NO_RULES: ServicePlanRules = {
  timeQuotaSeconds: null,
  quotaWindow: 'total',
  burst: null,
  priority: null,
  guaranteedDownloadBps: null,
  guaranteedUploadBps: null,
  fupBytes: null,
  fupDownloadBps: null,
  fupUploadBps: null,
  sessionSeconds: null,
  idleSeconds: null,
  interimSeconds: DEFAULT_INTERIM_SECONDS,
  loginHours: null,
  pool: null,
  ipv6Pool: null,
  delegatedIpv6Pool: null,
  addressList: null,
  deviceSlots: null,
};

type Limits = Pick<ServicePlan, 'downloadBps' | 'uploadBps' | 'quotaBytes' | 'sharedUsers'>;
export type EnforcedPlan = Limits & Partial<ServicePlanRules>;

const ENFORCED = [
  'downloadBps',
  'uploadBps',
  'quotaBytes',
  'sharedUsers',
  ...(Object.keys(NO_RULES) as (keyof ServicePlanRules)[]),
] as const;

/** What FreeRADIUS holds everybody on the plan to. */
export function radiusGroupOf(plan: EnforcedPlan & Pick<ServicePlan, 'id'>): RadiusGroup {
  const { fupBytes, fupDownloadBps, fupUploadBps, ...rules } = { ...NO_RULES, ...plan };
  return {
    name: radiusGroupName(plan.id),
    rateLimit: rateOf(plan.downloadBps, plan.uploadBps, rules),
    quotaBytes: plan.quotaBytes,
    timeQuotaSeconds: rules.timeQuotaSeconds,
    quotaWindow: rules.quotaWindow,
    // Who has used much is slowed down, not sped up for a moment, and has nothing guaranteed.
    fairUse:
      fupBytes !== null && fupDownloadBps !== null && fupUploadBps !== null
        ? { bytes: fupBytes, rateLimit: rateOf(fupDownloadBps, fupUploadBps, { ...NO_RULES, priority: rules.priority }) }
        : null,
    sharedUsers: plan.sharedUsers,
    sessionSeconds: rules.sessionSeconds,
    idleSeconds: rules.idleSeconds,
    interimSeconds: rules.interimSeconds,
    loginHours: rules.loginHours,
    pool: rules.pool,
    ipv6Pool: rules.ipv6Pool,
    delegatedIpv6Pool: rules.delegatedIpv6Pool,
    addressList: rules.addressList,
    deviceSlots: rules.deviceSlots,
  };
}

/** True when a change must reach the rows FreeRADIUS reads. A new name, price or validity does not change a running account. */
export function changesEnforcement(before: EnforcedPlan, after: EnforcedPlan): boolean {
  const value = (plan: EnforcedPlan, field: (typeof ENFORCED)[number]): string => JSON.stringify({ ...NO_RULES, ...plan }[field]);
  return ENFORCED.some((field) => value(before, field) !== value(after, field));
}

/** @throws DomainError VALIDATION_FAILED for a burst or fair use that makes no sense, hours nobody can read, names no router has. */
export function assertRules(plan: EnforcedPlan): void {
  const rules = { ...NO_RULES, ...given(plan) };
  if ((rules.guaranteedDownloadBps === null) !== (rules.guaranteedUploadBps === null)) {
    const lacking = rules.guaranteedDownloadBps === null ? 'guaranteed_download_bps' : 'guaranteed_upload_bps';
    throw DomainError.field(lacking, 'required', 'A guaranteed rate needs both directions; leave out both for none.');
  }
  assertRate('burst', plan, { ...rules, guaranteedDownloadBps: null, guaranteedUploadBps: null });
  assertRate('guaranteed_download_bps', plan, rules);
  const fairUse = [rules.fupBytes, rules.fupDownloadBps, rules.fupUploadBps];
  const missing = (['fup_bytes', 'fup_download_bps', 'fup_upload_bps'] as const).find((_, index) => fairUse[index] === null);
  if (missing && fairUse.some((value) => value !== null)) {
    throw DomainError.field(missing, 'required', 'Fair use needs an amount and both rates; leave out all three for none.');
  }
  if (rules.loginHours !== null && !isLoginHours(rules.loginHours)) {
    throw DomainError.field('login_hours', 'invalid', 'Write hours like Wk0800-1700,Sa,Su2000-2400.');
  }
  for (const [field, name] of [
    ['pool', rules.pool],
    ['ipv6_pool', rules.ipv6Pool],
    ['delegated_ipv6_pool', rules.delegatedIpv6Pool],
    ['address_list', rules.addressList],
  ] as const) {
    if (name !== null && !isRouterName(name)) throw DomainError.field(field, 'invalid', 'must be the name of something on the router');
  }
}

type RateRules = Pick<ServicePlanRules, 'burst' | 'priority' | 'guaranteedDownloadBps' | 'guaranteedUploadBps'>;

function assertRate(field: string, plan: EnforcedPlan, rules: RateRules): void {
  try {
    rateOf(plan.downloadBps, plan.uploadBps, rules);
  } catch (error) {
    if (error instanceof RangeError) throw DomainError.field(field, 'invalid', error.message);
    throw error;
  }
}

function rateOf(downloadBps: number, uploadBps: number, rules: RateRules): string {
  const { burst, priority, guaranteedDownloadBps, guaranteedUploadBps } = rules;
  return rateLimit({
    download: BitRate.of(downloadBps),
    upload: BitRate.of(uploadBps),
    ...(burst
      ? {
          burst: {
            download: BitRate.of(burst.download_bps),
            upload: BitRate.of(burst.upload_bps),
            thresholdDownload: BitRate.of(burst.threshold_download_bps),
            thresholdUpload: BitRate.of(burst.threshold_upload_bps),
            secondsDownload: burst.seconds,
            secondsUpload: burst.seconds_upload ?? burst.seconds,
          },
        }
      : {}),
    ...(priority === null ? {} : { priority }),
    ...(guaranteedDownloadBps !== null && guaranteedUploadBps !== null
      ? { minimum: { download: BitRate.of(guaranteedDownloadBps), upload: BitRate.of(guaranteedUploadBps) } }
      : {}),
  });
}
