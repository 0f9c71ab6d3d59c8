export { AccountingUpkeep, type Kept } from './accounting-upkeep.repository';
export { ARCHIVE_SCANNED, ArchivedSessions } from './archived-sessions.repository';
export { archiveStatements, type ArchiveWish, monthsBefore } from './archive-months';
export { isRadiusSecret, RADIUS_SECRET, type RouterClient } from './client-file';
export * from './coa';
export {
  COA_KINDS,
  COA_RESULTS,
  type CoaAttempt,
  type CoaAttemptFilter,
  CoaAttempts,
  type CoaKind,
  type CoaResult,
} from './coa-attempts.repository';
export { DevicesReader, type SeenDevice } from './devices.repository';
export { radiusFormerRevokes, radiusGrants, radiusRevokes } from './grants';
export { type HistoryBefore, type HistoryOf, HistoryReader } from './history.repository';
export { canonicalHostAddress, canonicalIpv6Prefix } from './ipv6-prefix';
export { type DueUser, LimitsReader } from './limits.repository';
export { isLoginHours, weekSpans, type WeekSpan } from './login-hours';
export { type Login, LoginsReader } from './logins.repository';
export {
  canonicalMac,
  DEFAULT_INTERIM_SECONDS,
  deviceList,
  type Enforcement,
  type FixedForUser,
  isRadiusPassword,
  isRadiusUsername,
  MAX_DEVICES,
  MAX_USERNAME_LENGTH,
  type RadiusGroup,
  type RadiusUser,
  userKey,
} from './radius-user';
export { QUOTA_WINDOWS, type QuotaWindow, usedNow } from './quota-windows';
export * from './login-history';
export { LIVE_WINDOW_SECONDS, liveParams, liveSql } from './liveness';
export { type RouterLoginSigns, RouterSignatures, type Signature, SIGNATURES } from './signatures.repository';
export { RadiusModule } from './radius.module';
export { isIpv6Prefix, isRouterName, RadiusWriter } from './radius-writer';
export { radsecCommonName, RadsecFiles, type RadsecRouter } from './radsec-files';
export { isRateLimit, type RateLimit, rateLimit } from './rate-limit';
export { type ReconciledClients, RouterClients } from './router-clients';
export { RouterCounters, type RouterCounts } from './router-counters';
export { type UnknownSource, UnknownSourceFiles } from './unknown-source-files';
export { rateSql, type Session } from './session-row';
export type { SessionFilter } from './session-filter';
export { MAX_COUNTED_SESSIONS, type RouterActivity, type SessionScope, SessionsReader } from './sessions.repository';
export * from './watch';
export { RADIUS_USER_STATUSES, radiusEntities, type RadiusUserStatus, RadUser } from './stock.entities';
