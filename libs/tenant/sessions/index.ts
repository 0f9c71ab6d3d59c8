export { LiveSessionsService } from './live-sessions.service';
export { SessionsModule } from './sessions.module';
export {
  type DisconnectionView,
  type LoginView,
  type OnlineCount,
  type SessionFilterInput,
  SessionsService,
  type SessionView,
} from './sessions.service';
export { type CoaAttemptQuery, CoaAttemptsService, type CoaAttemptView } from './coa-attempts.service';
export { DISCONNECTION_STATES, type DisconnectionState } from './disconnection.rules';
export { DisconnectionsService } from './disconnections.service';
export { MASS_SCOPES, type MassDisconnect, type MassScope } from './mass-disconnects.repository';
export { MassDisconnectsService, type MassPreview, type MassTarget } from './mass-disconnects.service';
