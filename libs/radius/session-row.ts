import type { ServiceType } from '@jala/contracts';
import { SERVICE_TYPE } from './session-filter';

export interface Session {
  readonly id: number;
  /** As the router sends it; case may differ from the customer's. */
  readonly username: string;
  /** routers.id; 0 when the router was not known by one. */
  readonly routerId: number;
  readonly nasIp: string;
  /** Acct-Session-Id: what the router calls the session. */
  readonly acctSessionId: string;
  readonly startedAt: Date;
  readonly updatedAt: Date;
  readonly endedAt: Date | null;
  readonly seconds: number;
  /** Upload, as the router receives it. */
  readonly inputBytes: number;
  /** Download. */
  readonly outputBytes: number;
  readonly framedIp: string;
  readonly mac: string;
  readonly serviceType: ServiceType | null;
  readonly terminateCause: string;
  /** Upload in bits per second between the last two reports; null before the second. */
  readonly inputBps: number | null;
  /** Download. */
  readonly outputBps: number | null;
}

export interface SessionRow {
  id: string;
  username: string;
  router_id: string;
  nasipaddress: string;
  acctsessionid: string;
  started_at: Date;
  updated_at: Date;
  acctstoptime: Date | null;
  seconds: number | null;
  input_bytes: string | null;
  output_bytes: string | null;
  framedipaddress: string;
  callingstationid: string;
  acctterminatecause: string;
  service_type: ServiceType | null;
  input_bps: string | null;
  output_bps: string | null;
}

/** Bits per second between the last two reports; NULL before the second. */
export const rateSql = (counter: string, previous: string): string =>
  `IF(acctinterval > 0 AND ${previous} IS NOT NULL, GREATEST(${counter} - ${previous}, 0) * 8 / acctinterval, NULL)`;

export const SESSION_COLUMNS = `radacctid AS id, username, router_id, nasipaddress, acctsessionid, COALESCE(acctstarttime, acctupdatetime) AS started_at,
  COALESCE(acctupdatetime, acctstarttime) AS updated_at, acctstoptime, acctsessiontime AS seconds, acctinputoctets AS input_bytes,
  acctoutputoctets AS output_bytes, framedipaddress, callingstationid, acctterminatecause,
  ${rateSql('acctinputoctets', 'previous_input')} AS input_bps, ${rateSql('acctoutputoctets', 'previous_output')} AS output_bps, ${SERVICE_TYPE} AS service_type`;

/** A counter beyond 2^53 bytes (9 PB in one session) is not a measurement; it is shown as the largest exact number. */
const bytes = (value: string | null): number => Math.min(Number(value ?? 0), Number.MAX_SAFE_INTEGER);

const rate = (value: string | null): number | null => (value === null ? null : Math.round(Number(value)));

export function toSession(row: SessionRow): Session {
  return {
    id: Number(row.id),
    username: row.username,
    routerId: Number(row.router_id),
    nasIp: row.nasipaddress,
    acctSessionId: row.acctsessionid,
    startedAt: row.started_at,
    updatedAt: row.updated_at,
    endedAt: row.acctstoptime,
    seconds: row.seconds ?? 0,
    inputBytes: bytes(row.input_bytes),
    outputBytes: bytes(row.output_bytes),
    framedIp: row.framedipaddress,
    mac: row.callingstationid,
    serviceType: row.service_type,
    terminateCause: row.acctterminatecause,
    inputBps: rate(row.input_bps),
    outputBps: rate(row.output_bps),
  };
}
