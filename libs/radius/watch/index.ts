export { ProbePlace } from './probe-place';
export {
  type LoginAnswer,
  PROBE_DATABASE,
  PROBE_DEVICE,
  probeCredentials,
  RadiusProbe,
  type RadiusStatistics,
  type StatusAnswer,
} from './radius-probe';
export { RESPONSE_TIME_SECONDS, type ResponseTimes, responseTimes } from './response-times';
export { type DeadLetters, forgetDeadLetters, readSpool, type SpoolBacklog, type SpoolState } from './spool';
