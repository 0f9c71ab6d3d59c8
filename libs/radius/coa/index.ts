export { type CoaAnswer, CoaClient, type CoaSession, type CoaTarget, sessionAttributes, type SessionChange } from './coa-client';
export { identification, mayBeOnline, neededFor, type NeededFor, termsFor, type UserTerms } from './coa-policy';
export { errorCauseText, SESSION_NOT_FOUND } from './error-causes';
export { namedAttributes } from './packet';
