import type { ServicePlan, ServicePlanInput } from '@/api/models';

export const QUOTA_WINDOWS = ['total', 'day', 'week', 'month'] as const;

/** What most plans leave as it is, field by field: people think of minutes and hours, the API of seconds. */
export interface RuleValues {
  burst_download_bps: number | null;
  burst_upload_bps: number | null;
  burst_threshold_download_bps: number | null;
  burst_threshold_upload_bps: number | null;
  burst_seconds: number | null;
  burst_seconds_upload: number | null;
  priority: number | null;
  guaranteed_download_bps: number | null;
  guaranteed_upload_bps: number | null;
  quota_window: (typeof QUOTA_WINDOWS)[number];
  time_quota_hours: number | null;
  fup_bytes: number | null;
  fup_download_bps: number | null;
  fup_upload_bps: number | null;
  device_slots: number | null;
  login_hours: string;
  session_minutes: number | null;
  idle_minutes: number | null;
  interim_seconds: number | null;
  pool: string;
  ipv6_pool: string;
  delegated_ipv6_pool: string;
  address_list: string;
}

const per = (seconds: number | null | undefined, unit: number): number | null => (seconds ? Math.round(seconds / unit) : null);

export const rulesOf = (plan?: ServicePlan): RuleValues => ({
  burst_download_bps: plan?.burst?.download_bps ?? null,
  burst_upload_bps: plan?.burst?.upload_bps ?? null,
  burst_threshold_download_bps: plan?.burst?.threshold_download_bps ?? null,
  burst_threshold_upload_bps: plan?.burst?.threshold_upload_bps ?? null,
  burst_seconds: plan?.burst?.seconds ?? null,
  burst_seconds_upload: plan?.burst?.seconds_upload ?? null,
  priority: plan?.priority ?? null,
  guaranteed_download_bps: plan?.guaranteed_download_bps ?? null,
  guaranteed_upload_bps: plan?.guaranteed_upload_bps ?? null,
  quota_window: plan?.quota_window ?? 'total',
  time_quota_hours: per(plan?.time_quota_seconds, 3_600),
  fup_bytes: plan?.fup_bytes ?? null,
  fup_download_bps: plan?.fup_download_bps ?? null,
  fup_upload_bps: plan?.fup_upload_bps ?? null,
  device_slots: plan?.device_slots ?? null,
  login_hours: plan?.login_hours ?? '',
  session_minutes: per(plan?.session_seconds, 60),
  idle_minutes: per(plan?.idle_seconds, 60),
  interim_seconds: plan?.interim_seconds ?? 300,
  pool: plan?.pool ?? '',
  ipv6_pool: plan?.ipv6_pool ?? '',
  delegated_ipv6_pool: plan?.delegated_ipv6_pool ?? '',
  address_list: plan?.address_list ?? '',
});

const BURST = [
  'burst_download_bps',
  'burst_upload_bps',
  'burst_threshold_download_bps',
  'burst_threshold_upload_bps',
  'burst_seconds',
] as const;
const GUARANTEED = ['guaranteed_download_bps', 'guaranteed_upload_bps'] as const;
const FAIR_USE = ['fup_bytes', 'fup_download_bps', 'fup_upload_bps'] as const;

/** The fields that are empty although others of their group are not. */
export function missingRules(values: RuleValues): Set<keyof RuleValues> {
  const groups = [BURST, GUARANTEED, FAIR_USE].filter((group) => group.some((field) => values[field] !== null));
  return new Set(groups.flat().filter((field) => values[field] === null));
}

/** A change of unit must not lose the seconds of a value that nobody touched. */
const seconds = (value: number | null, unit: number, before: number | null | undefined): number | null =>
  value === null ? null : before && per(before, unit) === value ? before : value * unit;

export function rulesInput(values: RuleValues, plan?: ServicePlan): Partial<ServicePlanInput> {
  const [download, upload, thresholdDownload, thresholdUpload, average] = BURST.map((field) => values[field]);
  const text = (value: string): string | null => value.trim() || null;
  return {
    burst:
      download && upload && thresholdDownload && thresholdUpload && average
        ? {
            download_bps: download,
            upload_bps: upload,
            threshold_download_bps: thresholdDownload,
            threshold_upload_bps: thresholdUpload,
            seconds: average,
            seconds_upload: values.burst_seconds_upload,
          }
        : null,
    priority: values.priority,
    guaranteed_download_bps: values.guaranteed_download_bps,
    guaranteed_upload_bps: values.guaranteed_upload_bps,
    quota_window: values.quota_window,
    time_quota_seconds: seconds(values.time_quota_hours, 3_600, plan?.time_quota_seconds),
    fup_bytes: values.fup_bytes,
    fup_download_bps: values.fup_download_bps,
    fup_upload_bps: values.fup_upload_bps,
    device_slots: values.device_slots,
    login_hours: text(values.login_hours),
    session_seconds: seconds(values.session_minutes, 60, plan?.session_seconds),
    idle_seconds: seconds(values.idle_minutes, 60, plan?.idle_seconds),
    interim_seconds: values.interim_seconds ?? 300,
    pool: text(values.pool),
    ipv6_pool: text(values.ipv6_pool),
    delegated_ipv6_pool: text(values.delegated_ipv6_pool),
    address_list: text(values.address_list),
  };
}
