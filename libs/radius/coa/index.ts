export { type CoaAnswer, CoaClient, type CoaSession, type CoaTarget } from './coa-client';
export { errorCauseText, SESSION_NOT_FOUND } from './error-causes';
